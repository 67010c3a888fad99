// The way of a fact: outbox, relay, queue, handler, done. On real PostgreSQL and Redis.
import { createOutboxDb, isStoreAway, relayChannel } from "@pixora/api/domain";
import { openTestDeps, type TestDeps, waitFor } from "@pixora/api/testing";
import { statement } from "@pixora/db";
import {
  consequences,
  createProducer,
  type JobHandlers,
  jobs,
  listDeadLetters,
  type Producer,
  type Relay,
  replayDeadLetters,
  startRelay,
  startWorkers,
  type Workers,
} from "@pixora/jobs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

const quiet = { error() {}, warn() {}, info() {}, debug() {} };

let deps: TestDeps;
let producer: Producer;
const open: { relays: Relay[]; workers: Workers[] } = { relays: [], workers: [] };

beforeEach(async () => {
  deps = await openTestDeps();
  producer = createProducer({ ...place(), onError: () => undefined });
});

afterEach(async () => {
  await Promise.all(open.relays.splice(0).map((relay) => relay.close()));
  await Promise.all(open.workers.splice(0).map((workers) => workers.close({ timeoutMs: 2_000 })));
  await producer.close();
  await deps.close();
});

function place() {
  return { redisUrl: deps.config.REDIS_URL, prefix: deps.config.REDIS_PREFIX };
}

function relay(options: { staleMs?: number; pollMs?: number } = {}): Relay {
  const started = startRelay({
    db: createOutboxDb(deps.db),
    producer,
    log: quiet,
    onWake: (listener) => deps.pubsub.subscribe(relayChannel, listener),
    pollMs: 100,
    ...options,
  });
  open.relays.push(started);
  return started;
}

type LikeInput = Parameters<JobHandlers["notification.notifyLikes"]>[0];

/** Workers whose handlers do nothing but `likes` and record done. */
function work(likes: (input: LikeInput) => Promise<void>): Workers {
  const idle = Object.fromEntries(Object.keys(jobs).map((job) => [job, async () => undefined]));
  const started = startWorkers({
    ...place(),
    queues: ["fast", "feed", "bulk"],
    concurrency: 4,
    handlers: { ...idle, "notification.notifyLikes": likes } as JobHandlers,
    db: createOutboxDb(deps.db),
    isStoreAway,
    log: quiet,
  });
  open.workers.push(started);
  return started;
}

const insert = statement<{ id: string }>(
  "test.insertLikes",
  `insert into outbox (fact, payload)
   select 'like.created', jsonb_build_object('postId', n::text, 'commentId', null, 'actorId', '7')
   from generate_series(1, $1::int) n returning id`,
);

async function commitLikes(count: number): Promise<string[]> {
  const rows = await deps.db.sql.many(insert, [count]);
  deps.wakeRelay();
  return rows.map((row) => row.id);
}

const record = statement<never>(
  "test.record",
  `insert into outbox_completions (fact_id, job) select id, 'notification.notifyLikes' from unnest($1::bigint[]) id
   on conflict do nothing`,
);

const recordDone = (input: LikeInput) => deps.db.sql.run(record, [input.facts.map((fact) => fact.id)]);

const count = statement<{ count: number }>("test.count", "select count(*)::int as count from outbox");
const unfinished = async () => (await deps.db.sql.one(count)).count;
const isEmpty = async () => (await unfinished()) === 0;

describe("relay", () => {
  test("facts reach their handler in lists, once, and leave nothing behind", async () => {
    const taken: string[] = [];
    let lists = 0;
    work(async (input) => {
      lists += 1;
      taken.push(...input.facts.map((fact) => fact.id));
      await recordDone(input);
    });
    relay();
    const ids = await commitLikes(500);
    await waitFor("the outbox to be empty", isEmpty);
    expect(taken.toSorted()).toEqual(ids.toSorted());
    expect(lists).toBeLessThan(20);
    const completions = statement<{ count: number }>(
      "test.completions",
      "select count(*)::int as count from outbox_completions",
    );
    expect((await deps.db.sql.one(completions)).count).toBe(0);
  });

  test("several relays at once relay each fact once", async () => {
    const taken: string[] = [];
    work(async (input) => {
      taken.push(...input.facts.map((fact) => fact.id));
      await recordDone(input);
    });
    for (let index = 0; index < 4; index += 1) relay();
    const ids = (await Promise.all(Array.from({ length: 20 }, () => commitLikes(50)))).flat();
    await waitFor("the outbox to be empty", isEmpty);
    expect(taken.toSorted()).toEqual(ids.toSorted());
  });

  test("a fact without a consequence is deleted at once", async () => {
    relay();
    const [idle] = Object.entries(consequences).find(([, caused]) => caused.length === 0) ?? [];
    await deps.db.sql.run(statement("test.idle", `insert into outbox (fact, payload) values ($1, '{}')`), [idle]);
    deps.wakeRelay();
    await waitFor("the outbox to be empty", isEmpty);
  });

  test("a fact that this release does not know is left alone", async () => {
    relay();
    await deps.db.sql.run(statement("test.unknown", `insert into outbox (fact, payload) values ('moon.landed', '{}')`));
    await commitLikes(1);
    work(async (input) => void (await recordDone(input)));
    await waitFor("the like to be done", async () => (await unfinished()) === 1);
  });

  test("a fact whose job was lost is relayed again once it is stale, and only to the jobs that lack it", async () => {
    relay({ staleMs: 300 });
    await commitLikes(3);
    await waitFor("the jobs to be added", async () => (await producer.countJobs()).fast.waiting > 0);
    // Nobody works yet: each time it grows stale the list is added again.
    await waitFor("the second list", async () => (await producer.countJobs()).fast.waiting > 1);
    work(async (input) => void (await recordDone(input)));
    await waitFor("the outbox to be empty", isEmpty);
  });

  test("what an emptied Redis has lost is relayed again at once", async () => {
    relay({ staleMs: 60_000 });
    await commitLikes(10);
    await waitFor("the jobs to be added", async () => (await producer.countJobs()).fast.waiting > 0);
    await deps.redis.cache.eval(
      "for _, key in ipairs(redis.call('keys', ARGV[1])) do redis.call('del', key) end",
      0,
      `{${deps.config.REDIS_PREFIX}*`,
    );
    expect((await producer.countJobs()).fast.waiting).toBe(0);
    const taken = new Set<string>();
    work(async (input) => {
      for (const fact of input.facts) taken.add(fact.id);
      await recordDone(input);
    });
    await waitFor("the outbox to be empty", isEmpty, { timeoutMs: 5_000 });
    expect(taken.size).toBe(10);
  });
});

describe("workers", () => {
  test("one bad fact becomes a dead letter with its error, the others of its list are taken, and it can be replayed", async () => {
    let isMended = false;
    const taken = new Set<string>();
    work(async (input) => {
      if (!isMended && input.facts.some((fact) => fact.payload.postId === "13")) throw new Error("an unlucky number");
      for (const fact of input.facts) taken.add(fact.payload.postId);
      await recordDone(input);
    });
    relay();
    await commitLikes(50);
    await waitFor("the outbox to be empty", isEmpty);
    expect(taken.size).toBe(49);
    const db = createOutboxDb(deps.db);
    const letters = await listDeadLetters(db.query, { limit: 10 });
    expect(letters).toMatchObject([
      { fact: "like.created", job: "notification.notifyLikes", payload: { postId: "13" } },
    ]);
    expect(letters[0]?.error).toContain("an unlucky number");

    isMended = true;
    expect(await replayDeadLetters(db, {})).toBe(1);
    deps.wakeRelay();
    await waitFor("the replayed fact to be taken", () => taken.has("13"));
    await waitFor("the outbox to be empty", isEmpty);
    expect(await listDeadLetters(db.query, { limit: 10 })).toEqual([]);
  });

  test("a payload that does not fit becomes a dead letter", async () => {
    work(async (input) => void (await recordDone(input)));
    relay();
    await deps.db.sql.run(
      statement("test.bad", `insert into outbox (fact, payload) values ('like.created', '{"postId": 5}')`),
    );
    deps.wakeRelay();
    await waitFor("the outbox to be empty", isEmpty);
    const [letter] = await listDeadLetters(createOutboxDb(deps.db).query, { limit: 1 });
    expect(letter?.error).toContain("the payload does not fit");
  });

  test("a store that is away costs no attempt", async () => {
    let tries = 0;
    work(async (input) => {
      tries += 1;
      if (tries <= 6) throw Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
      await recordDone(input);
    });
    relay();
    await commitLikes(1);
    await waitFor("the outbox to be empty", isEmpty, { timeoutMs: 20_000 });
    expect(await listDeadLetters(createOutboxDb(deps.db).query, { limit: 1 })).toEqual([]);
  });

  test("closing waits for a running job, and puts back after the deadline what still waits", async () => {
    let tries = 0;
    const workers = work(async () => {
      tries += 1;
      throw Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
    });
    const relaying = relay();
    await commitLikes(1);
    await waitFor("the job to be tried", () => tries > 0);
    await relaying.close();
    await workers.close({ timeoutMs: 300 });
    expect(await producer.countJobs()).toMatchObject({ fast: { waiting: 1, active: 0, failed: 0 } });
  });
});
