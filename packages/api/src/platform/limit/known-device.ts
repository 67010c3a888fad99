// Places from which someone signed in to a login: they keep a reserve of tries while strangers use up the login's own.
// Promises: only keyed hashes are stored, for 30 days; a lost Redis forgets them, and only the reserve is gone.
import { LRUCache } from "lru-cache";
import type { Deps } from "../process/deps.ts";

const keptSeconds = 30 * 24 * 60 * 60;
const maxHere = 20_000;

export interface KnownDevices {
  /** `keys` are the limiter's, one for each login and address. The second time prolongs it. */
  remember(keys: readonly string[]): Promise<void>;
  isKnown(key: string): Promise<boolean>;
}

/** Remembers in Redis and, for when that is away, in this process. */
export function createKnownDevices(deps: Pick<Deps, "redis">): KnownDevices {
  const here = new LRUCache<string, true>({ max: maxHere, ttl: keptSeconds * 1_000 });
  const redisKey = (key: string) => `${deps.redis.prefix}:known-device:${key}`;
  return {
    async remember(keys) {
      for (const key of keys) here.set(key, true);
      await deps.redis.attempt((redis) =>
        Promise.all(keys.map((key) => redis.set(redisKey(key), "1", "EX", keptSeconds))),
      );
    },
    async isKnown(key) {
      if (here.has(key)) return true;
      return (await deps.redis.attempt((redis) => redis.exists(redisKey(key)))) === 1;
    },
  };
}
