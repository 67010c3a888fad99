// Jobs that a worker takes straight from its own relay: people wait for them, and the way through Redis and back is most
// of what they take. PostgreSQL remembers what is done either way.
// Promises: no more at once than there are slots; what is beyond goes by Redis. Closing waits for what runs, and frees
// the facts of what it has to cut off. A process that is killed leaves stamped facts, which the relay finds stale.
import { type FactJobName, isTakenDirectly, jobs, type QueueName, slotsOf } from "./jobs.ts";
import { type OutboxDb, unstamp } from "./outbox.ts";
import type { FactJobRequest, JobsLog } from "./relay.ts";

/** A job that has its slot. Either call frees the slot in the end. */
export interface Reservation {
  /** Runs the job; how it goes is no longer the caller's business. */
  start(): void;
  release(): void;
}

export interface DirectJobs {
  /** A slot for a job, or null where Redis has to carry it. */
  reserve(request: FactJobRequest): Reservation | null;
  /** Takes nothing from now on; resolves when nothing runs any more. */
  settle(): Promise<void>;
  /** Cuts off what runs: its facts are free to be relayed again. */
  cancel(): Promise<void>;
}

export interface DirectRun {
  name: FactJobName;
  payload: unknown;
  signal: AbortSignal;
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
  const running = new Map<Promise<void>, readonly string[]>();
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
      const release = () => void free.set(queue, (free.get(queue) ?? 0) + 1);
      return {
        release,
        start() {
          const ended = run(request).finally(() => {
            running.delete(ended);
            release();
          });
          running.set(
            ended,
            request.payload.facts.map((fact) => fact.id),
          );
        },
      };
    },
    async settle() {
      isClosing = true;
      while (running.size > 0) await Promise.all(running.keys());
    },
    async cancel() {
      cancellation.abort();
      const factIds = [...running.values()].flat();
      if (factIds.length > 0) await unstamp(db.query, { factIds });
    },
  };
}
