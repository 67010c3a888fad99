// Every statement of the code: PostgreSQL takes it, its name is unique and well made, and none is out of sight.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { openTestDeps, type TestDeps } from "@pixora/api/testing";
import { Client } from "pg";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { Collection } from "./collect.ts";
import { describeStatement } from "./describe.ts";
import { indentSql } from "./print.ts";

let deps: TestDeps;
let client: Client;
let collection: Collection;
beforeAll(async () => {
  deps = await openTestDeps();
  client = new Client({ connectionString: deps.databaseUrl });
  await client.connect();
  collection = collect();
});
afterAll(async () => {
  await client.end();
  await deps.close();
});

const roots: string[] = [];
afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true, force: true });
});

function collect(...args: string[]): Collection {
  return JSON.parse(execFileSync(process.execPath, ["scripts/sql/list.ts", ...args], { encoding: "utf8" }));
}

/** Collects a small repository of these files, which stand in packages/api/src. */
function collectPlanted(files: Record<string, string>): Collection {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "pixora-sql-")));
  roots.push(root);
  mkdirSync(join(root, "node_modules", "@pixora"), { recursive: true });
  symlinkSync(join(process.cwd(), "packages", "db"), join(root, "node_modules", "@pixora", "db"));
  writeFileSync(join(root, "package.json"), '{"type":"module"}');
  for (const [path, text] of Object.entries(files)) {
    const file = join(root, "packages/api/src", path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  return collect(root);
}

async function refusalsOf(texts: readonly { name: string; text: string }[]): Promise<string[]> {
  const refusals: string[] = [];
  for (const { name, text } of texts) {
    try {
      await describeStatement(client, { text, isExplained: true });
    } catch (error) {
      refusals.push(`${name}: ${String(error)}`);
    }
  }
  return refusals;
}

test("PostgreSQL takes and plans every statement of the code, as it is run and as it is printed", async () => {
  const { statements } = collection;
  expect(statements.length).toBeGreaterThan(300);
  expect(await refusalsOf(statements)).toEqual([]);
  expect(await refusalsOf(statements.map(({ name, text }) => ({ name, text: indentSql(text) })))).toEqual([]);
}, 120_000);

test("a broken statement is found", async () => {
  const broken = { name: "like.readNothing", text: "select no_such_column from posts where id = $1" };
  const [refusal] = await refusalsOf([broken]);
  expect(refusal).toContain('like.readNothing: error: column "no_such_column" does not exist');
});

test("every call that makes statements is heard when its file is loaded", () => {
  expect(collection.unheard).toEqual([]);
});

test("statements have unique names: a room, a verb and a noun", () => {
  const names = collection.statements.map(({ name }) => name);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  expect(names.filter((name) => !/^[a-z][a-zA-Z]*\.[a-z]+([A-Z][a-zA-Z]*)$/.test(name))).toEqual([]);
});

const open = 'import { statement } from "@pixora/db";\n';

test("statements that functions make while files are loaded are collected, with the place that asked for them", () => {
  const { statements, unheard } = collectPlanted({
    "make.ts": `${open}export function make(name: string) {\n  return statement<never>(name, "select 1");\n}\n`,
    "two.ts": 'import { make } from "./make.ts";\nexport const both = [make("a.readOne"),\n  make("a.readTwo")];\n',
    "a/a.test.ts": `${open}statement("test.readNothing", "select 1");\n`,
  });
  const places = statements.map(({ name, file, line }) => `${name} ${file}:${line}`);
  expect(places).toEqual(["a.readOne packages/api/src/two.ts:2", "a.readTwo packages/api/src/two.ts:3"]);
  expect(unheard).toEqual([]);
});

test.each<[string, Record<string, string>, string]>([
  [
    "in a function",
    { "a.ts": `${open}export const run = () => statement("a.read", "select 1");\n` },
    "a.ts:2 statement",
  ],
  [
    "under another name",
    { "a.ts": 'import { statement as s } from "@pixora/db";\ns("a.b", "");\n' },
    "a.ts:1 statement",
  ],
  [
    "as a member",
    { "a.ts": 'import * as db from "@pixora/db";\nexport const run = () => db.statement("a.read", "select 1");\n' },
    "a.ts:2 statement",
  ],
  [
    "by a function that other files call in time",
    {
      "a.ts": `${open}export function make(n: string) {\n  return statement(n, "select 1");\n}\nmake("a.read");\n`,
      "b.ts": 'import { make } from "./a.ts";\n/* ä */ export const later = () => make("b.read");\n',
    },
    "b.ts:2 make",
  ],
])("a statement that is made %s is out of sight, and the collection says so", (_, files, place) => {
  const { unheard } = collectPlanted(files);
  expect(unheard.map(({ file, line, callee }) => `${file}:${line} ${callee}`)).toContain(`packages/api/src/${place}`);
});

function run(...words: string[]): { status: number | null; stdout: string; stderr: string } {
  const env = { PATH: process.env.PATH, DATABASE_URL: deps.databaseUrl };
  return spawnSync(process.execPath, ["scripts/sql.ts", ...words], { env, encoding: "utf8" });
}

test("a statement is printed whole, as one SQL text with its place, parameters and plan", async () => {
  const { stdout, stderr, status } = run("like.setPostLikes", "--explain");
  expect(status).toBe(0);
  expect(stderr).toContain("the database holds nobody");
  const place = collection.statements.find(({ name }) => name === "like.setPostLikes");
  expect(stdout.split("\n").slice(0, 6)).toEqual([
    `-- like.setPostLikes  ${place?.file}:${place?.line}`,
    "-- $1 bigint[]",
    "-- $2 bigint[]",
    "-- $3 boolean[]",
    "-- $4 bigint[]",
    "-- $5 timestamp with time zone",
  ]);
  expect(stdout).toMatch(/^-- .*Scan on posts post/m);
  expect(await describeStatement(client, { text: stdout, isExplained: false })).toEqual({
    parameterTypes: ["bigint[]", "bigint[]", "boolean[]", "bigint[]", "timestamp with time zone"],
    plan: [],
  });
}, 60_000);

test("without a name all names are listed by room, and an unknown name is answered with the likest", () => {
  const { stdout } = run();
  expect(stdout).toMatch(/^like\n(?: {2}like\.\w+ +packages\/\S+:\d+\n)+/m);
  expect(stdout.match(/^ {2}\S+/gm)).toHaveLength(collection.statements.length);
  const unknown = run("like.setPostLike");
  expect([unknown.status, unknown.stdout]).toEqual([1, ""]);
  expect(unknown.stderr).toContain("there is no statement like.setPostLike: did you mean like.setPostLikes,");
  expect(run("--explain").stderr).toBe("usage: pnpm sql [<name> [--explain]]\n");
}, 60_000);

test("printing changes only the white space outside of strings", () => {
  expect(indentSql("select (\n  select 1\n      ), ')' \n from x")).toBe("select (\n  select 1\n), ')'\nfrom x");
  expect(indentSql("select 'a\n   b'")).toBe("select 'a\n   b'");
});
