// Names that others hold on to: procedures (apps), facts and jobs (rows and queues that an older release wrote), tables
// (older releases that run beside this one). root.names.json is the list: a name on it is never renamed or dropped by
// accident, and a new one is added to it on purpose.
import { statement } from "@pixora/db";
import { facts, jobs } from "@pixora/jobs";
import { afterAll, beforeAll, expect, test } from "vitest";
import kept from "./root.names.json" with { type: "json" };
import { openTestDeps, type TestDeps } from "./testing/index.ts";
import { paths, typeOf } from "./testing/matrix/call.ts";

let deps: TestDeps;
beforeAll(async () => {
  deps = await openTestDeps();
});
afterAll(() => deps?.close());

const selectTables = statement<{ name: string }>(
  "testing.tables",
  `select table_name as name from information_schema.tables
   where table_schema = 'public' and table_type = 'BASE TABLE' and table_name <> '_prisma_migrations'`,
);

test("procedures, facts and jobs are those of the kept list", () => {
  expect([...paths].map((path) => `${typeOf(path)} ${path}`).sort()).toEqual(kept.procedures);
  expect(Object.keys(facts).sort()).toEqual(kept.facts);
  expect(Object.keys(jobs).sort()).toEqual(kept.jobs);
});

test("tables are those of the kept list", async () => {
  const rows = await deps.db.sql.many(selectTables);
  expect(rows.map(({ name }) => name).sort()).toEqual(kept.tables);
});
