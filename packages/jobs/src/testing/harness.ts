// For tests of the package: a relay and workers on real PostgreSQL and Redis, whose only job is to take likes, and likes
// as facts in the outbox. No domain, no posts. Each harness has a database and a Redis prefix of its own.
import { randomBytes } from "node:crypto";
import { Redis } from "ioredis";
import { type ClientBase, Pool, type QueryResultRow } from "pg";
import { type FactJobName, jobs } from "../jobs.ts";
import { deleteFactsSql, type OutboxDb, type OutboxQuery } from "../outbox.ts";
import { createProducer, type Producer, RedisAwayError } from "../producer.ts";
import { type Relay, startRelay } from "../relay.ts";
import { type JobHandlers, startWorkers, type Workers } from "../worker.ts";
import { copyTemplate, requireEnv } from "./services.ts";

type LikeInput = Parameters<JobHandlers["notification.notifyLikes"]>[0];

export interface Harness {
  /** Where its stores are, for another process that works on them. */
  place: { redisUrl: string; prefix: string; databaseUrl: string };
  db: OutboxDb;
  producer: Producer;
  /** Starts a relay; it polls ten times a second. */
  relay(options?: { staleMs?: number; directStaleMs?: number; direct?: Workers["direct"] }): Relay;
  /** Starts workers that call `take` with lists of likes and do nothing for other jobs, unless they are given too. */
  work(take: (input: LikeInput) => Promise<void>, others?: Partial<JobHandlers>): Workers;
  /** Commits a fact, which need not be one that this release knows, and wakes the relays. */
  commitFact(fact: string, payload: string): Promise<void>;
  /** Commits likes and wakes the relays; answers their fact ids. */
  commitLikes(count: number): Promise<string[]>;
  wakeRelays(): void;
  /** What `notification.notifyLikes` leaves behind: it ends its facts. */
  recordDone(input: LikeInput): Promise<void>;
  /** What any other job leaves behind: a record for each fact. */
  recordDoneBy(job: FactJobName, facts: readonly { id: string }[]): Promise<void>;
  countUnfinished(): Promise<number>;
  /** The names of the facts that are unfinished, oldest first. */
  listUnfinished(): Promise<string[]>;
  countCompletions(): Promise<number>;
  /** For each fact, oldest first: how long ago it was stamped, or null. */
  readStampAges(): Promise<(number | null)[]>;
  /** Deletes every key of this harness, as an emptied Redis would. */
  emptyRedis(): Promise<void>;
  close(): Promise<void>;
}

const quiet = { error() {}, warn() {}, info() {}, debug() {} };

const insertLikesSql = `
  insert into outbox (fact, payload)
  select 'like.created', jsonb_build_object('postId', n::text, 'commentId', null, 'actorId', '7')
  from generate_series(1, $1::int) n returning id`;
const recordSql = "insert into outbox_completions (fact_id, job) select unnest($1::bigint[]), $2";
const stampsSql = `
  select (extract(epoch from clock_timestamp() - stamped_at) * 1000)::float8 as "ageMs" from outbox order by id`;
const emptyScript = "for _, key in ipairs(redis.call('keys', ARGV[1])) do redis.call('del', key) end";

const codeOf = (error: unknown) => (error instanceof Error && "code" in error ? String(error.code) : "");
const failures = {
  isStoreAway: (error: unknown) => error instanceof RedisAwayError || codeOf(error) === "ECONNREFUSED",
  isStoreBusy: (error: unknown) => ["40P01", "40001"].includes(codeOf(error)),
};

const queryOn = (client: Pick<ClientBase, "query">): OutboxQuery =>
  async function query({ name, text }, values) {
    return (await client.query({ name, text, values: [...values] })).rows;
  };

export function openOutboxDb(pool: Pool): OutboxDb {
  return {
    query: queryOn(pool),
    async inTransaction(work) {
      const client = await pool.connect();
      try {
        await client.query("begin");
        const result = await work(queryOn(client));
        await client.query("commit");
        return result;
      } catch (error) {
        await client.query("rollback");
        throw error;
      } finally {
        client.release();
      }
    },
  };
}

/** Opens the stores and the producer; relays and workers are started by the test, and all are closed together. */
export async function openHarness(input: { redisUrl?: string } = {}): Promise<Harness> {
  const database = await copyTemplate();
  const pool = new Pool({ connectionString: database.url, max: 8 });
  // The server may end a connection, with its database, before the pool has said goodbye on it.
  pool.on("error", () => undefined);
  const db = openOutboxDb(pool);
  const run = async <Row extends QueryResultRow>(text: string, values: unknown[] = []) =>
    (await pool.query<Row>(text, values)).rows;
  const prefix = `test-${randomBytes(6).toString("hex")}`;
  const place = { redisUrl: input.redisUrl ?? requireEnv("TEST_REDIS_URL"), prefix };
  const producer = createProducer({ ...place, onError: () => undefined });
  const bells = new Set<() => void>();
  const relays: Relay[] = [];
  const teams: Workers[] = [];
  const wakeRelays = () => {
    for (const ring of bells) ring();
  };
  const onWake = (ring: () => void) => {
    bells.add(ring);
    return () => bells.delete(ring);
  };
  const count = async (table: string) => {
    const [row] = await run<{ count: number }>(`select count(*)::int as count from ${table}`);
    return row?.count ?? 0;
  };
  return {
    place: { ...place, databaseUrl: database.url },
    db,
    producer,
    wakeRelays,
    relay(options = {}) {
      const relay = startRelay({ db, producer, log: quiet, onWake, pollMs: 100, ...options });
      relays.push(relay);
      return relay;
    },
    work(take, others = {}) {
      const idle = Object.fromEntries(Object.keys(jobs).map((job) => [job, async () => undefined]));
      const handlers = { ...idle, ...others, "notification.notifyLikes": take } as JobHandlers;
      const queues = ["fast", "feed", "bulk", "push"] as const;
      const workers = startWorkers({ ...place, ...failures, queues, concurrency: 4, handlers, db, log: quiet });
      teams.push(workers);
      return workers;
    },
    async commitFact(fact, payload) {
      await run("insert into outbox (fact, payload) values ($1, $2)", [fact, payload]);
      wakeRelays();
    },
    async commitLikes(likes) {
      const rows = await run<{ id: string }>(insertLikesSql, [likes]);
      wakeRelays();
      return rows.map((row) => row.id);
    },
    async recordDone({ facts }) {
      await run(deleteFactsSql("$1::bigint[]"), [facts.map((fact) => fact.id)]);
    },
    async recordDoneBy(job, facts) {
      await run(recordSql, [facts.map((fact) => fact.id), job]);
    },
    countUnfinished: () => count("outbox"),
    async listUnfinished() {
      return (await run<{ fact: string }>("select fact from outbox order by id")).map(({ fact }) => fact);
    },
    countCompletions: () => count("outbox_completions"),
    async readStampAges() {
      return (await run<{ ageMs: number | null }>(stampsSql)).map(({ ageMs }) => ageMs);
    },
    async emptyRedis() {
      const redis = new Redis(place.redisUrl);
      await redis.eval(emptyScript, 0, `{${prefix}*`).finally(() => redis.disconnect());
    },
    async close() {
      await Promise.all(relays.map((relay) => relay.close()));
      await Promise.all(teams.map((workers) => workers.close({ timeoutMs: 2_000 })));
      await producer.close();
      await pool.end();
      await database.drop();
    },
  };
}
