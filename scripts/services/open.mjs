// The PostgreSQL and Redis a script works with: those of DATABASE_URL and REDIS_URL where set, else private ones under
// .pixora (kept between starts) or, for tests, under a numbered test folder of their own.
import { join } from "node:path";
import { rootDir } from "./bootstrap.mjs";
import { claimSlot, releaseFolder } from "./claim.mjs";
import { startPostgres, TEST_POSTGRES_SETTINGS } from "./postgres.mjs";
import { startRedis, TEST_REDIS_ARGS } from "./redis.mjs";

export const stateDir = join(rootDir, ".pixora");

/** Runs statements on a short connection of their own. */
export async function queryOnce(url, text) {
  const { default: pg } = await import("pg");
  const client = new pg.Client({ connectionString: url });
  try {
    await client.connect();
  } catch (error) {
    const { host } = new URL(url); // without the password
    throw new Error(`PostgreSQL at ${host} does not let us in: ${error.message || error.code}`);
  }
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

async function createDatabase(postgres, name) {
  const found = await queryOnce(postgres.url, `select 1 from pg_database where datname = '${name}'`);
  if (found.length === 0) await queryOnce(postgres.url, `create database ${name}`);
  return postgres.databaseUrl(name);
}

/** Starts two services at once; when one fails the other is stopped before the error goes on. */
async function startBoth(starts) {
  const results = await Promise.allSettled(starts);
  const failed = results.find((result) => result.status === "rejected");
  if (!failed) return results.map((result) => result.value);
  await Promise.all(results.map((result) => result.value?.stop()));
  throw failed.reason;
}

/**
 * For start and the other commands. With `attach`, services that another command of this clone runs are shared.
 * Gives { databaseUrl, redisUrl, started: the names and handles of what was started here, stop() }.
 */
export async function openServices({ log, attach = false }) {
  const { DATABASE_URL, REDIS_URL } = process.env;
  const [postgres, redis] = await startBoth([
    DATABASE_URL ? null : startPostgres({ dir: join(stateDir, "postgres"), log, attach }),
    REDIS_URL ? null : startRedis({ dir: join(stateDir, "redis"), log, attach, toolsDir: join(stateDir, "tools") }),
  ]);
  const stop = async () => {
    await redis?.stop();
    await postgres?.stop();
  };
  try {
    const databaseUrl = postgres ? await createDatabase(postgres, "pixora") : DATABASE_URL;
    const started = [
      { name: "PostgreSQL", handle: postgres },
      { name: "Redis", handle: redis },
    ].filter(({ handle }) => handle && !handle.isAttached);
    return { databaseUrl, redisUrl: redis ? redis.url : REDIS_URL, started, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Databases that a killed run left behind; ours to drop, since the folder is claimed by this process. */
async function dropLeftDatabases(postgres, keep) {
  const kept = ["postgres", ...keep].map((name) => `'${name}'`).join(", ");
  const left = await queryOnce(
    postgres.url,
    `select datname from pg_database where not datistemplate and datname not in (${kept})`,
  );
  for (const { datname } of left) await queryOnce(postgres.url, `drop database "${datname}" with (force)`);
}

/**
 * For tests: never DATABASE_URL, whose data a test run would destroy, but TEST_DATABASE_URL (an administrator's) and
 * TEST_REDIS_URL where set, else private ones under `folder`. Two runs at once get two folders. Gives { databaseUrl,
 * redisUrl, stop() }.
 */
export async function openTestServices({ log, keepDatabases, folder = stateDir }) {
  const { TEST_DATABASE_URL, TEST_REDIS_URL } = process.env;
  if (TEST_DATABASE_URL && TEST_REDIS_URL) {
    return { databaseUrl: TEST_DATABASE_URL, redisUrl: TEST_REDIS_URL, stop: async () => {} };
  }
  const dir = claimSlot(join(folder, "test"));
  const [postgres, redis] = await startBoth([
    TEST_DATABASE_URL
      ? null
      : startPostgres({ dir: join(dir, "postgres"), settings: TEST_POSTGRES_SETTINGS, isDisposable: true, log }),
    TEST_REDIS_URL
      ? null
      : startRedis({ dir: join(dir, "redis"), args: TEST_REDIS_ARGS, toolsDir: join(folder, "tools"), log }),
  ]);
  const stop = async () => {
    await redis?.stop();
    await postgres?.stop();
    releaseFolder(dir);
  };
  if (postgres) await dropLeftDatabases(postgres, keepDatabases);
  return { databaseUrl: postgres?.url ?? TEST_DATABASE_URL, redisUrl: redis?.url ?? TEST_REDIS_URL, stop };
}
