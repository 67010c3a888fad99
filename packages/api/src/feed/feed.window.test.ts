// Windows, each promise by itself: rebuilt, read, dropped, cut, and never believed when in doubt.
import { idAt, statement } from "@pixora/db";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createFollow, deleteFollow } from "../follow/follow.service.ts";
import type { Deps } from "../platform/process/deps.ts";
import {
  keysOfWindow,
  listOfWindow,
  publish,
  pushAll,
  readDropFacts,
  readFeedIds,
  warmUp,
} from "../testing/feed-stage.ts";
import { createPerson, follow, openTestDeps, type TestDeps, type TestPerson } from "../testing/index.ts";
import { dropWindowsOfFacts } from "./feed.drop.ts";
import { epochReaderOf } from "./feed.epoch.ts";
import { nameLength } from "./feed.keys.ts";
import { writeNote } from "./feed.note.ts";
import { pushScript, runScript } from "./feed.script.ts";
import { servedPagesOf } from "./feed.service.ts";
import { makeWarm } from "./feed.warmth.ts";
import { dropWindows, readWindow, rebuildWindow, waitForRebuilds } from "./feed.window.ts";

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

test("the first page comes from SQL, the next ones from the window, and both say the same", async () => {
  const first = await publish(deps, author.id);
  await pushAll(deps);
  const served = { ...servedPagesOf(deps) };
  expect(await readFeedIds(deps, reader.id)).toEqual([first]);
  await waitForRebuilds(deps);
  const second = await publish(deps, author.id);
  await pushAll(deps);
  expect(await readFeedIds(deps, reader.id)).toEqual([second, first]);
  expect(servedPagesOf(deps)).toEqual({ fromSql: served.fromSql + 1, fromWindow: served.fromWindow + 1 });
});

test("one's own posts are in one's feed at once, in their place, and never in a list", async () => {
  const theirs = await publish(deps, author.id);
  await pushAll(deps);
  await warmUp(deps, reader.id);
  const own = await publish(deps, reader.id);
  expect(await readFeedIds(deps, reader.id)).toEqual([own, theirs]);
  const later = await publish(deps, author.id);
  await pushAll(deps);
  expect(await readFeedIds(deps, reader.id)).toEqual([later, own, theirs]);
  expect(await listOfWindow(deps, reader.id)).toEqual([later, theirs, "0"]);
});

test("a list never grows far beyond 400, and then knows how far down it is complete", async () => {
  await warmUp(deps, reader.id);
  const keys = await keysOfWindow(deps, reader.id);
  const [keyStart, name] = [keys.list.slice(0, -nameLength), keys.list.slice(-nameLength)];
  const start = idAt(new Date(Date.now() - 86_400_000));
  const minute = idAt(new Date(Date.now())) - idAt(new Date(Date.now() - 60_000));
  for (let index = 0; index < 430; index += 1) {
    const id = (start + BigInt(index) * minute).toString();
    await runScript(deps.redis.cache, { script: pushScript, keys: [keyStart], values: [400, 408, id, name] });
  }
  const length = await deps.redis.cache.llen(keys.list);
  expect(length).toBeGreaterThanOrEqual(400);
  expect(length).toBeLessThanOrEqual(408);
  const window = await readWindow(deps, {
    readerId: reader.id,
    beforeId: (start + 429n * minute).toString(),
    count: 500,
  });
  const tail = (await listOfWindow(deps, reader.id)).at(-1) ?? "";
  expect(window?.isWhole).toBe(true);
  expect(BigInt(window?.floorId ?? 0)).toBe(((BigInt(tail) >> 22n) + 30_000n) << 22n);
  expect(window?.ids).toHaveLength(length - 2);
});

test("pushes reach a Redis that has forgotten its scripts", async () => {
  await warmUp(deps, reader.id);
  const post = await publish(deps, author.id);
  await deps.redis.cache.script("FLUSH");
  await pushAll(deps);
  expect(await listOfWindow(deps, reader.id)).toEqual([post, "0"]);
});

/** Deps on which a rebuild waits, once, until `during` is done: it knows its reader by then, and no posts yet. */
function rebuildDuring(during: () => Promise<unknown>): Deps {
  const { sql } = deps.db;
  let isDone = false;
  const one: typeof sql.one = async (...args) => {
    const row = await sql.one(...args);
    if (!isDone) await during();
    isDone = true;
    return row;
  };
  return { ...deps, db: { ...deps.db, sql: { ...sql, one } } };
}

test.each([
  ["of a reader who is warm, by the push", true],
  ["of a reader whom fan-out passed over, by SQL", false],
])("what is published while a window is rebuilt is in it: %s", async (_, isWarm) => {
  if (isWarm) await makeWarm(deps.db.sql, { readerId: reader.id });
  const before = await publish(deps, author.id);
  await pushAll(deps);
  let during = "";
  const on = rebuildDuring(async () => {
    during = await publish(deps, author.id);
    await pushAll(deps);
    const pushed = (await listOfWindow(deps, reader.id)).filter((element) => !element.startsWith("s:"));
    expect(pushed).toEqual(isWarm ? [during] : []);
  });
  await rebuildWindow(on, { readerId: reader.id });
  expect(await listOfWindow(deps, reader.id)).toEqual([during, before, "0"]);
  const after = await publish(deps, author.id);
  await pushAll(deps);
  expect(await listOfWindow(deps, reader.id)).toEqual([after, during, before, "0"]);
});

test("a reader is warm before their posts are read: what is published in between is pushed", async () => {
  const before = await publish(deps, author.id);
  await pushAll(deps);
  const { sql } = deps.db;
  let after = "";
  const many: typeof sql.many = async (...args) => {
    const ids = await sql.many(...args);
    after = await publish(deps, author.id);
    await pushAll(deps);
    return ids;
  };
  await rebuildWindow({ ...deps, db: { ...deps.db, sql: { ...sql, many } } }, { readerId: reader.id });
  expect(await listOfWindow(deps, reader.id)).toEqual([after, before, "0"]);
});

test("a window that is deleted while it is rebuilt stays away", async () => {
  await publish(deps, author.id);
  await pushAll(deps);
  const on = rebuildDuring(() => deleteFollow(deps, { actorId: reader.id, userId: author.id }));
  await rebuildWindow(on, { readerId: reader.id });
  expect(await listOfWindow(deps, reader.id)).toEqual([]);
});

test("a list that still has its sentinel is not believed, whatever stands beside it", async () => {
  const keys = await keysOfWindow(deps, reader.id);
  await deps.redis.cache.rpush(keys.list, "s:half-made", "5000000000000");
  await deps.redis.cache.set(keys.note, writeNote({ warmUntilMs: Date.now() + 60_000, largeAuthorIds: [] }));
  expect(await readWindow(deps, { readerId: reader.id, beforeId: null, count: 5 })).toBeNull();
});

test.each(["", "soon", "9999999999999,x", "9999999999999,"])(
  "a list beside which stands %j is not believed",
  async (text) => {
    await warmUp(deps, reader.id);
    const { note } = await keysOfWindow(deps, reader.id);
    await deps.redis.cache.set(note, text);
    expect(await readWindow(deps, { readerId: reader.id, beforeId: null, count: 5 })).toBeNull();
  },
);

test("two rebuilds at once make one window", async () => {
  const post = await publish(deps, author.id);
  await Promise.all([
    rebuildWindow(deps, { readerId: reader.id }),
    rebuildWindow({ ...deps }, { readerId: reader.id }),
  ]);
  expect(await listOfWindow(deps, reader.id)).toEqual([post, "0"]);
});

test("a follow deletes the reader's window at once, and its fact does so again", async () => {
  const other = await createPerson(deps);
  const post = await publish(deps, other.id);
  await pushAll(deps);
  await warmUp(deps, reader.id);
  await createFollow(deps, { actorId: reader.id, userId: other.id });
  expect(await listOfWindow(deps, reader.id)).toEqual([]);
  await warmUp(deps, reader.id);
  expect(await readFeedIds(deps, reader.id)).toEqual([post]);
  const facts = await readDropFacts(deps);
  expect(facts).toHaveLength(1);
  await dropWindowsOfFacts(deps, { facts });
  expect(await listOfWindow(deps, reader.id)).toEqual([]);
  expect(await readDropFacts(deps)).toEqual([]);
});

test("a list without the accounts beside it is not believed, and is rebuilt", async () => {
  const post = await publish(deps, author.id);
  await pushAll(deps);
  await warmUp(deps, reader.id);
  const keys = await keysOfWindow(deps, reader.id);
  await deps.redis.cache.del(keys.note);
  await deps.redis.cache.lrem(keys.list, 0, post);
  expect(await readFeedIds(deps, reader.id)).toEqual([post]);
  await waitForRebuilds(deps);
  expect(await listOfWindow(deps, reader.id)).toEqual([post, "0"]);
});

test("who follows more than 5,000 people is served by SQL", async () => {
  const set = statement<never>("test.followMany", "update user_counts set following_count = 5001 where user_id = $1");
  await deps.db.sql.run(set, [reader.id]);
  const post = await publish(deps, author.id);
  await warmUp(deps, reader.id);
  expect((await listOfWindow(deps, reader.id)).every((element) => element.startsWith("s:"))).toBe(true);
  expect(await readFeedIds(deps, reader.id)).toEqual([post]);
});

const daysMs = (days: number) => days * 86_400_000;
const selectWarm = statement<{ warmUntil: string }>(
  "test.warm",
  `select warm_until::text as "warmUntil" from feed_readers where reader_id = $1`,
);
const setWarm = statement<never>(
  "test.setWarm",
  "update feed_readers set warm_until = now() + $2::int * interval '1 day' where reader_id = $1",
);

test("a window is believed while its reader is warm, and no longer", async () => {
  await warmUp(deps, reader.id);
  const at = (ms: number): Deps => ({ ...deps, clock: { now: () => new Date(Date.now() + ms) } });
  const read = (on: Deps) => readWindow(on, { readerId: reader.id, beforeId: null, count: 5 });
  expect(await read(at(daysMs(7)))).not.toBeNull();
  expect(await read(at(daysMs(8)))).toBeNull();
});

test("a window ends when its reader is no longer warm, however often it is read", async () => {
  await warmUp(deps, reader.id);
  const { list, note } = await keysOfWindow(deps, reader.id);
  const soon = Date.now() + 60_000;
  await deps.redis.cache.set(note, writeNote({ warmUntilMs: soon, largeAuthorIds: [] }));
  const expiries = () => Promise.all([deps.redis.cache.pexpiretime(list), deps.redis.cache.pexpiretime(note)]);
  const readOften = async () => {
    for (let read = 0; read < 50; read += 1) await readWindow(deps, { readerId: reader.id, beforeId: null, count: 5 });
    return Math.min(...(await expiries()));
  };
  // The note has no end yet: some read has prolonged both.
  await expect.poll(readOften, { timeout: 10_000 }).toBeGreaterThan(0);
  for (const key of [list, note]) expect(await deps.redis.cache.pttl(key)).toBeLessThanOrEqual(60_000);
});

test("a rebuild makes its reader warm anew only once half of the time is over", async () => {
  await warmUp(deps, reader.id);
  const first = await deps.db.sql.one(selectWarm, [reader.id]);
  const rebuild = async () => {
    await dropWindows(deps, { readerIds: [reader.id] });
    await rebuildWindow(deps, { readerId: reader.id });
    return deps.db.sql.one(selectWarm, [reader.id]);
  };
  expect(await rebuild()).toEqual(first);
  await deps.db.sql.run(setWarm, [reader.id, 3]);
  const renewed = await rebuild();
  expect(Date.parse(renewed.warmUntil)).toBeGreaterThan(Date.now() + daysMs(7.9));
});

test("windows go to no file or replica, and what another Redis kept all the same is never read", async () => {
  const services = await import(process.env.PIXORA_TEST_SERVICES ?? "");
  const own = await services.startRedis({ args: ["--appendonly", "yes", "--appendfsync", "always"] });
  const on = await openTestDeps({ env: { REDIS_URL: own.url, REDIS_CACHE_URL: own.url } });
  try {
    const loner = await createPerson(on);
    await expect.poll(() => on.redis.cache.status).toBe("ready");
    await rebuildWindow(on, { readerId: loner.id });
    const before = await epochReaderOf(on).current();
    expect(await readWindow(on, { readerId: loner.id, beforeId: null, count: 5 })).not.toBeNull();
    const kept = await createPerson(on);
    const keptKeys = await keysOfWindow(on, kept.id);
    await on.redis.cache.rpush(keptKeys.list, "0");
    await on.redis.cache.set(keptKeys.note, writeNote({ warmUntilMs: Date.now() + 60_000, largeAuthorIds: [] }));
    expect(await readWindow(on, { readerId: kept.id, beforeId: null, count: 5 })).not.toBeNull();
    await own.restart();
    await expect.poll(() => epochReaderOf(on).current(), { timeout: 10_000 }).not.toBeNull();
    await expect.poll(() => epochReaderOf(on).current(), { timeout: 10_000 }).not.toBe(before);
    expect((await on.redis.cache.keys("*feed*")).sort()).toEqual([keptKeys.list, keptKeys.note]);
    for (const { id } of [loner, kept]) {
      expect(await readWindow(on, { readerId: id, beforeId: null, count: 5 })).toBeNull();
    }
  } finally {
    await on.close();
    await own.stop();
  }
});
