// Windows, fan-out, large accounts and the five-second bound, each promise by itself.
import { idAt, statement } from "@pixora/db";
import type { FactOf } from "@pixora/jobs";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createFollow, deleteFollow } from "../follow/follow.service.ts";
import type { Deps } from "../platform/deps.ts";
import { createPost } from "../post/post.service.ts";
import { createPerson, follow, openTestDeps, type TestDeps, type TestPerson } from "../testing/index.ts";
import { dropWindowsOfFacts } from "./feed.drop.ts";
import { epochReaderOf } from "./feed.epoch.ts";
import { pushPosts } from "./feed.fanout.ts";
import { isFanoutWithin } from "./feed.freshness.ts";
import { windowKeys } from "./feed.keys.ts";
import { mendWindows } from "./feed.mend.ts";
import { pushLateScript, pushScript, runScript } from "./feed.script.ts";
import { listHomeFeed, servedPagesOf } from "./feed.service.ts";
import { readWindow, rebuildWindow, settleRebuilds } from "./feed.window.ts";

let deps: TestDeps;
let reader: TestPerson;
let author: TestPerson;

beforeAll(async () => {
  deps = await openTestDeps({ env: { LARGE_ACCOUNT_FOLLOWERS: "10" } });
});
afterAll(() => deps?.close());
beforeEach(async () => {
  await deps.db.sql.run(statement<never>("test.noFacts", "delete from outbox"));
  [reader, author] = await Promise.all([createPerson(deps), createPerson(deps)]);
  await follow(deps, { followerId: reader.id, followeeId: author.id });
});

const selectFacts = statement<FactOf<"feed.pushPosts">>(
  "test.pushFacts",
  `select id, fact, payload from outbox o where fact in ('post.created', 'feed.rangeRequested')
   and not exists (select from outbox_completions c where c.fact_id = o.id and c.job = 'feed.pushPosts') order by id`,
);
const selectDropFacts = statement<FactOf<"feed.dropWindows">>(
  "test.dropFacts",
  `select id, fact, payload from outbox o
   where fact in ('follow.created', 'follow.deleted', 'feed.pullSwitched')
   and not exists (select from outbox_completions c where c.fact_id = o.id and c.job = 'feed.dropWindows') order by id`,
);
const selectPulled = statement<{ isPulled: boolean }>(
  "test.isPulled",
  `select is_pulled as "isPulled" from posts where id = $1`,
);

async function publish(authorId: string): Promise<string> {
  const post = await createPost(deps, { actorId: authorId, caption: "hello", media: [], visibility: "public" });
  return post.id;
}

/** Pushes everything that waits; answers how many rounds of facts there were. */
async function pushAll(on: Deps = deps, rangeSize?: number): Promise<number> {
  let rounds = 0;
  for (;;) {
    const facts = await deps.db.sql.many(selectFacts);
    if (facts.length === 0) return rounds;
    await pushPosts(on, { facts, ...(rangeSize ? { rangeSize } : {}) });
    rounds += 1;
  }
}

async function readIds(readerId: string, limit = 20): Promise<string[]> {
  const page = await listHomeFeed(deps, { viewerId: readerId, limit });
  return page.items.map((post) => post.id);
}

/** Reads once, so that there is a window. */
async function warmUp(readerId: string): Promise<void> {
  await readIds(readerId);
  await settleRebuilds(deps);
}

async function keysOf(readerId: string) {
  const epoch = await epochReaderOf(deps).readFresh();
  return windowKeys({ prefix: deps.redis.prefix, epoch, readerId });
}

async function listOf(readerId: string): Promise<string[]> {
  return deps.redis.cache.lrange((await keysOf(readerId)).list, 0, -1);
}

test("the first page comes from SQL, the next ones from the window, and both say the same", async () => {
  const first = await publish(author.id);
  await pushAll();
  const served = { ...servedPagesOf(deps) };
  expect(await readIds(reader.id)).toEqual([first]);
  await settleRebuilds(deps);
  const second = await publish(author.id);
  await pushAll();
  expect(await readIds(reader.id)).toEqual([second, first]);
  expect(servedPagesOf(deps)).toEqual({ fromSql: served.fromSql + 1, fromWindow: served.fromWindow + 1 });
});

test("one's own posts are in one's feed at once, in their place, and never in a list", async () => {
  const theirs = await publish(author.id);
  await pushAll();
  await warmUp(reader.id);
  const own = await publish(reader.id);
  expect(await readIds(reader.id)).toEqual([own, theirs]);
  const later = await publish(author.id);
  await pushAll();
  expect(await readIds(reader.id)).toEqual([later, own, theirs]);
  expect(await listOf(reader.id)).toEqual([later, theirs, "0"]);
});

test("who has not read has no window, and a push makes none", async () => {
  await publish(author.id);
  await pushAll();
  expect(await listOf(reader.id)).toEqual([]);
});

test("facts that come twice change nothing that a page shows", async () => {
  await warmUp(reader.id);
  const post = await publish(author.id);
  const facts = await deps.db.sql.many(selectFacts);
  await pushPosts(deps, { facts });
  await pushPosts(deps, { facts });
  expect(await readIds(reader.id)).toEqual([post]);
});

test("a late push finds its place, and one that is too late deletes the list", async () => {
  await warmUp(reader.id);
  const early = await publish(author.id);
  const held = await deps.db.sql.many(selectFacts);
  await deps.db.sql.run(statement<never>("test.holdBack", "delete from outbox"));
  const later = await publish(author.id);
  await pushAll();
  const clockAhead = (ms: number): Deps => ({ ...deps, clock: { now: () => new Date(Date.now() + ms) } });
  await pushPosts(clockAhead(60_000), { facts: held });
  expect(await listOf(reader.id)).toEqual([later, early, "0"]);
  await pushPosts(clockAhead(11 * 60_000), { facts: held });
  expect(await listOf(reader.id)).toEqual([]);
});

test("a late id that is older than all of a cut list is below its floor and is left out", async () => {
  const { list } = await keysOf(reader.id);
  await deps.redis.cache.rpush(list, "5000000000000", "4000000000000");
  const values = ["3000000000000", 400, 420];
  await runScript(deps.redis.cache, { script: pushLateScript, keys: [list], values });
  expect(await listOf(reader.id)).toEqual(["5000000000000", "4000000000000"]);
});

test("a list never grows far beyond 400, and then knows how far down it is complete", async () => {
  await warmUp(reader.id);
  const keys = await keysOf(reader.id);
  const start = idAt(new Date(Date.now() - 86_400_000));
  const minute = idAt(new Date(Date.now())) - idAt(new Date(Date.now() - 60_000));
  for (let index = 0; index < 430; index += 1) {
    const id = (start + BigInt(index) * minute).toString();
    await runScript(deps.redis.cache, { script: pushScript, keys: [keys.list], values: [id, 400, 420] });
  }
  const length = await deps.redis.cache.llen(keys.list);
  expect(length).toBeGreaterThanOrEqual(400);
  expect(length).toBeLessThanOrEqual(420);
  const window = await readWindow(deps, {
    readerId: reader.id,
    beforeId: (start + 429n * minute).toString(),
    count: 500,
  });
  const tail = (await listOf(reader.id)).at(-1) ?? "";
  expect(window?.isWhole).toBe(true);
  expect(BigInt(window?.floorId ?? 0)).toBe(((BigInt(tail) >> 22n) + 30_000n) << 22n);
  expect(window?.ids).toHaveLength(length - 2);
});

/** Deps on which the SQL of a rebuild waits until `during` is done. */
function rebuildDuring(during: () => Promise<unknown>): Deps {
  const { sql } = deps.db;
  const one: typeof sql.one = async (...args) => {
    const row = await sql.one(...args);
    await during();
    return row;
  };
  return { ...deps, db: { ...deps.db, sql: { ...sql, one } } };
}

test("what is pushed while a window is rebuilt is in it", async () => {
  const before = await publish(author.id);
  await pushAll();
  let during = "";
  const on = rebuildDuring(async () => {
    during = await publish(author.id);
    await pushAll();
  });
  await rebuildWindow(on, { readerId: reader.id });
  expect(await listOf(reader.id)).toEqual([during, before, "0"]);
});

test("a window that is deleted while it is rebuilt stays away", async () => {
  await publish(author.id);
  await pushAll();
  const on = rebuildDuring(() => deleteFollow(deps, { actorId: reader.id, userId: author.id }));
  await rebuildWindow(on, { readerId: reader.id });
  expect(await listOf(reader.id)).toEqual([]);
});

test("two rebuilds at once make one window", async () => {
  const post = await publish(author.id);
  await Promise.all([
    rebuildWindow(deps, { readerId: reader.id }),
    rebuildWindow({ ...deps }, { readerId: reader.id }),
  ]);
  expect(await listOf(reader.id)).toEqual([post, "0"]);
});

test("a follow deletes the reader's window at once, and its fact does so again", async () => {
  const other = await createPerson(deps);
  const post = await publish(other.id);
  await pushAll();
  await warmUp(reader.id);
  await createFollow(deps, { actorId: reader.id, userId: other.id });
  expect(await listOf(reader.id)).toEqual([]);
  await warmUp(reader.id);
  expect(await readIds(reader.id)).toEqual([post]);
  const facts = await deps.db.sql.many(selectDropFacts);
  expect(facts).toHaveLength(1);
  await dropWindowsOfFacts(deps, { facts });
  expect(await listOf(reader.id)).toEqual([]);
  expect(await deps.db.sql.many(selectDropFacts)).toEqual([]);
});

test("a list without the accounts beside it is not believed, and is rebuilt", async () => {
  const post = await publish(author.id);
  await pushAll();
  await warmUp(reader.id);
  const keys = await keysOf(reader.id);
  await deps.redis.cache.del(keys.large);
  await deps.redis.cache.lrem(keys.list, 0, post);
  expect(await readIds(reader.id)).toEqual([post]);
  await settleRebuilds(deps);
  expect(await listOf(reader.id)).toEqual([post, "0"]);
});

test("who follows more than 5,000 people is served by SQL", async () => {
  const set = statement<never>("test.followMany", "update user_counts set following_count = 5001 where user_id = $1");
  await deps.db.sql.run(set, [reader.id]);
  const post = await publish(author.id);
  await warmUp(reader.id);
  expect((await listOf(reader.id)).every((element) => element.startsWith("s:"))).toBe(true);
  expect(await readIds(reader.id)).toEqual([post]);
});

test("a post of many followers goes by ranges, each a fact of its own", async () => {
  const others = await Promise.all(Array.from({ length: 8 }, () => createPerson(deps)));
  for (const other of others) {
    await follow(deps, { followerId: other.id, followeeId: author.id });
    await warmUp(other.id);
  }
  const post = await publish(author.id);
  await pushPosts(deps, { facts: await deps.db.sql.many(selectFacts), rangeSize: 4 });
  expect(await deps.db.sql.many(selectFacts)).toHaveLength(3);
  await pushAll(deps, 4);
  for (const other of others) expect(await listOf(other.id)).toEqual([post, "0"]);
});

test("a large account's posts are pulled: nothing is pushed, and every page has them in their place", async () => {
  const fans = await Promise.all(Array.from({ length: 10 }, () => createPerson(deps)));
  const small = await publish(author.id);
  await pushAll();
  await warmUp(reader.id);
  for (const fan of fans) await follow(deps, { followerId: fan.id, followeeId: author.id });
  const pulled = await publish(author.id);
  expect(await deps.db.sql.one(selectPulled, [pulled])).toEqual({ isPulled: true });
  // The account has switched: its followers' windows must learn of it.
  const facts = await deps.db.sql.many(selectDropFacts);
  expect(facts.map(({ fact, payload }) => ({ fact, payload }))).toEqual([
    { fact: "feed.pullSwitched", payload: { userId: author.id } },
  ]);
  await pushAll();
  expect(await listOf(reader.id)).toEqual([small, "0"]);
  await dropWindowsOfFacts(deps, { facts });
  await warmUp(reader.id);
  const second = await publish(author.id);
  await pushAll();
  expect(await readIds(reader.id)).toEqual([second, pulled, small]);
  expect(await listOf(reader.id)).toEqual([pulled, small, "0"]);
});

test("an account that hovers around the threshold does not switch with every follow", async () => {
  const fans = await Promise.all(Array.from({ length: 10 }, () => createPerson(deps)));
  for (const fan of fans) await follow(deps, { followerId: fan.id, followeeId: author.id });
  const leave = async (count: number) => {
    for (const fan of fans.splice(0, count)) await deleteFollow(deps, { actorId: fan.id, userId: author.id });
  };
  const isPulled = async () => (await deps.db.sql.one(selectPulled, [await publish(author.id)])).isPulled;
  expect(await isPulled()).toBe(true);
  await leave(3);
  expect(await isPulled()).toBe(true);
  await leave(1);
  expect(await isPulled()).toBe(false);
});

const insertOldFact = statement<{ id: string }>(
  "test.oldFact",
  `insert into outbox (id, fact, payload) values (id_at(now() - interval '6 seconds'), $1, $2) returning id`,
);

test("a fact that adds posts and is unfinished for too long sends all pages to SQL", async () => {
  await warmUp(reader.id);
  const fresh: Deps = { ...deps };
  expect(await isFanoutWithin(deps, { ageMs: 5_000 })).toBe(true);
  const payload = { postId: "5", authorId: author.id };
  const { id } = await deps.db.sql.one(insertOldFact, ["post.created", payload]);
  expect(await isFanoutWithin(deps, { ageMs: 5_000 })).toBe(false);
  expect(await isFanoutWithin(deps, { ageMs: 60_000 })).toBe(true);
  await listHomeFeed(fresh, { viewerId: reader.id, limit: 5 });
  expect(servedPagesOf(fresh)).toEqual({ fromWindow: 0, fromSql: 1 });
  await pushPosts(deps, { facts: [{ id, fact: "post.created", payload }] });
  expect(await isFanoutWithin(deps, { ageMs: 5_000 })).toBe(true);
});

test("a fact that was given up counts until its readers' windows are deleted", async () => {
  await warmUp(reader.id);
  const bury = statement<never>(
    "test.bury",
    `insert into dead_letters (fact_id, fact, payload, job, error) values (7, 'post.created', $1, 'feed.pushPosts', 'bad')`,
  );
  await deps.db.sql.run(bury, [{ postId: "5", authorId: author.id }]);
  expect(await isFanoutWithin(deps, { ageMs: 5_000 })).toBe(false);
  await mendWindows(deps);
  expect(await isFanoutWithin(deps, { ageMs: 5_000 })).toBe(true);
  expect(await listOf(reader.id)).toEqual([]);
  await deps.db.sql.run(statement<never>("test.unbury", "delete from dead_letters"));
  await mendWindows(deps);
  const kept = await deps.db.sql.many(
    statement<{ id: string }>("test.mended", "select fact_id as id from feed_mended"),
  );
  expect(kept).toEqual([]);
});

test("what another Redis kept is never read", async () => {
  const services = await import(process.env.PIXORA_TEST_SERVICES ?? "");
  const own = await services.startRedis({ args: ["--appendonly", "yes", "--appendfsync", "always"] });
  const on = await openTestDeps({ env: { REDIS_URL: own.url, REDIS_CACHE_URL: own.url } });
  try {
    const loner = await createPerson(on);
    await expect.poll(() => on.redis.cache.status).toBe("ready");
    await rebuildWindow(on, { readerId: loner.id });
    const before = await epochReaderOf(on).current();
    expect(await readWindow(on, { readerId: loner.id, beforeId: null, count: 5 })).not.toBeNull();
    await own.restart();
    await expect.poll(() => epochReaderOf(on).current(), { timeout: 10_000 }).not.toBeNull();
    await expect.poll(() => epochReaderOf(on).current(), { timeout: 10_000 }).not.toBe(before);
    expect((await on.redis.cache.keys("*feed*")).length).toBe(2);
    expect(await readWindow(on, { readerId: loner.id, beforeId: null, count: 5 })).toBeNull();
  } finally {
    await on.close();
    await own.stop();
  }
});
