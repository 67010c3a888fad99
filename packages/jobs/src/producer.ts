// The queues as the relay sees them: adding lists of facts, knowing which Redis holds them, counting what waits.
// Promises: every call ends within a few seconds, whatever Redis does, and fails with RedisAwayError when it is away.
import { Queue } from "bullmq";
import { Redis } from "ioredis";
import { delayMsOf, type FactJobName, type JobName, jobs, type QueueName, queueNames } from "./jobs.ts";

/** Redis does not answer; the caller tries again later. */
export class RedisAwayError extends Error {
  override name = "RedisAwayError";
}

/** What a job carries, before it is written to Redis. */
export interface JobRequest {
  job: JobName;
  payload: object;
}

/** A job caused by facts, with the list that it takes. */
export interface FactJobRequest {
  job: FactJobName;
  payload: { facts: { id: string; fact: string; payload: unknown }[] };
}

export interface QueueCounts {
  waiting: number;
  active: number;
  delayed: number;
  failed: number;
}

export interface Producer {
  /** Adds jobs; they are in Redis when it resolves. */
  add(requests: readonly JobRequest[]): Promise<void>;
  /** Makes sure that a scheduled job runs by this cron pattern (UTC). The second time changes nothing. */
  schedule(input: { job: JobName; pattern: string }): Promise<void>;
  /**
   * Notes, in Redis, which Redis the facts were relayed to; true where that was another one or an emptied one, so that
   * what was relayed may be lost. Of several askers, one is told.
   */
  hasLostJobs(): Promise<boolean>;
  /** Calls back at each (re)connection. */
  onConnect(listener: () => void): void;
  countJobs(): Promise<Record<QueueName, QueueCounts>>;
  /** Whether Redis was reachable a moment ago. */
  isConnected(): boolean;
  /** The queues as BullMQ has them, for a page that shows them. Not before the first connection. */
  queues(): Queue[];
  close(): Promise<void>;
}

/** Braces keep the keys of all queues in one cluster slot. */
export function queuePrefix(prefix: string): string {
  return `{${prefix}-jobs}`;
}

const answerWithinMs = 3_000;

/** Opens the connection that adds jobs; it reconnects for ever. `prefix` is the one of all Redis keys. */
export function createProducer(input: { redisUrl: string; prefix: string; onError: (error: Error) => void }): Producer {
  const prefix = queuePrefix(input.prefix);
  const redis = new Redis(input.redisUrl, {
    commandTimeout: answerWithinMs,
    // A half-open socket times out every command and never closes by itself.
    socketTimeout: 10_000,
    connectTimeout: 2_000,
    // A command of a broken connection fails instead of being sent again: the relay decides what is relayed.
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    retryStrategy: (attempt) => Math.min(attempt * 50, 1_000),
    keepAlive: 10_000,
  });
  redis.on("error", input.onError);
  const queues = new Map<QueueName, Queue>();
  const markerKey = `${prefix}:relayed-to`;
  let identity: string | null = null;
  redis.on("close", () => {
    identity = null;
  });

  // BullMQ waits for ever for a Redis that was never reachable, so nothing is asked of it before the first contact.
  async function ask<T>(work: () => Promise<T>): Promise<T> {
    if (redis.status !== "ready") throw new RedisAwayError("redis is not connected");
    return within(work());
  }

  function queueOf(name: QueueName): Queue {
    const known = queues.get(name);
    if (known !== undefined) return known;
    const queue = new Queue(name, {
      connection: redis,
      prefix,
      defaultJobOptions: { removeOnComplete: true, removeOnFail: { count: 100 } },
      streams: { events: { maxLen: 100 } },
    });
    queue.on("error", input.onError);
    queues.set(name, queue);
    return queue;
  }

  return {
    async add(requests) {
      const byQueue = Map.groupBy(requests, (request) => jobs[request.job].queue);
      const addTo = ([name, list]: [QueueName, JobRequest[]]) =>
        queueOf(name).addBulk(
          list.map(({ job, payload }) => ({ name: job, data: payload, opts: { delay: delayMsOf(job) } })),
        );
      await ask(() => Promise.all([...byQueue].map(addTo)));
    },
    async schedule({ job, pattern }) {
      await ask(() =>
        queueOf(jobs[job].queue).upsertJobScheduler(job, { pattern, tz: "UTC" }, { name: job, data: {} }),
      );
    },
    async hasLostJobs() {
      identity ??= await ask(() => readIdentity(redis));
      const present = identity;
      const before = await ask(() => redis.set(markerKey, present, "GET"));
      return before !== present;
    },
    onConnect(listener) {
      redis.on("ready", listener);
    },
    async countJobs() {
      const counts = await ask(() => Promise.all(queueNames.map(async (name) => [name, await countOf(queueOf(name))])));
      return Object.fromEntries(counts) as Record<QueueName, QueueCounts>;
    },
    isConnected: () => redis.status === "ready",
    queues: () => queueNames.map(queueOf),
    async close() {
      redis.disconnect();
      await Promise.allSettled([...queues.values()].map((queue) => within(queue.close())));
    },
  };
}

async function countOf(queue: Queue): Promise<QueueCounts> {
  const counts = await queue.getJobCounts("waiting", "active", "delayed", "failed");
  return {
    waiting: counts.waiting ?? 0,
    active: counts.active ?? 0,
    delayed: counts.delayed ?? 0,
    failed: counts.failed ?? 0,
  };
}

/** A restarted Redis, or another one behind the same address, has another run id. */
async function readIdentity(redis: Redis): Promise<string> {
  const text = await redis.info("server");
  return /run_id:(\w+)/.exec(text)?.[1] ?? "unknown";
}

async function within<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new RedisAwayError("redis did not answer in time")), answerWithinMs);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
