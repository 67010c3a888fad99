// The driver adapter that the wasm engine talks to: @prisma/adapter-pg with its gaps for migrations closed.
// Promises: shadow work happens in a database of its own, which is gone when the adapter is disposed.
import { randomUUID } from "node:crypto";
import { PrismaPg } from "@prisma/adapter-pg";
import {
  ColumnTypeEnum,
  type SqlDriverAdapter,
  type SqlMigrationAwareDriverAdapterFactory,
} from "@prisma/driver-adapter-utils";
import type { Pool, QueryArrayConfig, QueryArrayResult } from "pg";
import { type Connection, createDatabase, dropDatabase, openPool } from "./connection.ts";

const oid = { char: 18, charArray: 1002, bpchar: 1042, bpcharArray: 1014, void: 2278, text: 25 } as const;

export interface AdapterFactory extends SqlMigrationAwareDriverAdapterFactory {
  /** Ends every pool, after the statement that it runs, and drops every shadow database. */
  close(): Promise<void>;
  /** Drops every shadow database under the statement that runs in it; for a process about to exit. */
  abort(): Promise<void>;
}

/** `connect` is asked for the connection late, so that work without a database needs no URL. */
export function createAdapterFactory(readConnection: () => Connection): AdapterFactory {
  // Each open adapter's way to end it; an entry leaves only when that is finished, so that close() waits for it.
  const open = new Set<() => Promise<void>>();
  const shadows = new Set<() => Promise<void>>();

  async function openAdapter(database: string | undefined, afterEnd: () => Promise<void>): Promise<SqlDriverAdapter> {
    const connection = readConnection();
    const pool = openPool(connection, database ?? connection.database);
    let ended: Promise<void> | undefined;
    const dispose = () => {
      ended ??= pool
        .end()
        .then(afterEnd)
        .finally(() => open.delete(dispose));
      return ended;
    };
    open.add(dispose);
    return wrapPool(pool, { namespace: connection.namespace, dispose });
  }

  return {
    provider: "postgres",
    adapterName: "@prisma/adapter-pg",
    connect: () => openAdapter(undefined, async () => {}),
    async connectToShadowDb() {
      const connection = readConnection();
      // Names have at most 63 bytes; the main database's name tells whose it is, should one be left by a power cut.
      const database = `${connection.database.slice(0, 20)}_shadow_${randomUUID()}`;
      const drop = () => dropDatabase(connection, database).finally(() => shadows.delete(drop));
      shadows.add(drop);
      await createDatabase(connection, database);
      return openAdapter(database, drop);
    },
    async close() {
      await Promise.allSettled([...open].map((dispose) => dispose()));
    },
    async abort() {
      await Promise.allSettled([...shadows].map((drop) => drop()));
    },
  };
}

async function wrapPool(
  pool: Pool,
  input: { namespace: string | undefined; dispose: () => Promise<void> },
): Promise<SqlDriverAdapter> {
  const charColumns = relabelCatalogTypes(pool);
  const inner = await new PrismaPg(pool, { schema: input.namespace }).connect();
  return {
    provider: inner.provider,
    adapterName: inner.adapterName,
    async queryRaw(query) {
      const result = await inner.queryRaw(query);
      for (const index of charColumns.get(result.rows) ?? []) result.columnTypes[index] = ColumnTypeEnum.Character;
      return result;
    },
    executeRaw: (query) => inner.executeRaw(query),
    // The adapter splits scripts at every semicolon, which cuts function bodies in two. Without
    // arguments pg uses the simple protocol: the server parses the script, and it is all or nothing.
    async executeScript(script) {
      await inner.executeRaw({ sql: script, args: [], argTypes: [] });
    },
    startTransaction: (isolationLevel) => inner.startTransaction(isolationLevel),
    getConnectionInfo: () => inner.getConnectionInfo(),
    dispose: input.dispose,
  };
}

/**
 * The catalog type "char" is unknown to the adapter, which throws on it. It is shown bpchar in its
 * place, and the answer remembers, by its rows, which columns must be called Character afterwards.
 */
function relabelCatalogTypes(pool: Pool): WeakMap<object, number[]> {
  const charColumns = new WeakMap<object, number[]>();
  const query: (config: QueryArrayConfig) => Promise<QueryArrayResult | QueryArrayResult[]> = pool.query.bind(pool);
  Object.defineProperty(pool, "query", {
    async value(config: QueryArrayConfig) {
      const result = await query(config);
      if (Array.isArray(result)) return result; // a script: its rows are of no interest
      const columns: number[] = [];
      for (const [index, field] of result.fields.entries()) {
        if (field.dataTypeID === oid.char) columns.push(index);
        field.dataTypeID = relabel(field.dataTypeID);
      }
      charColumns.set(result.rows, columns);
      return result;
    },
  });
  return charColumns;
}

function relabel(type: number): number {
  if (type === oid.char) return oid.bpchar;
  if (type === oid.charArray) return oid.bpcharArray;
  return type === oid.void ? oid.text : type;
}
