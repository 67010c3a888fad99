// PostgreSQL and Redis of the benches: private ones under .pixora/bench, set as a production machine would set them, so
// that a commit is on the disk when it is answered. Both sides of every workload use the same ones.
import { join } from "node:path";
import { findOwner } from "../../scripts/services/claim.mjs";
import { stateDir } from "../../scripts/services/open.mjs";
import { startPostgres } from "../../scripts/services/postgres.mjs";
import { waitUntil } from "../../scripts/services/process.mjs";
import { DURABLE_REDIS_ARGS, startRedis } from "../../scripts/services/redis.mjs";

export const benchDir = join(stateDir, "bench");

/** What differs from PostgreSQL's defaults; the durable defaults are spelled out, for they are what costs. */
export const postgresSettings = {
  fsync: "on",
  synchronous_commit: "on",
  full_page_writes: "on",
  shared_buffers: "1GB",
  effective_cache_size: "4GB",
  random_page_cost: "1.1",
  max_wal_size: "8GB",
  checkpoint_timeout: "15min",
  max_connections: "300",
};

/** Append-only file, written out once a second; nothing is evicted. */
export const redisSettings = DURABLE_REDIS_ARGS;

export interface Services {
  postgresPid: number;
  redisPid: number;
  /** The administrator's address, of the database "postgres". */
  adminUrl: string;
  redisUrl: string;
  stopRedis(): Promise<void>;
  startRedisAgain(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts both. A second bench at the same time waits for the first to end: two would measure each other. */
export async function openBenchServices(log: (text: string) => void): Promise<Services> {
  await waitForOtherBench(log);
  const postgres = await startPostgres({
    dir: join(benchDir, "postgres"),
    port: undefined,
    settings: postgresSettings,
    log,
  });
  try {
    const toolsDir = join(stateDir, "tools");
    const redis = await startRedis({
      dir: join(benchDir, "redis"),
      port: undefined,
      args: redisSettings,
      toolsDir,
      log,
    });
    if (!("kill" in redis)) throw new Error("the Redis of another bench is running");
    return {
      postgresPid: postgres.pid,
      get redisPid() {
        return redis.pid;
      },
      adminUrl: postgres.url,
      redisUrl: redis.url,
      stopRedis: () => redis.kill("SIGTERM"),
      startRedisAgain: () => redis.restart(),
      async stop() {
        await redis.stop();
        await postgres.stop();
      },
    };
  } catch (error) {
    await postgres.stop();
    throw error;
  }
}

const longestWaitMs = 30 * 60_000;

async function waitForOtherBench(log: (text: string) => void): Promise<void> {
  const isFree = () => findOwner(join(benchDir, "postgres")) === null;
  if (isFree()) return;
  log("another bench is running; waiting for its end");
  await waitUntil(isFree, { timeoutMs: longestWaitMs, everyMs: 500 });
}
