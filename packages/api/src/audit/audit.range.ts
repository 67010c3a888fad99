// Audits one range of subjects: looks without a lock, and mends what is still wrong under the lock. Promises: what a
// transaction under way makes look wrong is neither mended nor counted; what takes too long is cut smaller, and what is
// too large to be counted at all is passed over with a warning.
import { sqlState, statement } from "@pixora/db";
import type { AuditedTable, CounterTable, MendedRow, RangeReading } from "../platform/audit.sql.ts";
import type { Deps } from "../platform/process/deps.ts";
import { counterName, missingRow } from "./audit.tables.ts";
import { noteDrift } from "./audit.tally.ts";

export type AuditDeps = Pick<Deps, "db" | "log" | "wakeRelay">;

/** The bounds of a range, which one statement looks at. */
export interface RangeBounds {
  maxSubjects: number;
  /** Rows that are counted, roughly. */
  maxRows: number;
}

/** Subjects that one transaction locks and counts again. */
const mendedAtOnce = 100;

/** Named subjects in a warning; there may be thousands. */
const namedAtMost = 20;

/**
 * Audits the subjects after `afterId`; answers where the next range starts, null after the last one. The second time
 * finds nothing.
 */
export async function auditRange(
  deps: AuditDeps,
  input: { table: AuditedTable; afterId: string } & RangeBounds,
): Promise<string | null> {
  const { table } = input;
  const { lastId, isEnd, suspects } = await look(deps, input);
  if (lastId !== null) await table.revise?.(deps, { afterId: input.afterId, lastId });
  for (let start = 0; start < suspects.length; start += mendedAtOnce) {
    await mend(deps, { table, ids: suspects.slice(start, start + mendedAtOnce) });
  }
  return isEnd ? null : lastId;
}

async function look(
  deps: AuditDeps,
  input: { table: AuditedTable; afterId: string } & RangeBounds,
): Promise<RangeReading> {
  const { table, afterId, maxSubjects, maxRows } = input;
  const { statements } = table;
  for (let size = maxSubjects; ; size = Math.ceil(size / 10)) {
    try {
      return await deps.db.sql.one(statements.look(size), [afterId, maxRows]);
    } catch (error) {
      if (!isTooSlow(error)) throw error;
    }
    if (size === 1) break;
  }
  const passed = await deps.db.sql.maybe(statements.next, [afterId]);
  if (passed !== null) warnUncounted(deps, { table, id: passed.id });
  return { lastId: passed?.id ?? null, isEnd: passed === null, suspects: [] };
}

async function mend(deps: AuditDeps, input: { table: AuditedTable; ids: readonly string[] }): Promise<void> {
  const { table, ids } = input;
  try {
    await mendTogether(deps, input);
  } catch (error) {
    if (!isTooSlow(error)) throw error;
    const [id, ...others] = ids;
    if (id === undefined) return;
    if (others.length === 0) return warnUncounted(deps, { table, id });
    const middle = Math.ceil(ids.length / 2);
    await mend(deps, { table, ids: ids.slice(0, middle) });
    await mend(deps, { table, ids: ids.slice(middle) });
  }
}

// Others wait two seconds for a lock at most: what takes longer than half of that is cut smaller, or passed over.
const endEarly = statement<never>("audit.endEarly", "select set_config('statement_timeout', '1s', true)");

// A row that is missing locks nothing: it is made and committed before it is locked and counted with the others.
async function mendTogether(deps: AuditDeps, input: { table: AuditedTable; ids: readonly string[] }): Promise<void> {
  const { table, ids } = input;
  const { statements } = table;
  const missing = (await deps.db.sql.many(statements.insertMissing, [ids])).map((row) => row.id);
  report(deps, { table, drift: missing.map((id) => ({ id, column: missingRow })) });
  const mended = await deps.db.inTransaction(async (tx) => {
    await tx.run(endEarly);
    await tx.many(statements.lock, [ids]);
    const rows = await tx.many(statements.mend, [ids]);
    if (rows.length > 0) await table.tell?.(tx, { ids: rows.map((row) => row.id) });
    return rows;
  });
  if (mended.length > 0) deps.wakeRelay();
  const wrong = mended.filter((row) => !missing.includes(row.id));
  report(deps, { table, drift: wrong.flatMap((row) => driftOf(table, row)) });
}

interface Drift {
  id: string;
  column: string;
  was?: string | null | undefined;
  becomes?: string | null | undefined;
}

function driftOf(table: CounterTable, row: MendedRow): Drift[] {
  return table.columns
    .map((column, index) => ({ id: row.id, column, was: row.was[index], becomes: row.becomes[index] }))
    .filter(({ was, becomes }) => was !== becomes);
}

function report(deps: AuditDeps, input: { table: CounterTable; drift: readonly Drift[] }): void {
  for (const [column, drift] of Map.groupBy(input.drift, (one) => one.column)) {
    const counter = counterName(input.table, column);
    noteDrift(deps, { counter, count: drift.length });
    deps.log.warn({ counter, count: drift.length, subjects: drift.slice(0, namedAtMost) }, "a counter had drifted");
  }
}

/** A statement or a lock took longer than this process lets it. */
function isTooSlow(error: unknown): boolean {
  const state = sqlState(error);
  return state === "57014" || state === "55P03";
}

function warnUncounted(deps: AuditDeps, input: { table: CounterTable; id: string }): void {
  deps.log.warn({ table: input.table.table, id: input.id }, "the audit passed over what it could not count in time");
}
