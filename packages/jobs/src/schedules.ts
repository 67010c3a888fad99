// When scheduled jobs run, as cron patterns in UTC. Promise: a schedule that Redis has lost is back within a minute.
import type { ScheduledJobName } from "./jobs.ts";
import type { JobsLog } from "./log.ts";
import type { Producer } from "./producer.ts";

// Patterns, not intervals: setting one again then never moves its next run.
const schedules: Record<ScheduledJobName, string> = {
  // On every quarter of an hour, as time zones lie, and soon after for whoever was missed.
  "notification.requestDigests": "*/5 * * * *",
  "notification.retryDeliveries": "* * * * *",
  "notification.deleteOldDeliveries": "57 3 * * *",
  "push.deleteDeadSubscriptions": "12 * * * *",
  "feed.mendWindows": "* * * * *",
  "live.trimLog": "7 * * * *",
  "notification.removeOld": "47 2 * * *",
  "post.refoldHashtags": "* * * * *",
  "post.wordPosts": "* * * * *",
  "user.namePeople": "* * * * *",
  "hashtag.sumMoves": "* * * * *",
  "hashtag.auditCounts": "37 4 * * *",
  // What was removed leaves the trend within a minute.
  "explore.rankTags": "*/30 * * * * *",
  "post.deleteOldIdempotencyKeys": "17 * * * *",
  "moderation.endDecisions": "* * * * *",
  "moderation.purgeEvidence": "22 4 * * *",
  "auth.deleteOldSessions": "27 3 * * *",
  "auth.deleteOldTokens": "37 3 * * *",
  "media.sweepOrphans": "47 3 * * *",
  // A little each time: see packages/api/src/audit/audit.service.ts.
  "audit.mendCounters": "* * * * *",
};

export interface Scheduler {
  close(): Promise<void>;
}

function isScheduledJob(name: string): name is ScheduledJobName {
  return Object.hasOwn(schedules, name);
}

/** Sets all schedules now and every `everyMs`; setting one that stands changes nothing. */
export function startSchedules(input: { producer: Producer; log: JobsLog; everyMs?: number }): Scheduler {
  const { producer, log, everyMs = 60_000 } = input;
  let round: Promise<void> = Promise.resolve();

  async function setSchedules(): Promise<void> {
    try {
      for (const [job, pattern] of Object.entries(schedules)) {
        if (isScheduledJob(job)) await producer.schedule({ job, pattern });
      }
    } catch (error) {
      log.debug({ err: error }, "the schedules wait for redis");
    }
  }

  function startRound(): void {
    round = round.then(setSchedules);
  }

  producer.onConnect(startRound);
  startRound();
  const timer = setInterval(startRound, everyMs);
  return {
    async close() {
      clearInterval(timer);
      await round;
    },
  };
}
