// Generated client, migrations and template database, each skipped when it is up to date already, so that a second start
// takes no time. Everything goes through the one command of packages/db.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { rootDir } from "./bootstrap.mjs";
import { queryOnce } from "./open.mjs";

const migrateScript = join(rootDir, "packages", "db", "src", "cli", "migrate.ts");
const generatedDir = join(rootDir, "packages", "db", "src", "generated");
const generatedStamp = join(generatedDir, ".schema-hash");

/** Runs `migrate.ts <word>`; gives its exit code and what it printed (shown as it comes unless quiet). */
export function runMigrate(word, { args = [], databaseUrl, isQuiet = false } = {}) {
  return new Promise((resolve, reject) => {
    const env = databaseUrl ? { ...process.env, DATABASE_URL: databaseUrl } : { ...process.env };
    const child = spawn(process.execPath, [migrateScript, word, ...args], {
      cwd: rootDir,
      env,
      stdio: isQuiet ? ["ignore", "pipe", "pipe"] : "inherit",
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on("data", (chunk) => {
        output += chunk;
      });
    }
    child.on("error", reject);
    child.on("close", (code) => resolve({ code: code ?? 1, output }));
  });
}

async function runMigrateOrThrow(word, options) {
  const { code, output } = await runMigrate(word, { ...options, isQuiet: true });
  if (code !== 0) throw new Error(`"migrate.ts ${word}" ended with ${code}:\n${output.trim()}`);
}

function hashFolder(dir, accepts) {
  const hash = createHash("sha256");
  const paths = readdirSync(dir, { recursive: true }).filter(accepts).sort();
  for (const path of paths)
    hash
      .update(`${path}\0`)
      .update(readFileSync(join(dir, path)))
      .update("\0");
  return hash.digest("hex");
}

/** Makes the Prisma client when the schema, or the version of Prisma, is another than at the last time. */
export async function generateClient({ log, isForced = false }) {
  const versions = createHash("sha256")
    .update(readFileSync(join(rootDir, "packages", "db", "package.json")))
    .digest("hex");
  const wanted = hashFolder(join(rootDir, "prisma"), (path) => path.endsWith(".prisma")) + versions;
  const made = existsSync(generatedStamp) ? readFileSync(generatedStamp, "utf8") : "";
  if (!isForced && made === wanted) return;
  log("generating the Prisma client");
  await runMigrateOrThrow("generate");
  writeFileSync(generatedStamp, wanted);
}

async function listFinishedMigrations(databaseUrl) {
  const [{ found }] = await queryOnce(databaseUrl, "select to_regclass('_prisma_migrations') is not null as found");
  if (!found) return [];
  const rows = await queryOnce(
    databaseUrl,
    "select migration_name from _prisma_migrations where finished_at is not null and rolled_back_at is null",
  );
  return rows.map((row) => row.migration_name);
}

/** Brings the database to the newest migration; asks the database first, which is quicker than the Prisma CLI. */
export async function deployMigrations({ databaseUrl, log }) {
  const wanted = readdirSync(join(rootDir, "prisma", "migrations"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);
  const finished = new Set(await listFinishedMigrations(databaseUrl));
  const missing = wanted.filter((name) => !finished.has(name));
  if (missing.length === 0) return;
  log(`migrating the database (${missing.length} of ${wanted.length} migrations are new)`);
  await runMigrateOrThrow("deploy", { databaseUrl });
}

export const TEMPLATE_NAME = "pixora_template";

/** The address of another database on the same server. */
export function withDatabase(url, name) {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
}

/**
 * A migrated, empty database that tests copy. Made anew when the migrations differ from those it was made with, which
 * its comment tells; a second call with the same migrations changes nothing.
 */
export async function prepareTemplate({ adminUrl, log }) {
  const wanted = hashFolder(join(rootDir, "prisma", "migrations"), (path) => path.endsWith(".sql"));
  const [found] = await queryOnce(
    adminUrl,
    `select shobj_description(oid, 'pg_database') as hash from pg_database where datname = '${TEMPLATE_NAME}'`,
  );
  if (found?.hash === wanted) return;
  log("migrating the template database");
  if (found) await queryOnce(adminUrl, `drop database ${TEMPLATE_NAME} with (force)`);
  await queryOnce(adminUrl, `create database ${TEMPLATE_NAME}`);
  await runMigrateOrThrow("deploy", { databaseUrl: withDatabase(adminUrl, TEMPLATE_NAME) });
  await queryOnce(adminUrl, `comment on database ${TEMPLATE_NAME} is '${wanted}'`);
}
