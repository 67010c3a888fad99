// Redis dies, comes back empty, or stops answering, while facts flow: all of them are done in the end, none is given up.
import { createOutboxDb, isStoreAway } from "@pixora/api/domain";
import { openTestDeps, type TestDeps, waitFor } from "@pixora/api/testing";
import { statement } from "@pixora/db";
import {
  createProducer,
  type JobHandlers,
  jobs,
  listDeadLetters,
  type Producer,
  type Relay,
  startRelay,
  startWorkers,
  type Workers,
} from "@pixora/jobs";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";

interface OwnRedis {
  url: string;
  pid: number;
  kill(signal?: string): Promise<void>;
  restart(args?: string[]): Promise<void>;
  stop(): Promise<void>;
}

const quiet = { error() {}, warn() {}, info() {}, debug() {} };

let redis: OwnRedis;
let deps: TestDeps;
let producer: Producer;
let relay: Relay;
let workers: Workers;
let isFlowing = true;
const taken = new Set<string>();

beforeAll(async () => {
  const services = await import(process.env.PIXORA_TEST_SERVICES ?? "");
  redis = await services.startRedis();
});
afterAll(() => redis.stop());

beforeEach(async () => {
  deps = await openTestDeps({ env: { REDIS_URL: redis.url } });
  const db = createOutboxDb(deps.db);
  const place = { redisUrl: redis.url, prefix: deps.config.REDIS_PREFIX };
  producer = createProducer({ ...place, onError: () => undefined });
  relay = startRelay({ db, producer, log: quiet, onWake: (listener) => deps.pubsub.subscribe("relay.wake", listener) });
  const idle = Object.fromEntries(Object.keys(jobs).map((job) => [job, async () => undefined]));
  const handlers = { ...idle, "notification.notifyLikes": takeLikes } as JobHandlers;
  workers = startWorkers({ ...place, queues: ["fast"], concurrency: 4, handlers, db, isStoreAway, log: quiet });
  taken.clear();
});

afterEach(async () => {
  await relay.close();
  await workers.close({ timeoutMs: 2_000 });
  await producer.close();
  await deps.close();
});

const record = statement<never>(
  "test.record",
  `insert into outbox_completions (fact_id, job) select id, 'notification.notifyLikes' from unnest($1::bigint[]) id
   on conflict do nothing`,
);

async function takeLikes(input: { facts: { id: string }[] }): Promise<void> {
  const ids = input.facts.map((fact) => fact.id);
  await deps.db.sql.run(record, [ids]);
  for (const id of ids) taken.add(id);
}

const insert = statement<{ id: string }>(
  "test.insertLike",
  `insert into outbox (fact, payload)
   values ('like.created', '{"postId": "1", "commentId": null, "actorId": "7"}') returning id`,
);

/** Facts, some hundred a second, until `isFlowing` is false; answers their ids. */
async function flow(): Promise<string[]> {
  const ids: string[] = [];
  isFlowing = true;
  while (isFlowing) {
    ids.push((await deps.db.sql.one(insert)).id);
    deps.wakeRelay();
    await pause(5);
  }
  return ids;
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const count = statement<{ count: number }>("test.count", "select count(*)::int as count from outbox");

/** Lets facts flow before, during and after the harm, and expects that none is lost or given up. */
async function expectNoneLost(harm: () => Promise<void>): Promise<void> {
  const flowing = flow();
  await pause(500);
  await harm();
  await pause(500);
  isFlowing = false;
  const ids = await flowing;
  const isEmpty = async () => (await deps.db.sql.one(count)).count === 0;
  await waitFor("the outbox to be empty", isEmpty, { timeoutMs: 45_000, everyMs: 100 });
  expect(ids.filter((id) => !taken.has(id))).toEqual([]);
  expect(await listDeadLetters(createOutboxDb(deps.db).query, { limit: 5 })).toEqual([]);
  expect((await producer.countJobs()).fast.failed).toBe(0);
}

test("a Redis that is killed and comes back empty loses no fact", async () => {
  await expectNoneLost(async () => {
    await redis.kill();
    await pause(1_000);
    await redis.restart();
  });
});

test("a Redis that stops answering, and then goes on, loses no fact", async () => {
  await expectNoneLost(async () => {
    process.kill(redis.pid, "SIGSTOP");
    await pause(4_000);
    process.kill(redis.pid, "SIGCONT");
  });
}, 60_000);

test("a Redis that stops answering for longer than any timeout loses no fact", async () => {
  await expectNoneLost(async () => {
    process.kill(redis.pid, "SIGSTOP");
    await pause(16_000);
    process.kill(redis.pid, "SIGCONT");
  });
}, 90_000);
