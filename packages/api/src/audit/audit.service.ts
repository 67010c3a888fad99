// The audit of all counters and heads, a little every minute. Promises: a round takes about a day, or a few minutes where
// there is little to count; a run is one statement at a time and ends by itself; one cut off goes on where it was.
import { statement } from "@pixora/db";
import type { AuditedTable } from "../platform/audit.sql.ts";
import type { Deps } from "../platform/process/deps.ts";
import { type AuditPosition, keepPosition, readPosition, startOfRound } from "./audit.position.ts";
import { type AuditDeps, auditRange, type RangeBounds } from "./audit.range.ts";
import { auditedTables, largestRange } from "./audit.tables.ts";

const bounds: RangeBounds = { maxSubjects: largestRange, maxRows: 50_000 };

/** One a minute, some of which are missed: workers restart. */
const runsPerRound = 1_300;

/** A slow database makes a round longer, not a run. */
const maxRunMs = 20_000;

/**
 * Audits the next ranges: compares, mends under the lock, and counts what was wrong. Ends at the end of a round at the
 * latest. `limits` are for tests. Rejects while Redis is away.
 */
export async function mendCounters(
  deps: AuditDeps & Pick<Deps, "redis" | "clock">,
  limits: Partial<RangeBounds> & { ranges?: number } = {},
): Promise<void> {
  const { ranges = await countRangesOfRun(deps), ...changedBounds } = limits;
  const endsAtMs = performance.now() + maxRunMs;
  let position = await readPosition(deps);
  for (let done = 0; done < ranges && performance.now() < endsAtMs; done += 1) {
    const table = auditedTables.find((one) => one.table === position.table);
    const nextId =
      table === undefined
        ? null
        : await auditRange(deps, { ...bounds, ...changedBounds, table, afterId: position.afterId });
    position = nextId === null ? afterTable(deps, { table, position }) : { ...position, afterId: nextId };
    await keepPosition(deps, position);
    if (nextId === null && position.table === auditedTables[0]?.table) return;
  }
}

function afterTable(
  deps: Pick<Deps, "clock">,
  input: { table: AuditedTable | undefined; position: AuditPosition },
): AuditPosition {
  const { table, position } = input;
  // A table of another release.
  if (table === undefined) return startOfRound(position.endedAtMs);
  const next = auditedTables[auditedTables.indexOf(table) + 1];
  if (next === undefined) return startOfRound(deps.clock.now().getTime());
  return { ...position, table: next.table, afterId: "0" };
}

const selectSizes = statement<{ name: string; rows: number }>(
  "audit.selectSizes",
  `select relname as name, greatest(reltuples, 0)::float8 as rows from pg_class
   where relkind in ('r', 'p') and relnamespace = current_schema()::regnamespace and relname = any($1::text[])`,
);

/** By how many rows PostgreSQL believes there are: enough ranges a run for a round in a day. */
async function countRangesOfRun(deps: Pick<Deps, "db">): Promise<number> {
  const names = auditedTables.flatMap(({ subjects, rowTables }) => [subjects.table, ...rowTables]);
  const sizes = await deps.db.sql.many(selectSizes, [[...new Set(names)]]);
  const rowsOf = new Map(sizes.map(({ name, rows }) => [name, rows]));
  const sizeOf = (name: string) => rowsOf.get(name) ?? 0;
  let ranges = 0;
  for (const { subjects, rowTables } of auditedTables) {
    const rows = rowTables.reduce((sum, name) => sum + sizeOf(name), 0);
    ranges += sizeOf(subjects.table) / bounds.maxSubjects + rows / bounds.maxRows;
  }
  return Math.max(1, Math.ceil(ranges / runsPerRound));
}
