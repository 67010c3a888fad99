// Brings posts to the windows of their readers, many readers and posts a call.
// Promises: when it resolves, every window that existed has the post in its place, or is gone. Rejects while Redis is
// away, with some done; doing it again changes nothing.
import { instantOfId } from "@pixora/db";
import type { Redis } from "ioredis";
import type { Deps } from "../platform/deps.ts";
import { createGate } from "../platform/gate.ts";
import { onePerDeps } from "../platform/per-deps.ts";
import { bucketPrefix, nameLength } from "./feed.keys.ts";
import { pushLateScript, pushScript, runScript } from "./feed.script.ts";
import { windowCap } from "./feed.window.ts";

/** Text of the readers of one script call: 500 of them. */
const callChars = 500 * nameLength;
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
  const timeliness = ({ postId }: Push) =>
    timelinessOf(deps.clock.now().getTime() - instantOfId(BigInt(postId)).getTime());
  const gate = gateOf(deps);
  const groups = Map.groupBy(input.pushes, (push) => `${push.bucket} ${timeliness(push)}`);
  await Promise.all(
    [...groups.values()].flatMap(callsOf).map((pushes) => {
      const start = bucketPrefix({ prefix, epoch: input.epoch, bucket: pushes[0].bucket });
      // Asked again behind the gate: what was prompt may have waited for Redis.
      return gate.pass(() => callers[timeliness(oldestOf(pushes))](cache, { start, pushes }));
    }),
  );
}

type Timeliness = "prompt" | "late" | "hopeless";
type Call = [Push, ...Push[]];

function timelinessOf(ageMs: number): Timeliness {
  if (ageMs < promptMs) return "prompt";
  return ageMs > hopelessMs ? "hopeless" : "late";
}

function oldestOf(call: Call): Push {
  return call.reduce((oldest, push) => (BigInt(push.postId) < BigInt(oldest.postId) ? push : oldest));
}

/** Cuts and packs pushes into calls of a bounded size. */
function callsOf(pushes: readonly Push[]): Call[] {
  const calls: Call[] = [];
  let room = 0;
  for (const push of pushes.flatMap(partsOf)) {
    const call = calls.at(-1);
    if (call === undefined || push.readers.length > room) {
      calls.push([push]);
      room = callChars;
    } else {
      call.push(push);
    }
    room -= push.readers.length;
  }
  return calls;
}

function partsOf(push: Push): Push[] {
  return cut(push.readers, callChars).map((readers) => ({ ...push, readers }));
}

function cut(text: string, length: number): string[] {
  return Array.from({ length: Math.ceil(text.length / length) }, (_, index) =>
    text.slice(index * length, (index + 1) * length),
  );
}

interface CallInput {
  /** The start of the readers' keys. */
  start: string;
  pushes: Call;
}

const callers: Record<Timeliness, (redis: Redis, input: CallInput) => Promise<unknown>> = {
  prompt: (redis, input) => runScript(redis, { script: pushScript, ...argumentsOf(input) }),
  late: (redis, input) => runScript(redis, { script: pushLateScript, ...argumentsOf(input) }),
  hopeless: (redis, { start, pushes }) =>
    redis.unlink(...pushes.flatMap(({ readers }) => cut(readers, nameLength).map((name) => start + name))),
};

function argumentsOf({ start, pushes }: CallInput): { keys: string[]; values: (string | number)[] } {
  const values = pushes.flatMap(({ postId, readers }) => [postId, readers]);
  return { keys: [start], values: [windowCap, windowCap + trimSlack, ...values] };
}
