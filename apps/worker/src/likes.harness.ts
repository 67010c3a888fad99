// For tests: relay and workers whose only job is to take likes, and likes as facts in the outbox. No domain, no posts.
import { createOutboxDb, type Deps, isStoreAway, isStoreBusy, relayChannel } from "@pixora/api/domain";
import { statement } from "@pixora/db";
import {
  createProducer,
  deleteFactsSql,
  type JobHandlers,
  jobs,
  type OutboxDb,
  type Producer,
  type Relay,
  startRelay,
  startWorkers,
  type Workers,
} from "@pixora/jobs";

export type LikeInput = Parameters<JobHandlers["notification.notifyLikes"]>[0];

export interface Harness {
  db: OutboxDb;
  producer: Producer;
  /** Starts a relay; it polls ten times a second. */
  relay(options?: { staleMs?: number; directStaleMs?: number; direct?: Workers["direct"] }): Relay;
  /** Starts workers that call `take` with lists of likes and do nothing for other jobs, unless they are given too. */
  work(take: (input: LikeInput) => Promise<void>, others?: Partial<JobHandlers>): Workers;
  /** Commits likes and wakes the relay; answers their fact ids. */
  commitLikes(count: number): Promise<string[]>;
  recordDone(input: LikeInput): Promise<void>;
  countUnfinished(): Promise<number>;
  close(): Promise<void>;
}

const quiet = { error() {}, warn() {}, info() {}, debug() {} };

const insertLikes = statement<{ id: string }>(
  "test.insertLikes",
  `insert into outbox (fact, payload)
   select 'like.created', jsonb_build_object('postId', n::text, 'commentId', null, 'actorId', '7')
   from generate_series(1, $1::int) n returning id`,
);
const record = statement<never>("test.record", deleteFactsSql("$1::bigint[]"));
const countFacts = statement<{ count: number }>("test.count", "select count(*)::int as count from outbox");

/** Opens the producer; relays and workers are started by the test and closed together. */
export function openHarness(deps: Deps): Harness {
  const db = createOutboxDb(deps.db);
  const place = { redisUrl: deps.config.REDIS_URL, prefix: deps.config.REDIS_PREFIX };
  const producer = createProducer({ ...place, onError: () => undefined });
  const relays: Relay[] = [];
  const teams: Workers[] = [];
  return {
    db,
    producer,
    relay(options = {}) {
      const onWake = (listener: () => void) => deps.pubsub.subscribe(relayChannel, listener);
      const relay = startRelay({ db, producer, log: quiet, onWake, pollMs: 100, ...options });
      relays.push(relay);
      return relay;
    },
    work(take, others = {}) {
      const idle = Object.fromEntries(Object.keys(jobs).map((job) => [job, async () => undefined]));
      const handlers = { ...idle, ...others, "notification.notifyLikes": take } as JobHandlers;
      const queues = ["fast", "feed", "bulk"] as const;
      const failures = { isStoreAway, isStoreBusy };
      const workers = startWorkers({ ...place, ...failures, queues, concurrency: 4, handlers, db, log: quiet });
      teams.push(workers);
      return workers;
    },
    async commitLikes(count) {
      const rows = await deps.db.sql.many(insertLikes, [count]);
      deps.wakeRelay();
      return rows.map((row) => row.id);
    },
    async recordDone(input) {
      await deps.db.sql.run(record, [input.facts.map((fact) => fact.id)]);
    },
    async countUnfinished() {
      return (await deps.db.sql.one(countFacts)).count;
    },
    async close() {
      await Promise.all(relays.map((relay) => relay.close()));
      await Promise.all(teams.map((workers) => workers.close({ timeoutMs: 2_000 })));
      await producer.close();
    },
  };
}
