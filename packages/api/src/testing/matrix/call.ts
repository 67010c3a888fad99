// Calls a procedure of the whole router as someone, with a real token and a real check of the session, and says how it
// ended. A change is made inside a transaction that is rolled back, so that every cell finds the world untouched.
import { createDbOn, type Sql, type Statement, statement, type Tx } from "@pixora/db";
import {
  type AnyTRPCProcedure,
  callTRPCProcedure,
  getTRPCErrorFromUnknown,
  isTrackedEnvelope,
  type TRPCProcedureType,
} from "@trpc/server";
import { Pool, type PoolClient, type QueryConfig } from "pg";
import { z } from "zod";
import type { AppErrorCode } from "../../platform/call/errors.ts";
import type { ProcedureMeta } from "../../platform/call/procedure.meta.ts";
import { failureOf } from "../../platform/call/wire-error.ts";
import type { Deps } from "../../platform/process/deps.ts";
import { appRouter } from "../../root.ts";
import { createSessionChecker } from "../../session/session.service.ts";
import { verifyAccessToken } from "../../session/session.token.ts";
import { testContext } from "../context.ts";

// By wire name; tRPC's types show the nested record, which the router holds elsewhere.
const procedures = appRouter._def.procedures as unknown as Record<string, AnyTRPCProcedure>;

/** The wire names of all procedures. */
export const paths: readonly string[] = Object.keys(procedures);

const schemas = z.object({ inputs: z.array(z.instanceof(z.ZodType)), output: z.instanceof(z.ZodType).optional() });

/** The schemas of a procedure: of its input, if it takes any, and of its output, if it has one. */
export function schemasOf(path: string): { input: z.ZodType | undefined; output: z.ZodType | undefined } {
  const { inputs, output } = schemas.parse(procedures[path]?._def);
  return { input: inputs[0], output };
}

/** Whether a procedure reads, changes or streams. */
export function typeOf(path: string): TRPCProcedureType {
  const procedure = procedures[path];
  if (procedure === undefined) throw new Error(`the router has no ${path}`);
  return procedure._def.type;
}

/** What a procedure says of itself. */
export function metaOf(path: string): ProcedureMeta {
  // Typed by `initTRPC.meta` in the routers; the flat record has forgotten it.
  return (procedures[path]?._def.meta ?? {}) as ProcedureMeta;
}

export interface Call {
  path: string;
  input: unknown;
  /** Null: without a token. */
  accessToken: string | null;
}

export type Ending = { isOk: true; answer: unknown } | { isOk: false; code: AppErrorCode; cause: unknown };

/** Makes a call; a stream is read up to where it has caught up, and answers its events so far. */
export async function callAs(deps: Deps, { path, input, accessToken }: Call): Promise<Ending> {
  const ctx = {
    ...testContext(deps, { viewerId: null }),
    readViewer: async () => (accessToken === null ? null : verifyAccessToken(deps, { token: accessToken })),
    checkSession: createSessionChecker(deps),
  };
  const type = typeOf(path);
  const signal = type === "subscription" ? AbortSignal.timeout(streamTimeoutMs) : undefined;
  try {
    const getRawInput = async () => input;
    const answer: unknown = await callTRPCProcedure({
      router: appRouter,
      path,
      type,
      ctx,
      getRawInput,
      signal,
      batchIndex: 0,
    });
    return { isOk: true, answer: isStream(answer) ? await readStart(answer) : answer };
  } catch (cause) {
    return { isOk: false, code: failureOf(getTRPCErrorFromUnknown(cause)).code, cause };
  }
}

const streamTimeoutMs = 8_000;

function isStream(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}

/** After which a stream has told all that happened before. */
const caughtUp: readonly unknown[] = ["ready", "post.counts", "read", "queue.counts", "session.revoked"];

async function readStart(stream: AsyncIterable<unknown>): Promise<unknown[]> {
  const events: unknown[] = [];
  for await (const item of stream) {
    const event: unknown = isTrackedEnvelope(item) ? item[1] : item;
    events.push(event);
    if (typeof event === "object" && event !== null && "type" in event && caughtUp.includes(event.type)) return events;
  }
  throw new Error("the stream ended before it had caught up");
}

/** Deps whose every write is undone once the work is over. */
export interface UndoingDeps {
  /** Runs `work` and undoes it; answers what it answered. One at a time. */
  undo<T>(work: (deps: Deps) => Promise<T>): Promise<T>;
}

/** Makes them once for many works: what lives as long as deps (batchers, limits) is then made once, too. */
export function createUndoingDeps(deps: Deps): UndoingDeps {
  let present: PoolClient | null = null;
  // SQL and Prisma both run on the one connection whose transaction is rolled back.
  const db = createDbOn(
    createPoolOfOne(() => {
      if (present === null) throw new Error("a call went on after it had answered");
      return present;
    }),
  );
  const undoing: Deps = { ...deps, db: { ...db, inTransaction: (work) => withinSavepoint(db.sql, work) } };
  return {
    async undo(work) {
      const client = await deps.db.pool.connect();
      try {
        await client.query("begin");
        present = client;
        return await work(undoing);
      } finally {
        present = null;
        await client.query("rollback");
        client.release();
      }
    },
  };
}

// Prisma's adapter knows a pool by its class. This one lends the same connection for each statement, and no other.
function createPoolOfOne(connection: () => PoolClient): Pool {
  const query = async (config: QueryConfig) => connection().query(config);
  return Object.assign(Object.create(Pool.prototype) as Pool, { options: {}, query });
}

function command(text: string): Statement<never> {
  return statement("matrix.savepoint", text);
}

// A transaction inside the one that is rolled back: to the code that asks for it, it ends as any other does.
async function withinSavepoint<T>(sql: Sql, work: (tx: Tx) => Promise<T>): Promise<T> {
  await sql.run(command("savepoint inner_transaction"));
  try {
    const { tx, settle } = createInnerTx(sql);
    const answer = await work(tx);
    await settle();
    await sql.run(command("release savepoint inner_transaction"));
    return answer;
  } catch (error) {
    await sql.run(command("rollback to savepoint inner_transaction"));
    throw error;
  }
}

function createInnerTx(sql: Sql): { tx: Tx; settle: () => Promise<unknown> } {
  const unawaited: Promise<unknown>[] = [];
  function later<Row>(st: Statement<Row>, values?: readonly unknown[]): () => Row[] {
    let rows: Row[] | undefined;
    const sent = sql.many(st, values).then((answered) => {
      rows = answered;
    });
    sent.catch(() => undefined);
    unawaited.push(sent);
    return () => {
      if (rows === undefined) throw new Error(`statement ${st.name} has no answer before the commit`);
      return rows;
    };
  }
  return { tx: { ...sql, later, isTransaction: true }, settle: () => Promise.all(unawaited) };
}
