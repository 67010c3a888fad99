// Redis on the request path: two roles (queues; feeds, cache, publish), commands bounded in time, and a circuit,
// so that a stalled Redis slows nothing down for long and never hangs a request.
import { Redis, type RedisOptions } from "ioredis";
import type { Logger } from "pino";

const commandTimeoutMs = 500;
const failuresToOpen = 3;
const openForMs = 1_000;

export interface RedisClients {
  /** Feeds, cache and publish. Use it through `attempt`. */
  cache: Redis;
  /** Put before every key and channel. */
  prefix: string;
  /** Runs Redis commands unless the circuit is open; answers null where Redis failed or was skipped. Never throws. */
  attempt<T>(work: (redis: Redis) => Promise<T>): Promise<T | null>;
  isCircuitOpen(): boolean;
  close(): Promise<void>;
}

/** Options of every connection that serves requests: they fail fast and reconnect for ever. */
export function requestRedisOptions(): RedisOptions {
  return {
    commandTimeout: commandTimeoutMs,
    connectTimeout: 2_000,
    maxRetriesPerRequest: 1,
    enableOfflineQueue: false,
    retryStrategy: (attempt) => Math.min(attempt * 50, 1_000),
    keepAlive: 10_000,
  };
}

// A circuit of its own, not one of flow/circuit.ts: after a pause all commands go again, since a single one that tries
// would keep the others from a Redis that is back, and a new connection ends the pause early.
/** Opens the request-path clients; connects in the background and works, degraded, without Redis. */
export function createRedisClients(input: { url: string; prefix: string; log: Logger }): RedisClients {
  const cache = new Redis(input.url, requestRedisOptions());
  let failures = 0;
  let openUntilMs = 0;
  let wasReady = true;
  cache.on("ready", () => {
    wasReady = true;
    failures = 0;
    openUntilMs = 0;
  });
  cache.on("error", (error) => {
    if (wasReady) input.log.warn({ err: error }, "redis is away");
    wasReady = false;
  });

  function isCircuitOpen(): boolean {
    return performance.now() < openUntilMs;
  }

  return {
    cache,
    prefix: input.prefix,
    isCircuitOpen,
    async attempt(work) {
      if (isCircuitOpen()) return null;
      try {
        const result = await work(cache);
        failures = 0;
        return result;
      } catch (error) {
        failures += 1;
        if (failures >= failuresToOpen) {
          openUntilMs = performance.now() + openForMs;
          failures = 0;
        }
        input.log.debug({ err: error }, "a redis command failed");
        return null;
      }
    },
    async close() {
      cache.disconnect();
    },
  };
}
