// Reports: anyone tells, moderators look through what is open and resolve it. The only SQL that writes `reports`.
import { statement, type Tx } from "@pixora/db";
import { bytesOfText, cutPage, decodeCursor, encodeCursor, endEarly } from "../platform/call/cursor.ts";
import { AppError, type AppErrorCode } from "../platform/call/errors.ts";
import { onceByKey } from "../platform/call/idempotency.ts";
import { idInput, type Page, type PageRequest } from "../platform/call/wire.ts";
import type { Deps } from "../platform/process/deps.ts";
import { presentUserSummaries } from "../user/user.view.ts";
import { commentIsVisible } from "../visibility/comment.visibility.ts";
import { postIsVisible } from "../visibility/post.visibility.ts";
import { profileIsVisible } from "../visibility/user.visibility.ts";
import type { ReportInput, ReportTargetInput, ReportView } from "./moderation.schema.ts";

const viewer = "$1::bigint";
const postRule = postIsVisible({ post: "post", author: "post_author", viewer });
const commentRule = commentIsVisible({ comment: "comment", author: "author", viewer });

const selectPostAuthor = statement<{ userId: string }>(
  "moderation.selectPostAuthor",
  `select post.author_id as "userId" from posts post join users post_author on post_author.id = post.author_id
   where post.id = $2 and ${postRule}`,
);
const selectCommentAuthor = statement<{ userId: string }>(
  "moderation.selectCommentAuthor",
  `select comment.author_id as "userId" from comments comment
   join users author on author.id = comment.author_id
   join posts post on post.id = comment.post_id
   join users post_author on post_author.id = post.author_id
   where comment.id = $2 and ${postRule} and ${commentRule}`,
);
const selectPerson = statement<{ userId: string }>(
  "moderation.selectPerson",
  `select u.id as "userId" from users u where u.id = $2 and ${profileIsVisible({ user: "u", viewer })}`,
);

const insertReport = statement<{ id: string }>(
  "moderation.insertReport",
  `insert into reports (reporter_id, user_id, post_id, comment_id, reason, note)
   values ($1, $2, $3, $4, $5, $6) returning id`,
);

/**
 * Tells the moderators of something the actor sees. Throws post.notFound, comment.notFound or user.notFound for what
 * they may not see, and idempotency.reused. With a key, the second time changes nothing; without one it reports again.
 */
export async function createReport(deps: Pick<Deps, "db">, input: ReportInput & { actorId: string }): Promise<void> {
  const { actorId, idempotencyKey, target, reason, note } = input;
  await deps.db.inTransaction((tx) =>
    onceByKey(tx, {
      userId: actorId,
      procedure: "moderation.report",
      key: idempotencyKey,
      input: { target, reason, note },
      async make() {
        const userId = await findMaker(tx, { actorId, target });
        const values = [actorId, userId, target.postId ?? null, target.commentId ?? null, reason, note];
        return (await tx.one(insertReport, values)).id;
      },
    }),
  );
}

async function findMaker(tx: Tx, input: { actorId: string; target: ReportTargetInput }): Promise<string> {
  const { actorId, target } = input;
  const [select, id, code] =
    target.postId !== undefined
      ? ([selectPostAuthor, target.postId, "post.notFound"] as const)
      : target.commentId !== undefined
        ? ([selectCommentAuthor, target.commentId, "comment.notFound"] as const)
        : ([selectPerson, target.userId, "user.notFound"] as const);
  const row = await tx.maybe(select, [actorId, id]);
  if (row === null) throw new AppError(code satisfies AppErrorCode);
  return row.userId;
}

const shownOfReport = {
  id: true,
  reporterId: true,
  userId: true,
  postId: true,
  commentId: true,
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

function targetOf(row: Pick<ReportRow, "postId" | "commentId" | "userId">): ReportView["target"] {
  if (row.postId !== null) return { postId: row.postId.toString() };
  if (row.commentId !== null) return { commentId: row.commentId.toString() };
  return { userId: row.userId.toString() };
}
