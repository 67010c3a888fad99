// For the tests of migrations: a database and a Prisma folder of their own, and the migrate CLI behind the network guard.
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Client } from "pg";

const migrateScript = fileURLToPath(new URL("../src/cli/migrate.ts", import.meta.url));
const guardScript = fileURLToPath(new URL("network.guard.ts", import.meta.url));

export interface Answer {
  exitCode: number;
  /** What the CLI printed on stdout and stderr. */
  stdout: string;
  output: string;
}

export interface TestProject {
  folder: string;
  databaseUrl: string;
  databaseName: string;
  /** Every host that a command tried to reach, the database aside. */
  refusedConnections(): string[];
  write(path: string, text: string): void;
  read(path: string): string;
  migrations(): string[];
  /** `interrupt` sends SIGTERM. */
  migrate(args: string[], env?: Record<string, string>, interrupt?: AbortSignal): Promise<Answer>;
  query(sql: string): Promise<Record<string, unknown>[]>;
  [Symbol.asyncDispose](): Promise<void>;
}

function adminUrl(): string {
  const url = process.env.TEST_DATABASE_URL;
  if (url === undefined) throw new Error("TEST_DATABASE_URL is not set: the tests need a PostgreSQL superuser's URL");
  return url;
}

/** The database does not exist yet: `deploy`, `dev` and `push` create it. */
export function createProject(files: Record<string, string>): TestProject {
  const folder = mkdtempSync(join(tmpdir(), "pixora-migrate-"));
  const databaseName = `pixora_test_${randomBytes(6).toString("hex")}`;
  const url = new URL(adminUrl());
  url.pathname = `/${databaseName}`;
  const databaseUrl = url.href;
  const reportFile = join(folder, "refused.log");

  const project: TestProject = {
    folder,
    databaseUrl,
    databaseName,
    refusedConnections: () => (existsSync(reportFile) ? readFileSync(reportFile, "utf8").trim().split("\n") : []),
    write(path, text) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    },
    read: (path) => readFileSync(join(folder, path), "utf8"),
    migrations: () => readdirSync(join(folder, "migrations")).filter((name) => !name.endsWith(".toml")),
    migrate(args, env = {}, interrupt) {
      const guarded = { ...guardEnv(reportFile, url.port || "5432"), DATABASE_URL: databaseUrl };
      return runNode([migrateScript, ...args], { ...guarded, PIXORA_PRISMA_FOLDER: folder, ...env }, interrupt);
    },
    query: (sql) => queryUrl(databaseUrl, sql),
    async [Symbol.asyncDispose]() {
      await queryServer(`drop database if exists ${databaseName} with (force)`);
      rmSync(folder, { recursive: true, force: true });
    },
  };
  project.write("migrations/migration_lock.toml", 'provider = "postgresql"\n');
  for (const [path, text] of Object.entries(files)) project.write(path, text);
  return project;
}

/** What keeps a node process, and those it starts, from any network but the database; proxies lead nowhere. */
export function guardEnv(reportFile: string, databasePort: string): Record<string, string> {
  const closedPort = "http://127.0.0.1:9";
  return {
    NODE_OPTIONS: `--import=${guardScript}`,
    GUARD_ALLOWED_PORT: databasePort,
    GUARD_REPORT_FILE: reportFile,
    HTTP_PROXY: closedPort,
    HTTPS_PROXY: closedPort,
    NO_COLOR: "1",
  };
}

export function runNode(args: string[], env: Record<string, string>, signal?: AbortSignal): Promise<Answer> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      args,
      { env: { ...process.env, ...env }, cwd: tmpdir(), timeout: 60_000, signal },
      (error, stdout, stderr) => {
        const exitCode = error === null ? 0 : typeof error.code === "number" ? error.code : -1;
        resolve({ exitCode, stdout, output: stdout + stderr });
      },
    );
    child.stdin?.end();
  });
}

export function queryServer(sql: string): Promise<Record<string, unknown>[]> {
  return queryUrl(adminUrl(), sql);
}

async function queryUrl(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}
