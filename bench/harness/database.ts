// The databases of the benches: one template for each kind of data, made once and kept, and a fresh copy for each run, so
// that no run sees what another has written.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createDb } from "@pixora/db";
import { seedDemo } from "../../prisma/seed/seed.ts";
import { rootDir } from "../../scripts/services/bootstrap.mjs";
import { queryOnce } from "../../scripts/services/open.mjs";
import { deployMigrations, withDatabase } from "../../scripts/services/prisma.mjs";
import { loadScale } from "../scale.ts";

/** "demo": the real graph of the demo data. "scale": a million posts, made up. */
export type DataKind = "demo" | "scale";

interface DataInput {
  adminUrl: string;
  kind: DataKind;
  /** Of "scale": 1 is a million posts. */
  size: number;
  log: (text: string) => void;
}

const sources: Record<DataKind, string[]> = { demo: ["prisma/seed"], scale: ["bench/scale.ts", "bench/scale.sql.ts"] };

/** A digest of what makes the data: another one, and the template is made anew. */
function digestOf(kind: DataKind): string {
  const hash = createHash("sha256");
  const paths = ["prisma/migrations", ...sources[kind]].flatMap((path) =>
    path.endsWith(".ts")
      ? [path]
      : readdirSync(join(rootDir, path), { recursive: true, encoding: "utf8" }).map((name) => `${path}/${name}`),
  );
  const files = paths.filter((path) => /\.(sql|ts)$/.test(path) && !path.endsWith(".test.ts")).sort();
  for (const path of files) hash.update(path).update(readFileSync(join(rootDir, path)));
  return hash.digest("hex").slice(0, 12);
}

/** Makes the template unless it stands. An older one of the same kind and size is dropped. */
async function prepareTemplate(input: DataInput): Promise<string> {
  const { adminUrl, kind, log } = input;
  const name = `bench_${kind}${kind === "scale" ? `_${String(input.size).replace(".", "_")}` : ""}`;
  const digest = digestOf(kind);
  const [found] = await queryOnce(
    adminUrl,
    `select shobj_description(oid, 'pg_database') as digest from pg_database where datname = '${name}'`,
  );
  if (found?.digest === digest) return name;
  if (found) await queryOnce(adminUrl, `drop database ${name} with (force)`);
  log(`making the data "${name}"; it is kept for the next run`);
  await queryOnce(adminUrl, `create database ${name}`);
  const url = withDatabase(adminUrl, name);
  await deployMigrations({ databaseUrl: url, log });
  if (kind === "demo") await loadDemo(url, log);
  else await loadScale({ databaseUrl: url, size: input.size, log });
  await queryOnce(adminUrl, `comment on database ${name} is '${digest}'`);
  return name;
}

async function loadDemo(url: string, log: (text: string) => void): Promise<void> {
  const db = createDb({ url, maxConnections: 2, hasTimeouts: false, applicationName: "pixora-bench" });
  try {
    await seedDemo(db, { log });
  } finally {
    await db.close();
  }
}

/** A fresh copy of the data, under a name; gives its address. What the run before left under that name is dropped. */
export async function openRunDatabase(input: DataInput & { name: string }): Promise<string> {
  const { name } = input;
  const template = await prepareTemplate(input);
  input.log(`copying the data "${template}"`);
  await queryOnce(input.adminUrl, `drop database if exists ${name} with (force)`);
  // By files: copying block by block through the log would take several times as long.
  await queryOnce(input.adminUrl, `create database ${name} template ${template} strategy file_copy`);
  await queryOnce(input.adminUrl, "checkpoint");
  return withDatabase(input.adminUrl, name);
}
