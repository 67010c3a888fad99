// Reports: anyone tells, and hears what came of it; moderators look through what is open. Together with
// moderation.decide.ts, which resolves them, the only SQL that writes `reports`.
import { statement, type Tx } from "@pixora/db";
import { messageOfKey } from "../decision/decision.view.ts";
import { bytesOfText, cutPage, decodeCursor, encodeCursor, endEarly } from "../platform/call/cursor.ts";
import { onceByKey } from "../platform/call/idempotency.ts";
import { idInput, type Page, type PageRequest } from "../platform/call/wire.ts";
import type { Deps } from "../platform/process/deps.ts";
import { presentUserSummaries } from "../user/user.view.ts";
import { openCase, weighCase } from "./moderation.case.ts";
import type { MyReportView, ReportInput, ReportView } from "./moderation.schema.ts";
import { findSubject, type Subject } from "./moderation.subject.ts";

const insertReport = statement<{ id: string }>(
  "moderation.insertReport",
  `insert into reports (reporter_id, user_id, post_id, comment_id, reason, note, case_id, message_key)
   values ($1, $2, $3, $4, $5, $6, $7, $8) returning id`,
);

/**
 * Tells the moderators of something the actor sees, and weighs its case anew. Answers the report's id. Throws
 * post.notFound, comment.notFound, user.notFound or chat.notFound for what they may not see, and idempotency.reused. With a key, the
 * second time changes nothing; without one it reports again.
 */
export async function createReport(
  deps: Pick<Deps, "db" | "clock">,
  input: ReportInput & { actorId: string },
): Promise<{ reportId: string }> {
  const { actorId, idempotencyKey, target, reason, note } = input;
  const { id } = await deps.db.inTransaction((tx) =>
    onceByKey(tx, {
      userId: actorId,
      procedure: "moderation.report",
      key: idempotencyKey,
      input: { target, reason, note },
      async make() {
        const subject = await findSubject(tx, { actorId, target });
        const open = await openCase(tx, { subject, now: deps.clock.now() });
        const { userId, postId, commentId, messageKey } = subject;
        const values = [actorId, userId, postId, commentId, reason, note, open.id, messageKey];
        const report = await tx.one(insertReport, values);
        await weighCase(tx, open);
        return report.id;
      },
    }),
  );
  return { reportId: id };
}

const attachStatement = statement<never>(
  "moderation.attachReport",
  `update reports set case_id = $2 where id = $1 and case_id is null`,
);

/** Puts a report that a server of the release before has stored into the case of its subject; answers the case's id. */
export async function attachReport(tx: Tx, input: { reportId: string; subject: Subject; now: Date }): Promise<string> {
  const open = await openCase(tx, input);
  await tx.run(attachStatement, [input.reportId, open.id]);
  await weighCase(tx, open);
  return open.id;
}

const shownOfReport = {
  id: true,
  reporterId: true,
  userId: true,
  postId: true,
  commentId: true,
  messageKey: true,
  reason: true,
  note: true,
  createdAt: true,
} as const;

interface ReportRow {
  id: bigint;
  reporterId: bigint;
  userId: bigint;
  postId: bigint | null;
  commentId: bigint | null;
  messageKey: string | null;
  reason: string;
  note: string;
  createdAt: Date;
}

const cursorKind = { list: "moderation.reports", position: idInput };

/**
 * Reports that nobody has resolved, newest first; none about the viewer, who must not learn who made it. Throws
 * cursor.invalid.
 */
export async function listOpenReports(
  deps: Pick<Deps, "db" | "storage">,
  input: PageRequest & { viewerId: string },
): Promise<Page<ReportView>> {
  const before = decodeCursor(cursorKind, { input: {}, cursor: input.cursor });
  const rows: ReportRow[] = await deps.db.prisma.report.findMany({
    where: {
      resolvedAt: null,
      userId: { not: BigInt(input.viewerId) },
      ...(before === null ? {} : { id: { lt: BigInt(before) } }),
    },
    orderBy: { id: "desc" },
    take: input.limit + 1,
    select: shownOfReport,
  });
  const cursorAfter = (last: { id: string | bigint }) =>
    encodeCursor(cursorKind, { input: {}, position: `${last.id}` });
  const page = cutPage(rows, { limit: input.limit, cursorAfter });
  const people = await presentUserSummaries(deps, {
    ids: page.rows.flatMap((row) => [`${row.userId}`, `${row.reporterId}`]),
  });
  const items = page.rows.flatMap((row) => {
    const user = people.get(row.userId.toString());
    const reporter = people.get(row.reporterId.toString());
    return user === undefined || reporter === undefined ? [] : [toReportView(row, { user, reporter })];
  });
  return endEarly({ items, nextCursor: page.nextCursor }, { weigh: weighReport, cursorAfter });
}

function weighReport({ user, reporter, reason, note }: ReportView): number {
  return (
    4_000 + [user.displayName, reporter.displayName, reason, note].reduce((sum, text) => sum + bytesOfText(text), 0)
  );
}

function toReportView(row: ReportRow, people: Pick<ReportView, "user" | "reporter">): ReportView {
  return {
    id: row.id.toString(),
    target: targetOf(row),
    ...people,
    reason: row.reason,
    note: row.note,
    createdAt: row.createdAt.toISOString(),
  };
}

function targetOf(row: Pick<ReportRow, "postId" | "commentId" | "messageKey" | "userId">): ReportView["target"] {
  if (row.postId !== null) return { postId: row.postId.toString() };
  if (row.commentId !== null) return { commentId: row.commentId.toString() };
  if (row.messageKey !== null) return messageOfKey(row.messageKey);
  return { userId: row.userId.toString() };
}

const mineKind = { list: "moderation.myReports", position: idInput };

/** The viewer's own reports, newest first, and what came of them. Throws cursor.invalid. */
export async function listMyReports(
  deps: Pick<Deps, "db">,
  input: PageRequest & { viewerId: string },
): Promise<Page<MyReportView>> {
  const before = decodeCursor(mineKind, { input: {}, cursor: input.cursor });
  const rows = await deps.db.prisma.report.findMany({
    where: { reporterId: BigInt(input.viewerId), ...(before === null ? {} : { id: { lt: BigInt(before) } }) },
    orderBy: { id: "desc" },
    take: input.limit + 1,
    select: { ...shownOfReport, action: true },
  });
  const cursorAfter = (last: { id: string | bigint }) => encodeCursor(mineKind, { input: {}, position: `${last.id}` });
  const page = cutPage(rows, { limit: input.limit, cursorAfter });
  const items = page.rows.map(
    (row): MyReportView => ({
      id: row.id.toString(),
      target: targetOf(row),
      reason: row.reason,
      note: row.note,
      state: row.action === null ? "open" : row.action === "dismiss" ? "notActed" : "acted",
      createdAt: row.createdAt.toISOString(),
    }),
  );
  const weigh = ({ reason, note }: MyReportView) => 500 + bytesOfText(reason) + bytesOfText(note);
  return endEarly({ items, nextCursor: page.nextCursor }, { weigh, cursorAfter });
}
