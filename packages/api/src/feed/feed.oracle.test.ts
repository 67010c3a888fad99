// Pages of the home feed, served from windows and from SQL, against a naive query, while a whole small world changes.
// Seeded and replayable: FEED_ORACLE_SEED; FEED_ORACLE_PAGES for the long form (100000).
import { statement } from "@pixora/db";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Deps } from "../platform/process/deps.ts";
import { type FeedWorld, type NaivePost, openFeedWorld } from "../testing/feed-world.ts";
import { openTestDeps, type TestDeps } from "../testing/index.ts";
import { listHomeFeed, servedPagesOf } from "./feed.service.ts";
import { dropWindows, rebuildWindow, waitForRebuilds } from "./feed.window.ts";

/** A Redis of this test's own: it is emptied, and restarted in the long form. */
interface OwnRedis {
  url: string;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

const seed = Number(process.env.FEED_ORACLE_SEED ?? Math.floor(Math.random() * 1e9));
const pageCount = Number(process.env.FEED_ORACLE_PAGES ?? 500);
const isLong = pageCount > 10_000;
const timeout = isLong ? 3_600_000 : 120_000;

let redis: OwnRedis;
let deps: TestDeps;
let world: FeedWorld;

beforeAll(async () => {
  const services = await import(process.env.PIXORA_TEST_SERVICES ?? "");
  redis = await services.startRedis();
  // Twelve followers make a large account here, and four of them a range.
  const env = { REDIS_URL: redis.url, REDIS_CACHE_URL: redis.url, LARGE_ACCOUNT_FOLLOWERS: "12" };
  deps = await openTestDeps({ env });
  // A window answers for nothing within half a minute of its end. So many deeds a second as the long form does would fill
  // windows in less than that, and every page would come from SQL.
  const postWeight = isLong ? 10 : 45;
  world = await openFeedWorld(deps, { seed, peopleCount: 24, oldPostCount: 900, rangeSize: 4, postWeight });
});
afterAll(async () => {
  await deps?.close();
  await redis?.stop();
});

interface Walk {
  readerId: string;
  cursor: string | null;
  /** Where the cursor stands: it may be past the last post shown, behind posts that were hidden then. */
  beforeId: string | null;
}

let checked = 0;

/** Reads one page of a walk and compares it with the naive feed below the walk's position. */
async function checkPage(walk: Walk, isExact: boolean): Promise<void> {
  const { readerId, beforeId } = walk;
  const limit = world.pick([1, 5, 20, 20, 20, 60]);
  const atMs = Date.now();
  const page = await listHomeFeed(deps, { viewerId: readerId, cursor: walk.cursor, limit });
  const naive = (await world.readNaive(readerId)).filter((p) => beforeId === null || BigInt(p.id) < BigInt(beforeId));
  const where = `seed ${seed}, page ${checked}, reader ${readerId}, below ${beforeId}, limit ${limit}, exact ${isExact}`;
  const endId = positionOf(page.nextCursor);
  const expected = naive.filter((post) => endId === null || BigInt(post.id) >= BigInt(endId));
  const shown = page.items.map((item) => item.id);
  const lacking = expected.filter((post) => !shown.includes(post.id));
  const excused = lacking.filter((post) => !isExact && world.mayLack({ readerId, post, atMs }));
  expect(lacking.map(describePost), where).toEqual(excused.map(describePost));
  const kept = expected.filter((post) => shown.includes(post.id));
  expect(page.items.map(describeItem), where).toEqual(kept.map(describePost));
  walk.cursor = page.nextCursor;
  walk.beforeId = endId;
  checked += 1;
}

/** A reader who starts, or starts again: most people look at the first pages only. */
function startWalk(): Walk {
  return { readerId: world.pick(world.people), cursor: null, beforeId: null };
}

/** The position in a cursor: the page ends there, it included. */
function positionOf(cursor: string | null): string | null {
  return cursor === null ? null : JSON.parse(Buffer.from(cursor, "base64url").toString())[1];
}

function describePost(post: NaivePost): string {
  return `${post.id} of ${post.authorId} (${post.authorName}): ${post.caption}`;
}

function describeItem(item: Awaited<ReturnType<typeof listHomeFeed>>["items"][number]): string {
  return `${item.id} of ${item.author.id} (${item.author.displayName}): ${item.caption}`;
}

async function disturbRedis(): Promise<void> {
  const luck = world.random();
  if (luck < 0.01) await deps.redis.cache.flushall();
  if (isLong && luck > 0.9995) await redis.restart();
}

const forgetWarm = statement<never>("oracle.forgetWarm", "delete from feed_readers where reader_id = $1");

/** Somebody stays away until their window has expired and fan-out passes them over. */
async function letSomebodySleep(): Promise<void> {
  const readerId = world.pick(world.people);
  await waitForRebuilds(deps);
  if (await dropWindows(deps, { readerIds: [readerId] })) await deps.db.sql.run(forgetWarm, [readerId]);
}

test("pages equal a naive query whenever nothing is unfinished, and else lack only what is young", {
  timeout,
}, async () => {
  const walks = Array.from({ length: 10 }, startWalk);
  while (checked < pageCount) {
    for (let deed = 0; deed < 2; deed += 1) await world.act();
    await disturbRedis();
    if (world.random() < 0.3) await letSomebodySleep();
    if (world.random() < 0.5) await world.work({ share: world.random() });
    if (world.random() < 0.8) await world.drain();
    if (world.random() < 0.5) await waitForRebuilds(deps);
    const isExact = !(await world.hasUnfinished());
    for (const [index, walk] of walks.entries()) {
      await checkPage(walk, isExact);
      if (walk.cursor === null || world.random() < 0.3) walks[index] = startWalk();
    }
  }
  // The test is worth nothing unless windows were in play.
  expect(servedPagesOf(deps).fromWindow).toBeGreaterThan(pageCount / 4);
});

/** Deps on which every list that SQL answers comes late: what a rebuild reads is old by the time it is merged. */
function slowly(): Deps {
  const { sql } = deps.db;
  const many: typeof sql.many = async (...args) => {
    const rows = await sql.many(...args);
    await new Promise((resolve) => setTimeout(resolve, world.random() * 150));
    return rows;
  };
  return { ...deps, db: { ...deps.db, sql: { ...sql, many } } };
}

async function keepRebuilding(slow: Deps, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    const readerId = world.pick(world.people);
    await dropWindows(deps, { readerIds: [readerId] });
    await rebuildWindow(slow, { readerId });
    await listHomeFeed(deps, { viewerId: world.pick(world.people), limit: 20 });
  }
}

test("windows rebuilt while deeds are done and taken by workers equal the naive query", { timeout }, async () => {
  // Few people: a deed soon concerns somebody whose window is being rebuilt.
  const slow = slowly();
  world = await openFeedWorld(deps, { seed, peopleCount: 7, oldPostCount: 200, rangeSize: 4 });
  for (let round = 0; round < pageCount / 50; round += 1) {
    let isOver = false;
    const rebuilding = Promise.all(Array.from({ length: 3 }, () => keepRebuilding(slow, () => isOver)));
    for (let deed = 0; deed < 6; deed += 1) {
      await Promise.all([world.act(), world.act()]);
      await world.drain();
    }
    isOver = true;
    await rebuilding;
    await waitForRebuilds(deps);
    for (const readerId of world.people) await checkPage({ readerId, cursor: null, beforeId: null }, true);
  }
});
