// All counters and heads of the house, in the order in which a round goes through them.
import { mendUnreadOfRange } from "../chat/chat.audit.ts";
import { commentCounters } from "../comment/comment.audit.ts";
import { liveHeads } from "../log/log.audit.ts";
import { reviseSightOfRange } from "../notification/notification.sight.ts";
import { type AuditedTable, type CounterTable, withAuditStatements } from "../platform/audit.sql.ts";
import { authorHeads, postCounters } from "../post/post.audit.ts";
import { userCounters } from "../user/user.audit.ts";

/** How many subjects one statement looks at, at most. */
export const largestRange = 500;

const tables: readonly CounterTable[] = [
  userCounters,
  authorHeads,
  postCounters,
  commentCounters,
  {
    ...liveHeads,
    async revise(deps, range) {
      await reviseSightOfRange(deps, range);
      await mendUnreadOfRange(deps, range);
    },
  },
];

/** One after the other: no transaction locks rows of two of them. */
export const auditedTables: readonly AuditedTable[] = tables.map((table) => withAuditStatements(table, largestRange));

/** A counter's name, as operators read it. */
export function counterName(table: CounterTable, column: string): string {
  return `${table.table}.${column}`;
}

/** In place of a column: the row was not there. */
export const missingRow = "missing";

/** The names of all counters. */
export const auditedCounters: readonly string[] = auditedTables.flatMap((table) =>
  [...table.columns, missingRow].map((column) => counterName(table, column)),
);
