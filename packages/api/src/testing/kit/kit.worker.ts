// The worker of a test Pixora, in the test's own process: relay, queues and jobs as in production, but no schedule of its
// own. Promises: once it is settled, nothing that was committed before waits for a job.
import { statement } from "@pixora/db";
import { createProducer, isFactJob, isJobName, jobs, queueNames, startRelay, startWorkers } from "@pixora/jobs";
import { createGiveUpHandlers, createHandlers } from "../../handlers.ts";
import { isStoreAway, isStoreBusy } from "../../platform/call/failure.ts";
import { createOutboxDb } from "../../platform/outbox.ts";
import { relayChannel } from "../../platform/process/create-deps.ts";
import type { Deps } from "../../platform/process/deps.ts";
import { waitFor } from "../wait-for.ts";

export interface TestWorker {
  settle(options?: { timeoutMs?: number }): Promise<void>;
  runSchedules(): Promise<void>;
  close(): Promise<void>;
}

const countWaiting = statement<{ waiting: number; lost: string | null }>(
  "testing.countWaiting",
  `select (select count(*)::int from outbox) as waiting,
          (select job || ': ' || error from dead_letters order by id limit 1) as lost`,
);

const slots = 4;
const closeWithinMs = 2_000;

/** Starts it. */
export function startTestWorker(deps: Deps): TestWorker {
  const db = createOutboxDb(deps.db);
  const { log } = deps;
  const place = { redisUrl: deps.config.REDIS_URL, prefix: deps.config.REDIS_PREFIX };
  const producer = createProducer({ ...place, onError: (error) => log.debug({ err: error }, "the queues failed") });
  const handlers = createHandlers(deps);
  const giveUpHandlers = createGiveUpHandlers(deps);
  const own = { handlers, giveUpHandlers, db, isStoreAway, isStoreBusy, log };
  const workers = startWorkers({ ...place, ...own, queues: queueNames, concurrency: slots });
  const onWake = (listener: () => void) => deps.pubsub.subscribe(relayChannel, listener);
  const relay = startRelay({ db, producer, log, direct: workers.direct, onWake });

  return {
    async settle(options = {}) {
      const { timeoutMs = 15_000 } = options;
      deps.wakeRelay();
      await waitFor(
        "the jobs of all facts",
        async () => {
          const { waiting, lost } = await deps.db.sql.one(countWaiting);
          if (lost !== null) throw new Error(`a job gave up: ${lost}`);
          return waiting === 0;
        },
        { timeoutMs },
      );
    },
    async runSchedules() {
      for (const job of Object.keys(jobs)) {
        if (!isJobName(job) || isFactJob(job)) continue;
        const run = handlers[job] as () => Promise<void>;
        await run();
      }
    },
    async close() {
      await Promise.all([relay.close(), workers.close({ timeoutMs: closeWithinMs })]);
      await producer.close();
    },
  };
}
