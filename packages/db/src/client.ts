// Opens the database: one pg pool, on it Prisma (schema, ordinary reads and writes) and prepared SQL (hot paths).
// Promises: sessions run in UTC, statements are bounded in time, Prisma is loaded at its first use, close() ends everything.
import { createRequire } from "node:module";
import { PrismaPg } from "@prisma/adapter-pg";
import { Pool, type PoolConfig } from "pg";
import { createSql, type Sql, sqlState, type Tx, textDigest } from "./sql.ts";
import { readTextRules, UnfitDbError } from "./text-rules.ts";
import { splitOptions } from "./url.ts";

export interface DbConfig {
  url: string;
  /** Connections this process may hold. */
  maxConnections?: number;
  /** How long a caller waits for a free connection before PoolBusyError. */
  poolWaitMs?: number;
  /** Off for migrations, seeds and benches, which may run long statements. */
  hasTimeouts?: boolean;
  /** Shown in pg_stat_activity. */
  applicationName?: string;
  /** Errors of idle connections; they are replaced by themselves. */
  onIdleError?: (error: Error) => void;
}

export type Prisma = ReturnType<typeof createPrisma>;

export interface Db {
  /** Loaded by the first use, which holds the process up for some tenths of a second: see `warmPrisma`. */
  readonly prisma: Prisma;
  sql: Sql;
  pool: Pool;
  /** Commits what `work` did, or nothing. Deadlocks and serialization failures run `work` again with jitter. */
  inTransaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

// A session in another zone shifts every timestamptz that Prisma reads or writes. Compiling a statement takes longer than
// any of ours may run. So does planning one that joins many tables: prepared statements keep the plan that fits all
// parameters, which ours are written for.
const sessionOptions = "-c timezone=UTC -c jit=off -c plan_cache_mode=force_generic_plan";

const timeoutOptions = [
  "-c statement_timeout=5s",
  "-c lock_timeout=2s",
  "-c idle_in_transaction_session_timeout=10s",
].join(" ");

/** Opens a pool; connects lazily. Call `checkDb` at start to fail early. */
export function createDb(config: DbConfig): Db {
  const pool = new Pool(poolConfig(config));
  pool.on("error", (error) => config.onIdleError?.(error));
  return createDbOn(pool);
}

/** The same on a pool that is open already; `close` ends it. */
export function createDbOn(pool: Pool): Db {
  const sql = createSql(pool);
  let prisma: Prisma | undefined;
  return {
    get prisma() {
      prisma ??= createPrisma(pool);
      return prisma;
    },
    sql,
    pool,
    inTransaction: sql.inTransaction,
    async close() {
      await prisma?.$disconnect();
      await pool.end();
    },
  };
}

function poolConfig(config: DbConfig): PoolConfig {
  const { url, options } = splitOptions(config.url);
  return {
    connectionString: url,
    max: config.maxConnections ?? 20,
    connectionTimeoutMillis: config.poolWaitMs ?? 3_000,
    idleTimeoutMillis: 60_000,
    keepAlive: true,
    // Statements of a transaction that do not wait for each other go out together and are answered in order.
    pipeline: true,
    application_name: config.applicationName ?? "pixora",
    options: `${options} ${sessionOptions}${config.hasTimeouts === false ? "" : ` ${timeoutOptions}`}`.trim(),
  };
}

const require = createRequire(import.meta.url);

function createPrisma(pool: Pool) {
  // Not an import: the generated client and its runtime are half of what a process loads, and many never ask for them.
  const { PrismaClient } = require("./generated/client.ts") as typeof import("./generated/client.ts");
  const adapter = new PrismaPg(pool, { statementNameGenerator: boundedNames(), disposeExternalPool: false });
  return new PrismaClient({
    adapter,
    // A longer message quotes our source, and reads files for it.
    errorFormat: "minimal",
    omit: {
      credential: { passwordHash: true },
      signUp: { passwordHash: true },
      session: { salt: true },
      authToken: { salt: true },
    },
  });
}

/** Does now what the first use of Prisma would wait for. Failures are left to that first use. */
export async function warmPrisma(db: Pick<Db, "prisma">): Promise<void> {
  try {
    // The first query of all compiles the compiler of queries; the next shape costs a few milliseconds.
    await db.prisma.pushKey.findUnique({ where: { id: 1 }, select: { id: true } });
  } catch {
    // The database is away; whoever needs it hears so from their own call.
  }
}

// Prepared statements cost memory on every connection, so only the first 500 shapes get a name; the empty name is
// PostgreSQL's unnamed statement. The name is made from the text: another client on the same connection (a pooler lends it
// to several processes) gives the same name to the same text, and never to another.
function boundedNames(): (query: { sql: string }) => string {
  const names = new Map<string, string>();
  return ({ sql }) => {
    const known = names.get(sql);
    if (known !== undefined) return known;
    if (names.size >= 500) return "";
    const name = `prisma:${textDigest(sql)}`;
    names.set(sql, name);
    return name;
  };
}

/** All of them mean the same zone, which knows no summer. */
const utcNames = /^(?:Etc\/)?(?:UTC|UCT|Universal|Zulu|GMT)$/i;

/** Why a connection was refused, by SQLSTATE; what PostgreSQL says itself may hold names that are nobody's business. */
const refusals: Readonly<Record<string, string>> = {
  "28P01": "the database refuses the password",
  "28000": "the database refuses the user, or asks for an encrypted connection",
  "3D000": "there is no database of that name",
  "42501": "the database user lacks rights",
  "42P01": "migrations are missing: there are no tables",
};

/**
 * Throws UnfitDbError unless the database lets us in, keeps UTF-8, speaks UTC, takes writes and has every migration that
 * `migrationNames` lists. Throws what the driver throws where it does not answer.
 */
export async function checkDb(db: Db, input: { migrationNames: readonly string[] }): Promise<void> {
  try {
    await checkSession(db);
    await readTextRules(db);
    await checkMigrations(db, input.migrationNames);
  } catch (error) {
    const refusal = refusals[sqlState(error) ?? ""];
    throw refusal === undefined ? error : new UnfitDbError(refusal, { cause: error });
  }
}

async function checkSession(db: Db): Promise<void> {
  const { rows } = await db.pool.query<{ zone: string; isStandby: boolean; isReadOnly: boolean }>(
    `select current_setting('TimeZone') as zone, pg_is_in_recovery() as "isStandby",
            current_setting('transaction_read_only')::boolean as "isReadOnly"`,
  );
  const [session] = rows;
  if (!utcNames.test(session?.zone ?? "")) throw new UnfitDbError("the database session is not in UTC");
  if (session?.isStandby) throw new UnfitDbError("the database takes no writes: it is a standby");
  if (session?.isReadOnly) throw new UnfitDbError("the database takes no writes: its transactions are read-only");
}

async function checkMigrations(db: Db, wanted: readonly string[]): Promise<void> {
  const applied = await db.pool.query<{ migration_name: string }>(
    "select migration_name from _prisma_migrations where finished_at is not null and rolled_back_at is null",
  );
  const names = new Set(applied.rows.map((row) => row.migration_name));
  const missing = wanted.filter((name) => !names.has(name));
  if (missing.length > 0) throw new UnfitDbError(`migrations are missing: ${missing.join(", ")}`);
}
