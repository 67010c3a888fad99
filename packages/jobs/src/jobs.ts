// Every job the system knows: its queue, its payload and how often it is tried. A job caused by facts carries a list
// of them; one run by a schedule carries nothing.
import { z } from "zod";

/** Queues are split by urgency: people wait for `fast`, nobody waits for `bulk`. */
export const queueNames = ["fast", "feed", "bulk"] as const;
export type QueueName = (typeof queueNames)[number];

/** What is carried to a handler: facts by id, as stored. Their payload schemas stand in facts.ts. */
export const factList = z.object({
  facts: z.array(z.object({ id: z.string(), fact: z.string(), payload: z.unknown() })).min(1),
});
const nothing = z.object({});

interface JobDefinition {
  queue: QueueName;
  isFactCaused: boolean;
  payload: z.ZodType;
}

function factJob(queue: QueueName) {
  return { queue, isFactCaused: true, payload: factList } as const;
}

function scheduledJob(queue: QueueName) {
  return { queue, isFactCaused: false, payload: nothing } as const;
}

export const jobs = {
  "notification.notifyLikes": factJob("fast"),
  "notification.notifyComments": factJob("fast"),
  "notification.notifyFollows": factJob("fast"),
  "notification.removeOfPosts": factJob("fast"),
  "notification.removeOfBlocks": factJob("fast"),
  "post.purgePosts": factJob("bulk"),
  "live.trimLog": scheduledJob("bulk"),
  "post.deleteOldIdempotencyKeys": scheduledJob("bulk"),
  "auth.deleteOldSessions": scheduledJob("bulk"),
} as const satisfies Record<string, JobDefinition>;

export type JobName = keyof typeof jobs;
export type FactJobName = { [J in JobName]: (typeof jobs)[J]["isFactCaused"] extends true ? J : never }[JobName];
export type ScheduledJobName = Exclude<JobName, FactJobName>;
