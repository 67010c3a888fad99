// The warm path of the home feed: per active reader a list of post ids in Redis, at most 400.
// Invariant: a window that exists is complete down to its floor; absence is always legal. Reading one costs Redis a few
// microseconds; every doubt, and every failure of Redis, is absence.
import { randomBytes } from "node:crypto";
import type { Redis } from "ioredis";
import type { Deps } from "../platform/process/deps.ts";
import { onePerDeps } from "../platform/process/per-deps.ts";
import { epochReaderOf } from "./feed.epoch.ts";
import { compareNewest, idLater, isNewer, type WindowKeys, windowKeys } from "./feed.keys.ts";
import { parseNote, type WindowNote, writeNote } from "./feed.note.ts";
import { finishRebuildScript, runScript, startRebuildScript } from "./feed.script.ts";
import { selectFeedIds, selectReader } from "./feed.sql.ts";
import { makeWarm } from "./feed.warmth.ts";

export const windowCap = 400;

/** How many posts a rebuild reads; the window then grows by what is pushed. */
const rebuildDepth = 100;
const windowTtlMs = 3 * 24 * 3_600_000;
/** A rebuild that takes longer was killed; until then its sentinel keeps others from starting. */
const sentinelTtlMs = 30_000;
/** Those who follow more people are served by SQL: their windows would turn over faster than they read. */
const maxFollows = 5_000;
const maxRebuilds = 8;

/**
 * Lists are in order but for this much: an id enters a list at its head only while it is younger than 10 seconds
 * (feed.fanout.ts), which leaves 20 seconds for clocks that disagree. So nothing behind an element is newer than the
 * element by more, and what was trimmed is not either.
 */
export const disorderMs = 30_000;

type WindowDeps = Pick<Deps, "db" | "redis" | "log" | "clock">;

/** A reader's window below a position. */
export interface FeedWindow {
  /** Newest first, each once, none older than the floor. */
  ids: string[];
  /** Complete down to this id; "0": nothing older exists. */
  floorId: string;
  /** Whether `ids` are all that the window holds below the position. */
  isWhole: boolean;
  /** Followed accounts whose posts are not pushed: a page adds those above the floor by SQL. */
  largeAuthorIds: string[];
}

/** A reader's window, or null where there is none to be trusted. `count` ids are wanted; all below the head may come. */
export async function readWindow(
  deps: WindowDeps,
  input: { readerId: string; beforeId: string | null; count: number },
): Promise<FeedWindow | null> {
  const keys = await keysOf(deps, input.readerId);
  if (keys === null) return null;
  // The first page needs no more than the newest elements; one beyond may be newer, but not by much.
  const depth = input.beforeId === null ? input.count + 16 : windowCap * 2;
  const head = await readElements(deps, { keys, depth });
  if (head === null) return null;
  const window = windowOf(head, { ...input, depth });
  if (window.ids.length >= input.count || window.isWhole) return window;
  const whole = await readElements(deps, { keys, depth: windowCap * 2 });
  return whole === null ? null : windowOf(whole, { ...input, depth: windowCap * 2 });
}

interface Elements {
  elements: string[];
  note: WindowNote;
}

async function readElements(deps: WindowDeps, input: { keys: WindowKeys; depth: number }): Promise<Elements | null> {
  const answer = await deps.redis.attempt((redis) => readBoth(redis, input));
  if (answer === null) return null;
  const { elements } = answer;
  const oldest = elements.at(-1);
  // A sentinel: a rebuild ended between the two commands.
  if (answer.note === null || oldest === undefined || isSentinel(oldest)) return null;
  const note = parseNote(answer.note);
  const ttlMs = note === null ? 0 : ttlOf(deps, note);
  if (note === null || ttlMs < 1) return null;
  touchSometimes(deps, { keys: input.keys, ttlMs });
  return { elements, note };
}

interface BothKeys {
  elements: string[];
  note: string | null;
}

/** Both keys with one write to the socket, which costs more than both commands. Rejects where either failed. */
async function readBoth(redis: Redis, input: { keys: WindowKeys; depth: number }): Promise<BothKeys> {
  const { keys, depth } = input;
  const both: BothKeys = { elements: [], note: null };
  const answers = await redis
    .pipeline()
    .lrange(keys.list, -depth, -1, (_error, elements) => {
      both.elements = elements?.reverse() ?? [];
    })
    .get(keys.note, (_error, note) => {
      both.note = note ?? null;
    })
    .exec();
  const failure = answers?.find(([error]) => error !== null)?.[0];
  if (failure) throw failure;
  return both;
}

function isSentinel(element: string): boolean {
  return element.startsWith("s:");
}

/** How long a window may stand from now on, in milliseconds: no longer than its reader is warm. Below 1: no longer. */
function ttlOf(deps: WindowDeps, note: WindowNote): number {
  return Math.min(windowTtlMs, Math.floor(note.warmUntilMs - deps.clock.now().getTime()));
}

// Once in many reads is enough for what lives for days.
function touchSometimes(deps: WindowDeps, input: { keys: WindowKeys; ttlMs: number }): void {
  if (Math.random() > 1 / 16) return;
  const { keys, ttlMs } = input;
  void deps.redis.attempt((redis) => Promise.all([redis.pexpire(keys.list, ttlMs), redis.pexpire(keys.note, ttlMs)]));
}

function windowOf(read: Elements, input: { beforeId: string | null; depth: number }): FeedWindow {
  const { beforeId } = input;
  const oldest = read.elements.at(-1) ?? "0";
  const floorId = oldest === "0" ? "0" : idLater(oldest, disorderMs);
  const ids = [...new Set(read.elements)]
    .filter((id) => id !== "0" && !isNewer(floorId, id) && (beforeId === null || isNewer(beforeId, id)))
    .sort(compareNewest);
  const isWhole = read.elements.length < input.depth;
  return { ids, floorId, isWhole, largeAuthorIds: read.note.largeAuthorIds };
}

async function keysOf(deps: WindowDeps, readerId: string): Promise<WindowKeys | null> {
  if (deps.redis.isCircuitOpen()) return null;
  const epoch = await epochReaderOf(deps).current();
  return epoch === null ? null : windowKeys({ prefix: deps.redis.prefix, epoch, readerId });
}

const rebuildsOf = onePerDeps((_: WindowDeps) => new Map<string, Promise<void>>());

/**
 * Starts to rebuild a reader's window beside the request; a rebuild that is under way is not doubled, and where many
 * are, this one is left for the reader's next page.
 */
export function startRebuild(deps: WindowDeps, input: { readerId: string }): void {
  const rebuilds = rebuildsOf(deps);
  const { readerId } = input;
  if (rebuilds.size >= maxRebuilds || rebuilds.has(readerId)) return;
  const rebuild = rebuildWindow(deps, input)
    .catch((error) => deps.log.debug({ err: error, readerId }, "a feed window was not rebuilt"))
    .then(() => void rebuilds.delete(readerId));
  rebuilds.set(readerId, rebuild);
}

/** Resolves when no rebuild that this process started is under way. */
export async function waitForRebuilds(deps: WindowDeps): Promise<void> {
  await Promise.all(rebuildsOf(deps).values());
}

/**
 * Builds a reader's window where there is none. In this order: the list with its sentinel, so that pushes arrive from
 * now on; the reader stored as warm, so that they are sent; SQL, whose snapshot then holds whatever was committed before;
 * the merge, unless somebody has deleted the list meanwhile. Does nothing where Redis is away or the reader follows too many.
 */
export async function rebuildWindow(deps: WindowDeps, input: { readerId: string }): Promise<void> {
  const { readerId } = input;
  const keys = await keysOf(deps, readerId);
  if (keys === null) return;
  const both = [keys.list, keys.note];
  const sentinel = `s:${randomBytes(9).toString("base64url")}`;
  const isStarted = await deps.redis.attempt((redis) =>
    runScript(redis, { script: startRebuildScript, keys: both, values: [sentinel, sentinelTtlMs] }),
  );
  if (isStarted !== 1) return;
  const reader = await selectReader(deps.db.sql, { readerId, maxFollows });
  // The sentinel stays for its half minute: until then nobody tries again.
  if (reader.followingCount > maxFollows) return;
  const warmUntilMs = reader.warmUntilMs ?? (await makeWarm(deps.db.sql, { readerId }));
  const ids = await selectFeedIds(deps.db.sql, { readerId, beforeId: null, limit: rebuildDepth });
  const elements = ids.length < rebuildDepth ? [...ids, "0"] : ids;
  const note = { warmUntilMs, largeAuthorIds: reader.largeAuthorIds };
  const values = [sentinel, ttlOf(deps, note), windowCap, writeNote(note), ...elements];
  await deps.redis.attempt((redis) => runScript(redis, { script: finishRebuildScript, keys: both, values }));
}

/**
 * Deletes readers' windows: the next page of each comes from SQL. Best effort; answers whether Redis did it. Call it
 * after commit of what changed whom they follow, mute or block; the fact's job does it again.
 */
export async function dropWindows(deps: WindowDeps, input: { readerIds: readonly string[] }): Promise<boolean> {
  const keys = await Promise.all(input.readerIds.map((readerId) => keysOf(deps, readerId)));
  const dropped = await deps.redis.attempt((redis) =>
    Promise.all(keys.map((pair) => (pair === null ? null : redis.unlink(pair.list, pair.note)))),
  );
  return dropped !== null && !keys.includes(null);
}
