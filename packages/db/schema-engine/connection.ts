// Turns a database URL into explicit pg settings.
// A pg config with a connection string ignores `database`, so an adapter given one would run the
// shadow database's statements (which drop everything) on the main database: the URL stops here.
import { Client, Pool, type PoolConfig } from "pg";
import { driverUrl } from "../src/url.ts";

export interface Connection {
  host: string;
  port: number;
  user: string | undefined;
  password: string | undefined;
  database: string;
  ssl: PoolConfig["ssl"];
  options: string;
  /** PostgreSQL schema (namespace), the `schema` parameter of a Prisma URL. */
  namespace: string | undefined;
}

export function parseConnection(url: string): Connection {
  if (url === "") throw new Error("DATABASE_URL is not set");
  // pg applies PG* variables and reads certificate files named in the URL; it does not connect here.
  const client = new Client({ connectionString: driverUrl(url) });
  const parameters = new URL(url).searchParams;
  return {
    host: client.host,
    port: client.port,
    user: client.user,
    password: client.password ?? undefined,
    database: client.database ?? "postgres",
    ssl: client.ssl,
    // Literals without an offset in a migration must mean the same instant on every machine.
    options: `${parameters.get("options") ?? ""} -c timezone=UTC`.trim(),
    namespace: parameters.get("schema") ?? undefined,
  };
}

/**
 * One connection that stays open: the engine takes a session advisory lock and sets session state,
 * which must hold for its next statement. A second checkout fails after ten seconds and does not hang.
 */
export function openPool(connection: Connection, database: string): Pool {
  const { namespace: _, ...settings } = connection;
  return new Pool({
    ...settings,
    database,
    max: 1,
    idleTimeoutMillis: 0,
    connectionTimeoutMillis: 10_000,
    application_name: "pixora-migrate",
  });
}

/** Runs `sql` on the server from a database other than `target`, for create and drop. */
export async function runOnServer(connection: Connection, input: { sql: string; target: string }): Promise<void> {
  const candidates = ["postgres", connection.database].filter((name) => name !== input.target);
  let failure: unknown = new Error("no database to connect to");
  for (const database of new Set(candidates.length > 0 ? candidates : ["template1"])) {
    const pool = openPool(connection, database);
    try {
      const client = await pool.connect().catch((error: unknown) => {
        failure = error;
      });
      if (client === undefined) continue;
      try {
        await client.query(input.sql);
        return;
      } finally {
        client.release();
      }
    } finally {
      await pool.end();
    }
  }
  throw failure;
}

export function createDatabase(connection: Connection, database: string): Promise<void> {
  return runOnServer(connection, { sql: `create database ${quoteName(database)}`, target: database });
}

/** Throws nothing when the database is gone already. */
export function dropDatabase(connection: Connection, database: string): Promise<void> {
  return runOnServer(connection, {
    sql: `drop database if exists ${quoteName(database)} with (force)`,
    target: database,
  });
}

function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
