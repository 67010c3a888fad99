// Brings posts to the windows of their readers, many readers and posts a call.
// Promises: when it resolves, every window that existed has the post in its place, or is gone. Rejects while Redis is
// away, with some done; doing it again changes nothing.
import { instantOfId } from "@pixora/db";
import type { Redis } from "ioredis";
import { createGate } from "../platform/flow/gate.ts";
import type { Deps } from "../platform/process/deps.ts";
import { onePerDeps } from "../platform/process/per-deps.ts";
import { bucketPrefix, nameLength } from "./feed.keys.ts";
import { pushLateScript, pushScript, runScripts, type ScriptRun } from "./feed.script.ts";
import { windowCap } from "./feed.window.ts";

/** Text of the readers of one script: Redis does nothing else while it runs. */
const scriptChars = 500 * nameLength;
/** Text of the readers of one write to Redis, in several scripts. */
const flightChars = 4 * scriptChars;
/** Lists are trimmed from above the one length to the other, so that one push in 33 trims; 408 ids just fit into 4 KiB. */
const trimAbove = windowCap + 8;
const trimTo = windowCap - 24;
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

// Redis runs one script at a time: one flight keeps it busy, the next one is on its way.
const gateOf = onePerDeps((_: PushDeps) => createGate(2));

/** Pushes posts into the windows of an epoch that stand. */
export async function pushToWindows(deps: PushDeps, input: { epoch: string; pushes: readonly Push[] }): Promise<void> {
  const { cache, prefix } = deps.redis;
  const startOf = (bucket: number) => bucketPrefix({ prefix, epoch: input.epoch, bucket });
  const gate = gateOf(deps);
  const sorted = input.pushes.toSorted((one, other) => one.bucket - other.bucket);
  const parts = sorted.flatMap((push) => cut(push.readers, scriptChars).map((readers) => ({ ...push, readers })));
  await Promise.all(
    pack(parts, flightChars).map((flight) =>
      gate.pass(() => pushFlight(cache, { flight, startOf, clock: deps.clock })),
    ),
  );
}

type Timeliness = "prompt" | "late" | "hopeless";

function timelinessOf(ageMs: number): Timeliness {
  if (ageMs < promptMs) return "prompt";
  return ageMs > hopelessMs ? "hopeless" : "late";
}

/** Packs pushes, in their order, into lists whose readers take at most so many characters. */
function pack(pushes: readonly Push[], maxChars: number): Push[][] {
  const packs: Push[][] = [];
  let room = 0;
  for (const push of pushes) {
    const last = packs.at(-1);
    if (last === undefined || push.readers.length > room) {
      packs.push([push]);
      room = maxChars;
    } else {
      last.push(push);
    }
    room -= push.readers.length;
  }
  return packs;
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
  const groups = Map.groupBy(flight, (push) => `${push.bucket} ${timeliness(push)}`);
  for (const pushes of [...groups.values()].flatMap((group) => pack(group, scriptChars))) {
    const [first] = pushes;
    if (first === undefined) continue;
    const [start, how] = [startOf(first.bucket), timeliness(first)];
    if (how === "hopeless") {
      hopeless.push(...pushes.flatMap(({ readers }) => cut(readers, nameLength).map((name) => start + name)));
    } else {
      const values = pushes.flatMap(({ postId, readers }) => [postId, readers]);
      runs.push({ script: scripts[how], keys: [start], values: [trimTo, trimAbove, ...values] });
    }
  }
  await Promise.all([runScripts(redis, runs), ...hopeless.map((key) => redis.unlink(key))]);
}

const scripts = { prompt: pushScript, late: pushLateScript } as const;
