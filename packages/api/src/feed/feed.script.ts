// The scripts that write feed windows. Each touches the keys of one bucket only, and each is whole by itself: a reader
// never sees half of one.
//
// A window is a list of decimal ids, newest last: Redis keeps such a list in one piece of memory, and all that stands
// behind an insertion moves. Its first element may be "0": nothing older exists. While it is being rebuilt, its first
// element is a sentinel ("s:…"), which belongs to one rebuild.
import { createHash } from "node:crypto";
import type { Redis } from "ioredis";
import { nameLength } from "./feed.keys.ts";

export interface Script {
  readonly text: string;
  readonly sha: string;
}

// No command of a window's goes to replicas or the append-only file: whoever takes over after a restart or failover has
// another epoch (feed.epoch.ts) and never reads it. Redis 6 has to be told that effects are what it replicates.
const unreplicated = `
  if redis.replicate_commands then redis.replicate_commands() end
  redis.set_repl(redis.REPL_NONE)`;

function script(body: string): Script {
  const text = unreplicated + body;
  return { text, sha: createHash("sha1").update(text).digest("hex") };
}

/** A script with what it is to be run on. */
export interface ScriptRun {
  script: Script;
  keys: readonly string[];
  values: readonly (string | number)[];
}

/** Runs a script by its digest; a Redis that does not know it yet gets its text. */
export async function runScript(redis: Redis, run: ScriptRun): Promise<unknown> {
  const { script, keys, values } = run;
  try {
    return await redis.evalsha(script.sha, keys.length, ...keys, ...values);
  } catch (error) {
    if (!isUnknownScript(error)) throw error;
    return redis.eval(script.text, keys.length, ...keys, ...values);
  }
}

/** Runs scripts with one write to the socket, which costs more than a short script. Rejects where any of them failed. */
export async function runScripts(redis: Redis, runs: readonly ScriptRun[]): Promise<void> {
  const pipeline = redis.pipeline();
  for (const { script, keys, values } of runs) pipeline.evalsha(script.sha, keys.length, ...keys, ...values);
  const errors = (await pipeline.exec())?.map(([error]) => error) ?? [];
  const failure = errors.find((error) => error !== null && !isUnknownScript(error));
  if (failure) throw failure;
  await Promise.all(runs.filter((_, index) => errors[index] !== null).map((run) => runScript(redis, run)));
}

function isUnknownScript(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith("NOSCRIPT");
}

/**
 * Pushes ids to the lists that exist. Key: the start of the keys of one bucket, so that the slot is known. Values: the
 * length to trim to, the length to trim above, then pairs of an id and the names of its readers in one text, as SQL gives
 * them: an argument for each reader would cost node and Redis more than the push. The locals spare every follower a
 * look-up of globals, and texts for numbers their writing out.
 */
export const pushScript = script(`
  local call, sub, start, first, limit = redis.call, string.sub, KEYS[1], '-' .. ARGV[1], tonumber(ARGV[2])
  for i = 3, #ARGV, 2 do
    local id, readers = ARGV[i], ARGV[i + 1]
    for at = 1, #readers, ${nameLength} do
      local key = start .. sub(readers, at, at + ${nameLength - 1})
      if call('RPUSHX', key, id) > limit then call('LTRIM', key, first, '-1') end
    end
  end`);

const comparison = `
  local function newer(one, other)
    if #one ~= #other then return #one > #other end
    return one > other
  end`;

/**
 * Puts late ids where they belong, so that lists stay in order. An id older than all of a list is below its floor and
 * is left out. Key and values as for pushScript.
 */
export const pushLateScript = script(`${comparison}
  local kept, limit = tonumber(ARGV[1]), tonumber(ARGV[2])
  local function put(key, id)
    local list = redis.call('LRANGE', key, 0, -1)
    for i = #list, 1, -1 do
      local element = list[i]
      if element == id then return end
      if string.sub(element, 1, 1) == 's' or newer(id, element) then
        redis.call('LINSERT', key, 'AFTER', element, id)
        if #list >= limit then redis.call('LTRIM', key, -kept, -1) end
        return
      end
    end
  end
  for i = 3, #ARGV, 2 do
    local id, readers = ARGV[i], ARGV[i + 1]
    for at = 1, #readers, ${nameLength} do put(KEYS[1] .. string.sub(readers, at, at + ${nameLength - 1}), id) end
  end`);

/** Starts a rebuild unless a trusted window or another rebuild is there. Keys: list, note. Values: sentinel, ttl in ms. */
export const startRebuildScript = script(`
  local oldest = redis.call('LINDEX', KEYS[1], 0)
  if oldest and (string.sub(oldest, 1, 1) == 's' or redis.call('EXISTS', KEYS[2]) == 1) then return 0 end
  redis.call('UNLINK', KEYS[1], KEYS[2])
  redis.call('RPUSH', KEYS[1], ARGV[1])
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
  return 1`);

/**
 * Ends a rebuild: what SQL told, merged with what was pushed meanwhile, if the sentinel still stands. Keys: list, note.
 * Values: sentinel, ttl in ms, cap, note, then the ids, newest first. Answers whether the window stands.
 */
export const finishRebuildScript = script(`${comparison}
  if redis.call('LINDEX', KEYS[1], 0) ~= ARGV[1] then return 0 end
  local pushed = redis.call('LRANGE', KEYS[1], 1, -1)
  table.sort(pushed, newer)
  local merged, at = {}, 1
  local function add(id)
    if merged[#merged] ~= id then merged[#merged + 1] = id end
  end
  for i = 5, #ARGV do
    while pushed[at] and newer(pushed[at], ARGV[i]) do add(pushed[at]) at = at + 1 end
    add(ARGV[i])
  end
  redis.call('UNLINK', KEYS[1])
  for i = math.min(#merged, tonumber(ARGV[3])), 1, -1 do redis.call('RPUSH', KEYS[1], merged[i]) end
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
  redis.call('SET', KEYS[2], ARGV[4], 'PX', ARGV[2])
  return 1`);
