// A database of a test's own; and PostgreSQL and Redis of its own, for tests that kill, stall or flush them. Found through
// the variable PIXORA_TEST_SERVICES, because packages import no scripts. Everything is thrown away by `drop` and `stop`.
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { queryOnce, stateDir } from "../services/open.mjs";
import { startPostgres as startPostgresIn, TEST_POSTGRES_SETTINGS } from "../services/postgres.mjs";
import { TEMPLATE_NAME, withDatabase } from "../services/prisma.mjs";
import { startRedis as startRedisIn, TEST_REDIS_ARGS } from "../services/redis.mjs";

function makeFolder() {
  return mkdtempSync(join(tmpdir(), "pixora-own-"));
}

function removingAfterStop(handle, dir) {
  const { stop } = handle;
  return Object.assign(handle, {
    stop: async () => {
      await stop();
      rmSync(dir, { recursive: true, force: true });
    },
  });
}

/** A copy of the migrated template on the server that all tests share. Gives { url, drop() }. */
export async function copyTemplate() {
  const adminUrl = process.env.TEST_DATABASE_URL;
  const name = `test_${randomBytes(8).toString("hex")}`;
  await queryOnce(adminUrl, `create database ${name} template ${TEMPLATE_NAME}`);
  return {
    url: withDatabase(adminUrl, name),
    drop: () => queryOnce(adminUrl, `drop database if exists ${name} with (force)`),
  };
}

/** A fresh PostgreSQL; its handle is that of services/postgres.mjs. */
export async function startPostgres({ settings = TEST_POSTGRES_SETTINGS } = {}) {
  const dir = makeFolder();
  return removingAfterStop(await startPostgresIn({ dir, settings, isDisposable: true }), dir);
}

/** A fresh Redis that keeps nothing; its handle is that of services/redis.mjs. */
export async function startRedis({ args = TEST_REDIS_ARGS } = {}) {
  const dir = makeFolder();
  return removingAfterStop(await startRedisIn({ dir, args, toolsDir: join(stateDir, "tools") }), dir);
}
