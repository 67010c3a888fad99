// Databases of other locales than the template's, with every migration in: for tests of what a locale may not change.
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { migrationNames } from "@pixora/db";
import { Client } from "pg";
import { pino } from "pino";
import { createFileMailer } from "../platform/mailer/mailer.file.ts";
import { createDeps } from "../platform/process/create-deps.ts";
import type { Deps } from "../platform/process/deps.ts";
import { testConfig } from "./test-deps.ts";

/** What `create database` may say of a locale; a machine may lack some. */
export const locales = {
  C: "locale_provider libc locale 'C'",
  "C.UTF-8 of PostgreSQL": "locale_provider builtin builtin_locale 'C.UTF-8' locale 'C'",
  "C.UTF-8 of the system": "locale_provider libc locale 'C.UTF-8'",
  "English of ICU": "locale_provider icu icu_locale 'en' locale 'C'",
  "Turkish of ICU": "locale_provider icu icu_locale 'tr' locale 'C'",
} as const;

/** A database of its own; "absent" where this machine has no such locale. */
export async function openDatabase(
  how: string,
): Promise<{ url: string; drop: () => Promise<void> } | { missing: string }> {
  const adminUrl = testConfig().DATABASE_URL;
  const name = `locale_${randomBytes(8).toString("hex")}`;
  const missing = await runOn(adminUrl, [`create database ${name} template template0 ${how}`]);
  if (missing !== null) return { missing };
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  const drop = async () => void (await runOn(adminUrl, [`drop database if exists ${name} with (force)`]));
  return { url: url.toString(), drop };
}

async function runOn(url: string, texts: readonly string[]): Promise<string | null> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    for (const text of texts) await client.query(text);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : "unknown";
  } finally {
    await client.end();
  }
}

/** Deps on a migrated database of a locale. Close them, then drop it: `close` does both. */
export async function openLocale(how: string): Promise<(Deps & { close(): Promise<void> }) | { missing: string }> {
  const database = await openDatabase(`encoding 'UTF8' ${how}`);
  if ("missing" in database) return database;
  const folder = new URL("../../../../prisma/migrations/", import.meta.url);
  const texts = migrationNames().map((name) => readFileSync(new URL(`${name}/migration.sql`, folder), "utf8"));
  const failure = await runOn(database.url, texts);
  if (failure !== null) throw new Error(`the migrations fail with ${how}: ${failure}`);
  const config = testConfig({ DATABASE_URL: database.url, DATABASE_POOL_SIZE: "4" });
  const log = pino({ level: config.LOG_LEVEL });
  const mailer = createFileMailer({ folder: config.MAIL_DIR, from: config.MAIL_FROM, log });
  const deps = createDeps({ config, log, applicationName: "pixora-test", mailer });
  return {
    ...deps,
    async close() {
      await deps.close();
      await database.drop();
    },
  };
}
