// Prepared SQL on the same pool as Prisma, for hot paths and for transactions.
// Promises: every statement is prepared once a connection; int8 comes back as a decimal string, timestamptz as a Date.
import { createHash } from "node:crypto";
import type { Duplex } from "node:stream";
import type { Pool, PoolClient } from "pg";

/** A named SQL text. `Row` is what the text answers: the author of the text vouches for it. */
export interface Statement<Row> {
  readonly name: string;
  readonly text: string;
  /** Only carries the type. */
  readonly row?: Row;
}

/** Runs prepared statements, either on any pooled connection or inside one transaction. */
export interface Sql {
  /** All rows. */
  many<Row>(statement: Statement<Row>, values?: readonly unknown[]): Promise<Row[]>;
  /** The first row, or null where there is none. */
  maybe<Row>(statement: Statement<Row>, values?: readonly unknown[]): Promise<Row | null>;
  /** The first row; throws where there is none (a statement that must answer one). */
  one<Row>(statement: Statement<Row>, values?: readonly unknown[]): Promise<Row>;
  /** Runs a statement for its effect; answers how many rows it touched. */
  run(statement: Statement<unknown>, values?: readonly unknown[]): Promise<number>;
}

/**
 * A `Sql` that is inside a transaction: functions that take one never commit by themselves. Statements that are run
 * without waiting for each other are sent at once and take effect in the order they were run in, each with a snapshot
 * of its own; where one fails, so do those behind it.
 */
export interface Tx extends Sql {
  readonly isTransaction: true;
  /**
   * Sends a statement that nobody waits for: the last ones of a transaction go out together with its commit. The answer
   * gives the rows once the transaction is committed (before that it throws); a failure is the transaction's.
   */
  later<Row>(statement: Statement<Row>, values?: readonly unknown[]): () => Row[];
}

/** No connection became free within the bound: the caller should retry later. */
export class PoolBusyError extends Error {
  override name = "PoolBusyError";
}

/**
 * Names a statement. The name carries a digest of the text, so that two texts never share one
 * prepared statement, whatever a deploy or a pooler keeps alive.
 */
export function statement<Row>(name: string, text: string): Statement<Row> {
  const made = { name: `${name}:${textDigest(text)}`, text };
  for (const listener of madeListeners) listener(made);
  return made;
}

/** What tells two texts apart in the names of prepared statements. */
export function textDigest(text: string): string {
  return createHash("sha1").update(text).digest("base64url").slice(0, 10);
}

const madeListeners = new Set<(made: Statement<unknown>) => void>();

/**
 * Calls `listener` for each statement that is made from now on, inside the call of `statement`: its stack tells where.
 * For tools that list the statements of the code. Answers what ends it.
 */
export function onStatementMade(listener: (made: Statement<unknown>) => void): () => void {
  madeListeners.add(listener);
  return () => void madeListeners.delete(listener);
}

type Query = (config: { name: string; text: string; values: unknown[] }) => Promise<{
  rows: unknown[];
  rowCount: number | null;
}>;

function createRunner(query: Query): Sql {
  async function many<Row>(st: Statement<Row>, values: readonly unknown[] = []): Promise<Row[]> {
    const result = await query({ name: st.name, text: st.text, values: values as unknown[] });
    return result.rows as Row[];
  }
  return {
    many,
    async maybe<Row>(st: Statement<Row>, values?: readonly unknown[]) {
      return (await many(st, values))[0] ?? null;
    },
    async one<Row>(st: Statement<Row>, values?: readonly unknown[]) {
      const [row] = await many(st, values);
      if (row === undefined) throw new Error(`statement ${st.name} answered no row`);
      return row;
    },
    async run(st, values = []) {
      const result = await query({ name: st.name, text: st.text, values: values as unknown[] });
      return result.rowCount ?? 0;
    },
  };
}

/** Wraps a pool. Waiting for a connection is bounded by the pool's `connectionTimeoutMillis` (PoolBusyError). */
export function createSql(pool: Pool): Sql & { inTransaction<T>(work: (tx: Tx) => Promise<T>): Promise<T> } {
  const runner = createRunner(async (config) => {
    try {
      return await pool.query(config);
    } catch (error) {
      throw namePoolWait(error);
    }
  });
  return {
    ...runner,
    async inTransaction(work) {
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await runTransaction(pool, work);
        } catch (error) {
          if (attempt >= maxAttempts || !isRetryable(error)) throw error;
          // Full jitter, so that rivals which met once do not meet again.
          await new Promise((resolve) => setTimeout(resolve, Math.random() * 10 * 2 ** attempt));
        }
      }
    },
  };
}

const maxAttempts = 6;

/** Deadlock and serialization failures: the whole transaction may simply run again. */
export function isRetryable(error: unknown): boolean {
  const code = sqlState(error);
  return code === "40P01" || code === "40001" || code === "P2034";
}

/**
 * The code of a failure, or null: the SQLSTATE where PostgreSQL answered, whichever way the statement went; else the
 * network's code (ECONNREFUSED) or Prisma's (P1001).
 */
export function sqlState(error: unknown): string | null {
  if (typeof error !== "object" || error === null || !("code" in error)) return null;
  if (typeof error.code !== "string") return null;
  return "meta" in error ? (stateBelowPrisma(error.meta) ?? error.code) : error.code;
}

// Prisma's own codes name some states, and lump the rest together (P2039, P2010).
function stateBelowPrisma(meta: unknown): string | null {
  const known = meta as { driverAdapterError?: { cause?: { originalCode?: unknown } } } | null | undefined;
  const state = known?.driverAdapterError?.cause?.originalCode;
  return typeof state === "string" ? state : null;
}

/** PostgreSQL refuses what comes behind a statement that failed, and does not know one that was closed. */
const inFailedTransaction = "25P02";
const unknownStatement = "26000";
/** A server that takes no writes: it was demoted, and its place may be another's by now. */
const readOnly = "25006";

/** Whether another connection may fare better: it is not kept for the next who comes. */
function isOfThisConnection(state: string | null): boolean {
  return state === unknownStatement || state === readOnly;
}

async function runTransaction<T>(pool: Pool, work: (tx: Tx) => Promise<T>): Promise<T> {
  const client = await connect(pool);
  let broken: Error | undefined;
  let firstFailure: unknown;
  let isOver = false;
  const unawaited: Promise<unknown>[] = [];
  // A connection that breaks between two statements says so with an event, which would end the process if nobody heard.
  const noteBreak = (error: Error) => {
    broken = error;
  };
  client.on("error", noteBreak);

  // A statement behind the end would stand alone, or in somebody else's transaction.
  const query: Query = async (config) => {
    if (broken !== undefined) throw broken;
    if (isOver) throw new Error(`statement ${config.name} came after the end of its transaction`);
    try {
      sendTogether(client);
      return await client.query(config);
    } catch (error) {
      firstFailure ??= error;
      throw error;
    }
  };
  const runner = createRunner(query);

  function later<Row>(st: Statement<Row>, values?: readonly unknown[]): () => Row[] {
    // Nobody would hear of its failure.
    if (isOver) throw new Error(`statement ${st.name} came after the end of its transaction`);
    let rows: Row[] | undefined;
    const sent = runner.many(st, values).then((answered) => {
      rows = answered;
    });
    // It is waited for below; until then a failure must not pass for one that nobody hears of.
    sent.catch(() => undefined);
    unawaited.push(sent);
    return () => {
      if (rows === undefined) throw new Error(`statement ${st.name} has no answer before the commit`);
      return rows;
    };
  }

  try {
    // The first statement goes out right behind it, a trip less.
    sendTogether(client);
    const begun = client.query("begin");
    begun.catch(noteBreak);
    const result = await work({ ...runner, later, isTransaction: true }).finally(() => {
      isOver = true;
    });
    // What fails before it reaches PostgreSQL leaves it nothing to refuse the commit for.
    if (firstFailure !== undefined) throw firstFailure;
    sendTogether(client);
    const committed = client.query("commit");
    committed.catch(() => undefined);
    await begun;
    await Promise.all(unawaited);
    await committed;
    return result;
  } catch (error) {
    await client.query("rollback").catch(noteBreak);
    if (error instanceof Error && isOfThisConnection(sqlState(error))) broken = error;
    throw sqlState(error) === inFailedTransaction ? (firstFailure ?? error) : error;
  } finally {
    client.off("error", noteBreak);
    client.release(broken);
  }
}

const together = new WeakSet<Duplex>();

/** What is sent in this turn of the loop goes out in one write: each write may wake PostgreSQL for one statement. */
function sendTogether(client: PoolClient): void {
  const { stream } = client.connection;
  if (together.has(stream)) return;
  together.add(stream);
  stream.cork();
  process.nextTick(() => {
    together.delete(stream);
    stream.uncork();
  });
}

async function connect(pool: Pool): Promise<PoolClient> {
  try {
    return await pool.connect();
  } catch (error) {
    throw namePoolWait(error);
  }
}

function namePoolWait(error: unknown): unknown {
  return isPoolBusy(error) ? new PoolBusyError("no database connection became free in time", { cause: error }) : error;
}

/**
 * Whether no connection became free in time: a PoolBusyError, or what Prisma passes on as it is. pg gives this failure no
 * code of its own: its message is the only mark (pg-pool 3, `connectionTimeoutMillis`).
 */
export function isPoolBusy(error: unknown): boolean {
  if (error instanceof PoolBusyError) return true;
  return error instanceof Error && error.message.startsWith("timeout exceeded when trying to connect");
}
