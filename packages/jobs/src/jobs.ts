// Every job the system knows: its queue, its payload and how often it is tried. A job caused by facts carries a list
// of them; one run by a schedule carries nothing.
import { z } from "zod";

/**
 * Queues are split by urgency: people wait for `fast`, nobody waits for `bulk`; `mail` and `push` wait for slow
 * providers, and `media` for the processors that make pictures.
 */
export const queueNames = ["fast", "feed", "bulk", "mail", "media", "push"] as const;
export type QueueName = (typeof queueNames)[number];

/**
 * How many jobs of a queue run at once, for each one that other queues run: a push waits for one of many services, and
 * those that hang must not keep the others waiting.
 */
export function slotsOf(queue: QueueName): number {
  return queue === "push" ? 8 : 1;
}

/** Whether a worker takes such jobs straight from its own relay while it has room: the short ones. */
export function isTakenDirectly(queue: QueueName): boolean {
  return queue === "fast" || queue === "feed";
}

/** Whether a name, as an operator writes it, is a queue. */
export function isQueueName(name: string): name is QueueName {
  return queueNames.some((queue) => queue === name);
}

/** What is carried to a handler: facts by id, as stored. Their payload schemas stand in facts.ts. */
export const factList = z.object({
  facts: z.array(z.object({ id: z.string(), fact: z.string(), payload: z.unknown() })).min(1),
});
const nothing = z.object({});

interface JobDefinition {
  queue: QueueName;
  isFactCaused: boolean;
  payload: z.ZodType;
  /** How often one fact (or one scheduled run) is tried before it is given up; stores that are away do not count. */
  attempts: number;
  /** The longest list that one job carries; without it, the relay's own bound. */
  maxFacts?: number;
  /** How long it lies in its queue before it runs; a lost Redis starts the time again. */
  delayMs?: number;
  /**
   * All that its facts cause, and all that each of them causes in one transaction, with nothing behind that could fail:
   * the transaction deletes the fact.
   */
  endsFacts?: true;
}

function factJob(queue: QueueName) {
  return { queue, isFactCaused: true, payload: factList, attempts: 3 } as const;
}

function scheduledJob(queue: QueueName) {
  return { queue, isFactCaused: false, payload: nothing, attempts: 3 } as const;
}

export const jobs = {
  "notification.notifyLikes": { ...factJob("fast"), endsFacts: true },
  "notification.notifyComments": { ...factJob("fast"), endsFacts: true },
  "notification.notifyFollows": factJob("fast"),
  "notification.notifyMentions": factJob("fast"),
  "notification.removeOfPosts": factJob("fast"),
  "notification.removeOfBlocks": factJob("fast"),
  "notification.reviseSight": factJob("fast"),
  "notification.removeOld": scheduledJob("bulk"),
  // Short lists: a mail takes a while, and other workers can share.
  "notification.sendMails": { ...factJob("mail"), maxFacts: 20 },
  // Not among the mails, which somebody may be waiting for.
  "notification.sendDigests": { ...factJob("bulk"), maxFacts: 20 },
  "notification.requestDigests": scheduledJob("bulk"),
  "notification.retryDeliveries": scheduledJob("bulk"),
  "notification.deleteOldDeliveries": scheduledJob("bulk"),
  "push.sendPushes": { ...factJob("push"), maxFacts: 100 },
  // Whoever has the conversation open reads it in this time, and is not rung.
  "push.ringMembers": { ...factJob("push"), maxFacts: 100, delayMs: 3_000 },
  "push.deleteDeadSubscriptions": scheduledJob("bulk"),
  "feed.pushPosts": factJob("feed"),
  "feed.dropWindows": factJob("feed"),
  "feed.mendWindows": scheduledJob("feed"),
  "post.purgePosts": factJob("bulk"),
  "live.tellPosts": factJob("fast"),
  "live.trimLog": scheduledJob("bulk"),
  "post.refoldHashtags": scheduledJob("bulk"),
  "post.wordPosts": scheduledJob("bulk"),
  "user.namePeople": scheduledJob("bulk"),
  "hashtag.recountAuthors": factJob("bulk"),
  "hashtag.sumMoves": scheduledJob("bulk"),
  "hashtag.auditCounts": scheduledJob("bulk"),
  "explore.rankTags": scheduledJob("bulk"),
  "search.indexPosts": factJob("bulk"),
  "post.deleteOldIdempotencyKeys": scheduledJob("bulk"),
  "moderation.sendStatements": { ...factJob("mail"), attempts: 7 },
  "moderation.endDecisions": scheduledJob("bulk"),
  "moderation.purgeEvidence": scheduledJob("bulk"),
  "auth.sendMails": { ...factJob("mail"), attempts: 7 },
  "auth.sendNotices": { ...factJob("mail"), attempts: 7 },
  "auth.purgeAccounts": factJob("bulk"),
  "auth.makeExports": factJob("bulk"),
  "auth.deleteOldSessions": scheduledJob("bulk"),
  "auth.deleteOldTokens": scheduledJob("bulk"),
  // Short lists: each fact is up to a second of work, which other workers can share.
  "media.makeVariants": { ...factJob("media"), maxFacts: 2 },
  "media.deleteFiles": factJob("bulk"),
  "media.sweepOrphans": scheduledJob("bulk"),
  "audit.mendCounters": scheduledJob("bulk"),
} as const satisfies Record<string, JobDefinition>;

export type JobName = keyof typeof jobs;
export type FactJobName = { [J in JobName]: (typeof jobs)[J]["isFactCaused"] extends true ? J : never }[JobName];
export type ScheduledJobName = Exclude<JobName, FactJobName>;

/** The longest list of facts that a job may carry. */
export function maxFactsOf(name: FactJobName): number {
  const definition: JobDefinition = jobs[name];
  return definition.maxFacts ?? Number.POSITIVE_INFINITY;
}

/** How long a job waits in its queue before it runs. */
export function delayMsOf(name: JobName): number {
  const definition: JobDefinition = jobs[name];
  return definition.delayMs ?? 0;
}

/** Whether facts need no record that this job is done with them: it deletes them in the transaction of its effect. */
export function endsFacts(name: FactJobName): boolean {
  const definition: JobDefinition = jobs[name];
  return definition.endsFacts === true;
}

/** Whether a job is caused by facts, and not run by a schedule. */
export function isFactJob(name: JobName): name is FactJobName {
  return jobs[name].isFactCaused;
}

/** Whether a name, as Redis carries it, is a job of this release. */
export function isJobName(name: string): name is JobName {
  return Object.hasOwn(jobs, name);
}
