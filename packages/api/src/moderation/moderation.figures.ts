// Figures of the queue: for the moderators' stream, and for operators. Promise: one query, however many look on.
import { type Statement, statement } from "@pixora/db";
import type { Deps } from "../platform/process/deps.ts";

/** How the queue stands. Instants of the oldest case that waits; null: none does. */
export interface QueueFigures {
  open: number;
  appeals: number;
  leased: number;
  oldestAt: Date | null;
}

const selectFigures: Statement<QueueFigures> = statement(
  "moderation.selectFigures",
  `select count(*)::int as open, count(*) filter (where kind = 'appeal')::int as appeals,
          count(*) filter (where leased_until > $1)::int as leased, min(opened_at) as "oldestAt"
   from cases where state = 'open'`,
);

export function readQueueFigures(deps: Pick<Deps, "db" | "clock">): Promise<QueueFigures> {
  return deps.db.sql.one(selectFigures, [deps.clock.now()]);
}

/** What moderators did in a day, by kind of case: how many they closed, how long those waited, how long they were looked at. */
export interface HandlingFigures {
  kind: string;
  closed: number;
  waitSeconds: number;
  handlingSeconds: number;
}

const selectHandling: Statement<HandlingFigures> = statement(
  "moderation.selectHandling",
  `select kind, count(*)::int as closed,
          coalesce(avg(extract(epoch from closed_at - opened_at)), 0)::float8 as "waitSeconds",
          coalesce(avg(extract(epoch from closed_at - taken_at)), 0)::float8 as "handlingSeconds"
   from cases where closed_at > $1::timestamptz - interval '1 day' and closed_at <= $1 group by kind`,
);
const selectDecided: Statement<{ action: string; count: number; reversed: number }> = statement(
  "moderation.selectDecidedOfDay",
  `select decision.action, count(*)::int as count,
          count(*) filter (where exists (select from decisions reversal
                                         where reversal.reverses_id = decision.id))::int as reversed
   from decisions decision
   where decision.id > id_at($1::timestamptz - interval '1 day') and decision.action <> 'reverse' group by 1`,
);

/** Of the last day: cases closed, and decisions with how many of them were taken back since. */
export async function readDayFigures(
  deps: Pick<Deps, "db" | "clock">,
): Promise<{ handling: HandlingFigures[]; decided: { action: string; count: number; reversed: number }[] }> {
  const now = deps.clock.now();
  const [handling, decided] = await Promise.all([
    deps.db.sql.many(selectHandling, [now]),
    deps.db.sql.many(selectDecided, [now]),
  ]);
  return { handling, decided };
}
