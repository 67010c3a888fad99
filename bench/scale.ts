// Loads the large data into a migrated, empty database. Promises: all of it or nothing; every counter and head equals its
// rows, and every index and foreign key is back in place, checked.
import pg from "pg";
import { withForeignKeysAside } from "../prisma/seed/foreign-keys.ts";
import { countStatements } from "../prisma/seed/load.sql.ts";
import { asTx } from "./harness/tx.ts";
import { countsOfSize, scaleSteps } from "./scale.sql.ts";

const selectTables = `select format('%I', tablename) as name from pg_tables
  where schemaname = 'public' and tablename <> '_prisma_migrations'`;

/** Loads it; `size` 1 is a million posts. Takes a minute or two. */
export async function loadScale(input: {
  databaseUrl: string;
  size: number;
  log: (text: string) => void;
}): Promise<void> {
  const { databaseUrl, size, log } = input;
  if (!(size > 0 && size <= 1)) throw new Error("the size must be above 0 and at most 1");
  const client = new pg.Client({ connectionString: databaseUrl, options: "-c timezone=UTC" });
  await client.connect();
  try {
    await client.query("set synchronous_commit = off; set maintenance_work_mem = '1GB'; set work_mem = '256MB'");
    await client.query("begin");
    const steps = scaleSteps(countsOfSize(size), Date.now());
    const { rows } = await client.query<{ name: string }>(selectTables);
    const tables = rows.map((row) => row.name);
    await withForeignKeysAside(asTx(client), {
      tables,
      load: () => withIndexesAside(client, { tables, load: () => runSteps(client, steps, log) }),
    });
    log("  indexes and foreign keys");
    await client.query("commit");
    await client.query("vacuum (analyze)");
    log("committed, vacuumed and analyzed");
  } finally {
    await client.end();
  }
}

async function runSteps(
  client: pg.Client,
  steps: readonly { name: string; sql: string }[],
  log: (text: string) => void,
): Promise<void> {
  for (const { name, sql } of steps) {
    await client.query(sql);
    log(`  ${name}`);
  }
  for (const { text } of countStatements) await client.query(text);
  log("  counters and heads");
}

interface Index {
  drop: string;
  create: string;
}

// Constraints first: an index that carries one goes with it, and comes back with it.
const selectIndexes = `
  select 'alter table ' || conrelid::regclass || ' drop constraint ' || quote_ident(conname) as "drop",
         'alter table ' || conrelid::regclass || ' add constraint ' || quote_ident(conname) || ' '
           || pg_get_constraintdef(oid) as "create"
  from pg_constraint where contype in ('p', 'u') and conrelid = any ($1::regclass[])
  union all
  select 'drop index ' || indexrelid::regclass, pg_get_indexdef(indexrelid)
  from pg_index where indrelid = any ($1::regclass[])
    and not exists (select from pg_constraint where conindid = indexrelid and contype in ('p', 'u'))`;

/** Runs `load` without the tables' indexes, then makes them anew: sorting once beats millions of insertions. */
async function withIndexesAside(
  client: pg.Client,
  input: { tables: readonly string[]; load: () => Promise<void> },
): Promise<void> {
  const { rows } = await client.query<Index>(selectIndexes, [input.tables]);
  for (const index of rows) await client.query(index.drop);
  await input.load();
  for (const index of rows) await client.query(index.create);
}
