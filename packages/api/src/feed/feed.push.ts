// Brings posts to the windows of their readers, many readers and posts a call.
// Promises: when it resolves, every window that existed has the post in its place, or is gone. Rejects while Redis is
// away, with some done; doing it again changes nothing.
import { instantOfId } from "@pixora/db";
import type { Redis } from "ioredis";
import type { Deps } from "../platform/deps.ts";
import { createGate } from "../platform/gate.ts";
import { onePerDeps } from "../platform/per-deps.ts";
import { bucketPrefix, nameLength } from "./feed.keys.ts";
import { pushLateScript, pushScript, runScripts, type ScriptRun } from "./feed.script.ts";
import { windowCap } from "./feed.window.ts";

/** Text of the readers of one write to Redis: 500 of them, in one script call or in one a bucket. */
const flightChars = 500 * nameLength;
/** Lists are trimmed this far above their cap, so that not every push trims; 408 ids just fit into 4 KiB. */
const trimSlack = 8;
/** Younger ids are pushed to the head; older ones are put in their place. See disorderMs of feed.window.ts. */
const promptMs = 10_000;
/** A push that comes this late deletes the list: too much may have happened to it. */
const hopelessMs = 10 * 60_000;

/** A post for readers of one bucket, by their names in keys, one after the other. */
export interface Push {
  postId: string;
  bucket: number;
  readers: string;
}

type PushDeps = Pick<Deps, "redis" | "clock">;

// Redis runs one script at a time, and readers wait behind those that are queued: a few keep it busy.
const gateOf = onePerDeps((_: PushDeps) => createGate(4));

/** Pushes posts into the windows of an epoch that stand. */
export async function pushToWindows(deps: PushDeps, input: { epoch: string; pushes: readonly Push[] }): Promise<void> {
  const { cache, prefix } = deps.redis;
  const startOf = (bucket: number) => bucketPrefix({ prefix, epoch: input.epoch, bucket });
  const gate = gateOf(deps);
  await Promise.all(
    flightsOf(input.pushes).map((flight) => gate.pass(() => pushFlight(cache, { flight, startOf, clock: deps.clock }))),
  );
}

type Timeliness = "prompt" | "late" | "hopeless";

function timelinessOf(ageMs: number): Timeliness {
  if (ageMs < promptMs) return "prompt";
  return ageMs > hopelessMs ? "hopeless" : "late";
}

/** Cuts and packs pushes into parts of a bounded size, those of a bucket together. */
function flightsOf(pushes: readonly Push[]): Push[][] {
  const flights: Push[][] = [];
  let room = 0;
  for (const push of pushes.toSorted((one, other) => one.bucket - other.bucket).flatMap(partsOf)) {
    const flight = flights.at(-1);
    if (flight === undefined || push.readers.length > room) {
      flights.push([push]);
      room = flightChars;
    } else {
      flight.push(push);
    }
    room -= push.readers.length;
  }
  return flights;
}

function partsOf(push: Push): Push[] {
  return cut(push.readers, flightChars).map((readers) => ({ ...push, readers }));
}

function cut(text: string, length: number): string[] {
  return Array.from({ length: Math.ceil(text.length / length) }, (_, index) =>
    text.slice(index * length, (index + 1) * length),
  );
}

/** How old a post is, is asked behind the gate: what was prompt may have waited for Redis. */
async function pushFlight(
  redis: Redis,
  input: { flight: readonly Push[]; startOf: (bucket: number) => string; clock: Deps["clock"] },
): Promise<void> {
  const { flight, startOf } = input;
  const nowMs = input.clock.now().getTime();
  const runs: ScriptRun[] = [];
  const hopeless: string[] = [];
  const timeliness = ({ postId }: Push) => timelinessOf(nowMs - instantOfId(BigInt(postId)).getTime());
  for (const pushes of Map.groupBy(flight, (push) => `${push.bucket} ${timeliness(push)}`).values()) {
    const [first] = pushes;
    if (first === undefined) continue;
    const [start, how] = [startOf(first.bucket), timeliness(first)];
    if (how === "hopeless") {
      hopeless.push(...pushes.flatMap(({ readers }) => cut(readers, nameLength).map((name) => start + name)));
    } else {
      const values = pushes.flatMap(({ postId, readers }) => [postId, readers]);
      runs.push({ script: scripts[how], keys: [start], values: [windowCap, windowCap + trimSlack, ...values] });
    }
  }
  await Promise.all([runScripts(redis, runs), ...hopeless.map((key) => redis.unlink(key))]);
}

const scripts = { prompt: pushScript, late: pushLateScript } as const;
