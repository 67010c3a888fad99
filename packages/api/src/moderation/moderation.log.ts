// Decisions as they are read: all of them by moderators, one's own by the person. Promise: no moderator reads of a decision
// about themselves in the log, and nobody who reported them.
import { type Statement, statement } from "@pixora/db";
import type { DecisionView } from "../decision/decision.schema.ts";
import { presentDecisions, subjectOf } from "../decision/decision.view.ts";
import { bytesOfText, cutPage, decodeCursor, encodeCursor, endEarly } from "../platform/call/cursor.ts";
import { idInput, type Page, type PageRequest } from "../platform/call/wire.ts";
import type { Deps } from "../platform/process/deps.ts";
import type { UserSummary } from "../user/user.schema.ts";
import { presentUserSummaries } from "../user/user.view.ts";
import type { LogEntryView } from "./moderation.schema.ts";

type ViewDeps = Pick<Deps, "db" | "storage" | "clock">;

export interface DecisionRow {
  id: string;
  caseId: string;
  cause: LogEntryView["cause"];
  action: LogEntryView["action"];
  userId: string;
  postId: string | null;
  commentId: string | null;
  messageKey: string | null;
  moderatorId: string | null;
  rule: string;
  text: string;
  note: string;
  until: Date | null;
  reversesId: string | null;
  createdAt: Date;
}

export const decisionColumns = `id, case_id as "caseId", cause, action, user_id as "userId", post_id as "postId",
  comment_id as "commentId", message_key as "messageKey", moderator_id as "moderatorId", rule, text, note, until, reverses_id as "reversesId",
  created_at as "createdAt"`;

const selectLog: Statement<DecisionRow> = statement(
  "moderation.listLog",
  `select ${decisionColumns} from decisions where user_id <> $1 and ($2::bigint is null or id < $2)
   order by id desc limit $3`,
);

const logKind = { list: "moderation.log", position: idInput };

/** All decisions, newest first; none about the viewer. Throws cursor.invalid. */
export async function listLog(deps: ViewDeps, input: PageRequest & { viewerId: string }): Promise<Page<LogEntryView>> {
  const before = decodeCursor(logKind, { input: {}, cursor: input.cursor });
  const rows = await deps.db.sql.many(selectLog, [input.viewerId, before, input.limit + 1]);
  const cursorAfter = (last: { id: string }) => encodeCursor(logKind, { input: {}, position: last.id });
  const page = cutPage(rows, { limit: input.limit, cursorAfter });
  const people = await presentUserSummaries(deps, { ids: page.rows.flatMap(peopleOfDecision) });
  const items = page.rows.map((row) => toLogEntry(row, people));
  const weigh = (item: LogEntryView) =>
    8_000 + bytesOfText(item.rule) + bytesOfText(item.text) + bytesOfText(item.note);
  return endEarly({ items, nextCursor: page.nextCursor }, { weigh, cursorAfter });
}

export function peopleOfDecision(row: DecisionRow): string[] {
  return row.moderatorId === null ? [row.userId] : [row.userId, row.moderatorId];
}

/** A decision as moderators read it. */
export function toLogEntry(row: DecisionRow, people: ReadonlyMap<string, UserSummary>): LogEntryView {
  const { id, caseId, cause, action, rule, text, note, reversesId } = row;
  return {
    id,
    caseId,
    cause,
    action,
    subject: subjectOf(row),
    user: people.get(row.userId) ?? null,
    moderator: row.moderatorId === null ? null : (people.get(row.moderatorId) ?? null),
    rule,
    text,
    note,
    until: row.until?.toISOString() ?? null,
    reversesId,
    createdAt: row.createdAt.toISOString(),
  };
}

const ownKind = { list: "moderation.decisions", position: idInput };

/** The decisions about the viewer, newest first; dismissals are none of them. Throws cursor.invalid. */
export async function listOwnDecisions(
  deps: ViewDeps,
  input: PageRequest & { viewerId: string },
): Promise<Page<DecisionView>> {
  const before = decodeCursor(ownKind, { input: {}, cursor: input.cursor });
  const rows = await deps.db.prisma.decision.findMany({
    where: {
      userId: BigInt(input.viewerId),
      action: { notIn: ["dismiss", "reverse"] },
      ...(before === null ? {} : { id: { lt: BigInt(before) } }),
    },
    orderBy: { id: "desc" },
    take: input.limit + 1,
    select: { id: true },
  });
  const cursorAfter = (last: { id: string | bigint }) => encodeCursor(ownKind, { input: {}, position: `${last.id}` });
  const page = cutPage(rows, { limit: input.limit, cursorAfter });
  const items = await presentDecisions(deps, { ids: page.rows.map((row) => `${row.id}`) });
  const weigh = (item: DecisionView) => 8_000 + bytesOfText(item.text) + bytesOfText(item.rule);
  return endEarly({ items, nextCursor: page.nextCursor }, { weigh, cursorAfter });
}
