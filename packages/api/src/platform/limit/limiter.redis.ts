// Budgets that all processes share: rate-limiter-flexible on Redis, with a script that counts no refused call.
// Promises: bounded in time by the Redis circuit; answers null where Redis is away, and the caller counts by itself.
import { RateLimiterRedis, RateLimiterRes } from "rate-limiter-flexible";
import type { Deps } from "../process/deps.ts";
import type { BucketSize } from "./bucket.ts";

export interface SharedBudget {
  /** Takes a point; answers 0, or, taking none, the milliseconds until the window ends. Null: Redis is away. */
  take(key: string): Promise<number | null>;
  /** Gives a point back, if the window still lasts. False: Redis is away. */
  giveBack(key: string): Promise<boolean>;
}

/**
 * The library's own script counts refused calls too: whoever floods would then keep a point that is given back from
 * counting. ARGV: points to take (negative: to give back), seconds, budget. Answers [points used, ms left].
 */
const script = `
local used = tonumber(redis.call('get', KEYS[1]) or '0')
local ttl = redis.call('pttl', KEYS[1])
local change = tonumber(ARGV[1])
if change < 0 then
  if used > 0 and ttl > 0 then used = redis.call('decr', KEYS[1]) end
  return {used, ttl}
end
if used + change > tonumber(ARGV[3]) and ttl > 0 then return {used + change, ttl} end
if ttl > 0 then return {redis.call('incrby', KEYS[1], change), ttl} end
redis.call('set', KEYS[1], change, 'EX', ARGV[2])
return {change, 1000 * ARGV[2]}
`;

/** One budget on Redis; `name` tells its keys from those of others. */
export function createSharedBudget(deps: Pick<Deps, "redis">, input: { name: string; size: BucketSize }): SharedBudget {
  const limiter = new RateLimiterRedis({
    storeClient: deps.redis.cache,
    keyPrefix: `${deps.redis.prefix}:limit:${input.name}`,
    points: input.size.points,
    duration: input.size.perSeconds,
    customIncrTtlLuaScript: script,
  });
  return {
    take: (key) =>
      deps.redis.attempt(() =>
        limiter.consume(key).then(
          () => 0,
          (refusal: unknown) => {
            // A refusal is an answer; only what is none of the library's is Redis failing.
            if (refusal instanceof RateLimiterRes) return Math.max(1, refusal.msBeforeNext);
            throw refusal;
          },
        ),
      ),
    giveBack: async (key) => (await deps.redis.attempt(() => limiter.reward(key))) !== null,
  };
}
