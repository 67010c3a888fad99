// Fan-out: who gets a post pushed, late, twice, by ranges, or not at all because its author is large.
import { statement } from "@pixora/db";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { deleteFollow } from "../follow/follow.service.ts";
import type { Deps } from "../platform/process/deps.ts";
import {
  keysOfWindow,
  listOfWindow,
  publish,
  pushAll,
  readDropFacts,
  readFeedIds,
  readPushFacts,
  warmUp,
} from "../testing/feed-stage.ts";
import { createPerson, follow, openTestDeps, type TestDeps, type TestPerson } from "../testing/index.ts";
import { dropWindowsOfFacts } from "./feed.drop.ts";
import { pushPosts } from "./feed.fanout.ts";
import { nameLength } from "./feed.keys.ts";
import { pushLateScript, runScript } from "./feed.script.ts";

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

const selectPulled = statement<{ isPulled: boolean }>(
  "test.isPulled",
  `select is_pulled as "isPulled" from posts where id = $1`,
);

test("who has not read has no window, and a push makes none", async () => {
  await publish(deps, author.id);
  await pushAll(deps);
  expect(await listOfWindow(deps, reader.id)).toEqual([]);
});

test("who is no longer warm is passed over: no window of theirs is believed", async () => {
  await warmUp(deps, reader.id);
  const cool = statement<never>(
    "test.cool",
    "update feed_readers set warm_until = now() - $2::interval where reader_id = $1",
  );
  // For another hour they count as warm, should clocks disagree.
  await deps.db.sql.run(cool, [reader.id, "59 minutes"]);
  const first = await publish(deps, author.id);
  await pushAll(deps);
  await deps.db.sql.run(cool, [reader.id, "61 minutes"]);
  await publish(deps, author.id);
  await pushAll(deps);
  expect(await listOfWindow(deps, reader.id)).toEqual([first, "0"]);
});

test("facts that come twice change nothing that a page shows", async () => {
  await warmUp(deps, reader.id);
  const post = await publish(deps, author.id);
  const facts = await readPushFacts(deps);
  await pushPosts(deps, { facts });
  await pushPosts(deps, { facts });
  expect(await readFeedIds(deps, reader.id)).toEqual([post]);
});

test("a late push finds its place, and one that is too late deletes the list", async () => {
  await warmUp(deps, reader.id);
  const early = await publish(deps, author.id);
  const held = await readPushFacts(deps);
  await deps.db.sql.run(statement<never>("test.holdBack", "delete from outbox"));
  const later = await publish(deps, author.id);
  await pushAll(deps);
  const clockAhead = (ms: number): Deps => ({ ...deps, clock: { now: () => new Date(Date.now() + ms) } });
  await pushPosts(clockAhead(60_000), { facts: held });
  expect(await listOfWindow(deps, reader.id)).toEqual([later, early, "0"]);
  await pushPosts(clockAhead(11 * 60_000), { facts: held });
  expect(await listOfWindow(deps, reader.id)).toEqual([]);
});

test("a late id that is older than all of a cut list is below its floor and is left out", async () => {
  const { list } = await keysOfWindow(deps, reader.id);
  await deps.redis.cache.rpush(list, "4000000000000", "5000000000000");
  const name = list.slice(-nameLength);
  const values = [400, 408, "3000000000000", name];
  await runScript(deps.redis.cache, { script: pushLateScript, keys: [list.slice(0, -nameLength)], values });
  expect(await listOfWindow(deps, reader.id)).toEqual(["5000000000000", "4000000000000"]);
});

test("a post reaches its readers whatever the stored number of followers says", async () => {
  await warmUp(deps, reader.id);
  const post = await publish(deps, author.id);
  const forget = statement<never>("test.forget", "update user_counts set follower_count = 0 where user_id = $1");
  await deps.db.sql.run(forget, [author.id]);
  await pushAll(deps);
  expect(await listOfWindow(deps, reader.id)).toEqual([post, "0"]);
});

test("a post of many followers goes by ranges, each a fact of its own", async () => {
  const others = await Promise.all(Array.from({ length: 8 }, () => createPerson(deps)));
  for (const other of others) {
    await follow(deps, { followerId: other.id, followeeId: author.id });
    await warmUp(deps, other.id);
  }
  const post = await publish(deps, author.id);
  await pushPosts(deps, { facts: await readPushFacts(deps), rangeSize: 4 });
  expect(await readPushFacts(deps)).toHaveLength(3);
  await pushAll(deps, 4);
  for (const other of others) expect(await listOfWindow(deps, other.id)).toEqual([post, "0"]);
});

test("a large account's posts are pulled: nothing is pushed, and every page has them in their place", async () => {
  const fans = await Promise.all(Array.from({ length: 10 }, () => createPerson(deps)));
  const small = await publish(deps, author.id);
  await pushAll(deps);
  await warmUp(deps, reader.id);
  for (const fan of fans) await follow(deps, { followerId: fan.id, followeeId: author.id });
  const pulled = await publish(deps, author.id);
  expect(await deps.db.sql.one(selectPulled, [pulled])).toEqual({ isPulled: true });
  // The account has switched: its followers' windows must learn of it.
  const facts = await readDropFacts(deps);
  expect(facts.map(({ fact, payload }) => ({ fact, payload }))).toEqual([
    { fact: "feed.pullSwitched", payload: { userId: author.id } },
  ]);
  await pushAll(deps);
  expect(await listOfWindow(deps, reader.id)).toEqual([small, "0"]);
  await dropWindowsOfFacts(deps, { facts });
  await warmUp(deps, reader.id);
  const second = await publish(deps, author.id);
  await pushAll(deps);
  expect(await readFeedIds(deps, reader.id)).toEqual([second, pulled, small]);
  expect(await listOfWindow(deps, reader.id)).toEqual([pulled, small, "0"]);
});

test("an account that hovers around the threshold does not switch with every follow", async () => {
  const fans = await Promise.all(Array.from({ length: 10 }, () => createPerson(deps)));
  for (const fan of fans) await follow(deps, { followerId: fan.id, followeeId: author.id });
  const leave = async (count: number) => {
    for (const fan of fans.splice(0, count)) await deleteFollow(deps, { actorId: fan.id, userId: author.id });
  };
  const isPulled = async () => (await deps.db.sql.one(selectPulled, [await publish(deps, author.id)])).isPulled;
  expect(await isPulled()).toBe(true);
  await leave(3);
  expect(await isPulled()).toBe(true);
  await leave(1);
  expect(await isPulled()).toBe(false);
});
