// Deps on a database cloned from the migrated template, with a Redis prefix of its own: a test file each.
import { randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { pino } from "pino";
import type { Mail, Mailer } from "../platform/mailer/mailer.ts";
import { type ApiConfig, readApiConfig } from "../platform/process/config.ts";
import { createDeps } from "../platform/process/create-deps.ts";
import type { Clock, Deps } from "../platform/process/deps.ts";

export interface TestDeps extends Deps {
  /** Mails sent so far: the fake of what leaves our walls. */
  mails: Mail[];
  databaseUrl: string;
  /** Closes everything and drops the database. */
  close(): Promise<void>;
}

/** Name of the migrated template that the global set-up makes. */
const templateDatabase = "pixora_template";

function requireEnv(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set: run the tests through vitest's global set-up`);
  return value;
}

async function runAsAdmin(sql: string): Promise<void> {
  const client = new Client({ connectionString: requireEnv("TEST_DATABASE_URL") });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

/** A configuration for one test file; `changes` are environment variables. */
export function testConfig(changes: Record<string, string> = {}): ApiConfig {
  return readApiConfig({
    NODE_ENV: "test",
    DATABASE_URL: requireEnv("TEST_DATABASE_URL"),
    REDIS_URL: requireEnv("TEST_REDIS_URL"),
    REDIS_PREFIX: `test-${randomBytes(6).toString("hex")}`,
    JWT_SECRET: "test-secret-test-secret-test-secret-0001",
    LOG_LEVEL: process.env.TEST_LOG_LEVEL ?? "silent",
    LIMITS_SCALE: "1000",
    CHAT_MIN_ACCOUNT_HOURS: "0",
    MAIL_DIR: join(tmpdir(), "pixora-test-mail"),
    STORAGE_DIR: join(tmpdir(), `pixora-test-media-${randomBytes(6).toString("hex")}`),
    ...changes,
  });
}

/** Opens deps on a fresh clone of the template. Close them in `afterAll`. */
export async function openTestDeps(options: { env?: Record<string, string>; clock?: Clock } = {}): Promise<TestDeps> {
  const name = `test_${randomBytes(8).toString("hex")}`;
  await runAsAdmin(`create database ${name} template ${templateDatabase}`);
  const url = new URL(requireEnv("TEST_DATABASE_URL"));
  url.pathname = `/${name}`;
  const config = testConfig({ DATABASE_URL: url.toString(), DATABASE_POOL_SIZE: "8", ...options.env });
  const mails: Mail[] = [];
  const mailer: Mailer = {
    async send(mail) {
      mails.push(mail);
    },
    async close() {},
  };
  const deps = createDeps({
    config,
    log: pino({ level: config.LOG_LEVEL }),
    applicationName: "pixora-test",
    mailer,
    ...(options.clock ? { clock: options.clock } : {}),
  });
  return {
    ...deps,
    mails,
    databaseUrl: url.toString(),
    async close() {
      await deps.close();
      await rm(config.STORAGE_DIR, { recursive: true, force: true });
      await runAsAdmin(`drop database if exists ${name} with (force)`);
    },
  };
}
