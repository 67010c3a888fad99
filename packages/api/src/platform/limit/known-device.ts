// Places from which someone signed in to a login: they keep a reserve of tries while strangers use up the login's own.
// Promises: only keyed hashes are stored, for 30 days; a lost Redis forgets them, and only the reserve is gone.
import { LRUCache } from "lru-cache";
import type { Deps } from "../process/deps.ts";

const keptSeconds = 30 * 24 * 60 * 60;
const maxHere = 20_000;

export interface KnownDevices {
  /** `keys` are the limiter's, one for each login and address. The second time prolongs it. */
  remember(keys: readonly string[]): Promise<void>;
  /** Whether a place is known to a login and was not forgotten with it since. */
  isKnown(place: { key: string; loginKey: string }): Promise<boolean>;
  /** Forgets all places of these logins. */
  forget(loginKeys: readonly string[]): Promise<void>;
}

/** Remembers in Redis and, for when that is away, in this process: when a place was seen, when a login was cleared. */
export function createKnownDevices(deps: Pick<Deps, "redis">): KnownDevices {
  const here = new LRUCache<string, number>({ max: maxHere, ttl: keptSeconds * 1_000 });
  const redisKeyOf = (key: string) => `${deps.redis.prefix}:known-device:${key}`;
  const clearedKeyOf = (loginKey: string) => `cleared:${loginKey}`;

  async function write(keys: readonly string[]): Promise<void> {
    const nowMs = Date.now();
    for (const key of keys) here.set(key, nowMs);
    await deps.redis.attempt((redis) =>
      Promise.all(keys.map((key) => redis.set(redisKeyOf(key), String(nowMs), "EX", keptSeconds))),
    );
  }

  return {
    remember: write,
    forget: (loginKeys) => write(loginKeys.map(clearedKeyOf)),
    async isKnown({ key, loginKey }) {
      const keys = [key, clearedKeyOf(loginKey)];
      const stored = await deps.redis.attempt((redis) => redis.mget(keys.map(redisKeyOf)));
      const [seenMs = 0, clearedMs = 0] = keys.map((name, index) =>
        Math.max(Number(stored?.[index] ?? 0), here.get(name) ?? 0),
      );
      return seenMs > clearedMs;
    },
  };
}
