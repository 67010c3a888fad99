// The global set-up of an outside test project, packed as `@pixora/api/testing/setup`: PostgreSQL and Redis of the run,
// those of TEST_DATABASE_URL and TEST_REDIS_URL or else private ones whose data is kept under node_modules/.cache, and the
// migrated template that each test Pixora is a copy of.
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { openTestServices, queryOnce } from "../services/open.mjs";
import { makeLog } from "../services/progress.mjs";

const template = "pixora_template";
const migrationsFolder = new URL("../../prisma/migrations/", import.meta.url);

function readMigrations() {
  return readdirSync(migrationsFolder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => ({ name, sql: readFileSync(new URL(`${name}/migration.sql`, migrationsFolder), "utf8") }))
    .sort((one, other) => (one.name < other.name ? -1 : 1));
}

function withDatabase(url, name) {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
}

// As Prisma keeps it: the server asks this table whether its migrations are in.
const createHistory = `
  create table _prisma_migrations (
    id varchar(36) primary key, checksum varchar(64) not null, finished_at timestamptz, migration_name varchar(255) not null,
    logs text, rolled_back_at timestamptz, started_at timestamptz not null default now(),
    applied_steps_count integer not null default 0)`;

function recordOf({ name, sql }) {
  const checksum = createHash("sha256").update(sql).digest("hex");
  return `insert into _prisma_migrations (id, checksum, finished_at, migration_name, applied_steps_count)
          values (gen_random_uuid()::text, '${checksum}', now(), '${name}', 1)`;
}

/** Makes it when it is absent or of other migrations; its comment, written last, tells of which it is. */
async function prepareTemplate({ adminUrl, log }) {
  const migrations = readMigrations();
  const wanted = createHash("sha256").update(JSON.stringify(migrations)).digest("hex");
  const [found] = await queryOnce(
    adminUrl,
    `select shobj_description(oid, 'pg_database') as hash from pg_database where datname = '${template}'`,
  );
  if (found?.hash === wanted) return;
  log("migrating the template database");
  if (found) await queryOnce(adminUrl, `drop database ${template} with (force)`);
  await queryOnce(adminUrl, `create database ${template}`);
  const url = withDatabase(adminUrl, template);
  await queryOnce(url, createHistory);
  for (const migration of migrations) {
    await queryOnce(url, migration.sql);
    await queryOnce(url, recordOf(migration));
  }
  await queryOnce(adminUrl, `comment on database ${template} is '${wanted}'`);
}

/** For vitest's `globalSetup`; the answer ends what was started. Runs of one project at once have services of their own. */
export async function setup() {
  const log = makeLog();
  const folder = join(process.cwd(), "node_modules/.cache/pixora");
  mkdirSync(folder, { recursive: true });
  const services = await openTestServices({ log, keepDatabases: [template], folder });
  try {
    await prepareTemplate({ adminUrl: services.databaseUrl, log });
  } catch (error) {
    await services.stop();
    throw error;
  }
  process.env.TEST_DATABASE_URL = services.databaseUrl;
  process.env.TEST_REDIS_URL = services.redisUrl;
  return services.stop;
}

let stop = async () => {};

/** For `node --test --test-global-setup=@pixora/api/testing/setup` and runners like it. */
export async function globalSetup() {
  stop = await setup();
}

/** Ends what globalSetup started. */
export async function globalTeardown() {
  await stop();
}
