// Jobs that a worker takes straight from its own relay: the way through Redis and back is most of what short jobs take.
// PostgreSQL remembers what is done either way.
// Promises: no more at once than there are slots; what is beyond goes by Redis. Closing waits for what has a slot, and
// frees the facts of what it has to cut off. A process that is killed leaves stamped facts, which the relay finds stale.
import { type FactJobName, isTakenDirectly, jobs, type QueueName, slotsOf } from "./jobs.ts";
import type { JobsLog } from "./log.ts";
import { type OutboxDb, unstamp } from "./outbox.ts";
import type { FactJobRequest } from "./producer.ts";

/** A job that has its slot, until it is released or has run. One of both has to be called. */
export interface Reservation {
  /** Runs the job; how it goes is no longer the caller's business. */
  start(): void;
  release(): void;
}

export interface DirectJobs {
  /** A slot for a job, or null where Redis has to carry it. */
  reserve(request: FactJobRequest): Reservation | null;
  /** The facts of jobs that have had their slot for so long. */
  heldFactIds(input: { longerThanMs: number }): string[];
  /** Gives no slot from now on; resolves when none is taken any more. */
  drain(): Promise<void>;
  /** Cuts off what runs, or would: its facts are free to be relayed again when it resolves. */
  cancel(): Promise<void>;
}

export interface DirectRun {
  name: FactJobName;
  payload: unknown;
  signal: AbortSignal;
}

interface Held {
  factIds: readonly string[];
  sinceMs: number;
  released: Promise<void>;
}

/** Takes jobs of these queues with `take`, each queue as many at once as its workers. */
export function createDirectJobs(input: {
  queues: readonly QueueName[];
  concurrency: number;
  take: (run: DirectRun) => Promise<void>;
  db: OutboxDb;
  log: JobsLog;
}): DirectJobs {
  const { concurrency, take, db, log } = input;
  const free = new Map(input.queues.filter(isTakenDirectly).map((queue) => [queue, concurrency * slotsOf(queue)]));
  const held = new Set<Held>();
  const cancellation = new AbortController();
  let isClosing = false;

  async function run(request: FactJobRequest): Promise<void> {
    try {
      await take({ name: request.job, payload: request.payload, signal: cancellation.signal });
    } catch (error) {
      // Not done, so relayed again: at once if it was cut off, else when it is stale.
      if (!cancellation.signal.aborted) log.error({ err: error, job: request.job }, "a job failed");
    }
  }

  return {
    reserve(request) {
      const { queue } = jobs[request.job];
      const room = free.get(queue) ?? 0;
      if (room === 0 || isClosing) return null;
      free.set(queue, room - 1);
      const { promise: released, resolve } = Promise.withResolvers<void>();
      const factIds = request.payload.facts.map((fact) => fact.id);
      const slot: Held = { factIds, sinceMs: performance.now(), released };
      held.add(slot);
      function release(): void {
        free.set(queue, (free.get(queue) ?? 0) + 1);
        held.delete(slot);
        resolve();
      }
      return { release, start: () => void run(request).then(release) };
    },
    heldFactIds({ longerThanMs }) {
      const beforeMs = performance.now() - longerThanMs;
      return [...held].filter((slot) => slot.sinceMs < beforeMs).flatMap((slot) => slot.factIds);
    },
    async drain() {
      isClosing = true;
      await Promise.all([...held].map((slot) => slot.released));
    },
    async cancel() {
      cancellation.abort();
      const factIds = [...held].flatMap((slot) => slot.factIds);
      if (factIds.length > 0) await unstamp(db.query, { factIds });
    },
  };
}
