// Resolving a report: what a moderator decides is done first and remembered then, so that a call cut short may be repeated.
import { statement } from "@pixora/db";
import { deleteComment } from "../comment/comment.service.ts";
import { AppError } from "../platform/call/errors.ts";
import { invalidInput } from "../platform/call/failure.ts";
import type { Deps } from "../platform/process/deps.ts";
import { deletePost } from "../post/post.service.ts";
import type { ReportAction } from "./moderation.schema.ts";
import { requireRankAbove, suspendUser } from "./moderation.service.ts";

interface ReportedRow {
  userId: bigint;
  postId: bigint | null;
  commentId: bigint | null;
}

const updateReport = statement<never>(
  "moderation.resolveReports",
  `update reports set resolved_at = clock_timestamp(), resolver_id = $2, action = $3
   where id = $1 and resolved_at is null`,
);

/**
 * Does what the moderator decided and closes the report: "dismiss" nothing, "delete" the post or comment, "suspend"
 * whoever made it. Throws moderation.notFound, also for a report about the moderator; moderation.forbidden for one about
 * staff of their own rank or above; input.invalid for deleting a person; and what suspendUser throws. A report that is
 * closed already stays as it is.
 */
export async function resolveReport(
  deps: Deps,
  input: { actorId: string; reportId: string; action: ReportAction },
): Promise<void> {
  const { actorId, reportId, action } = input;
  const report = await deps.db.prisma.report.findUnique({
    where: { id: BigInt(reportId), userId: { not: BigInt(actorId) } },
    select: { userId: true, postId: true, commentId: true, resolvedAt: true },
  });
  if (report === null) throw new AppError("moderation.notFound");
  if (report.resolvedAt !== null) return;
  const userId = report.userId.toString();
  await requireRankAbove(deps.db.sql, { actorId, userId });
  if (action === "suspend") await suspendUser(deps, { actorId, userId });
  if (action === "delete") await deleteReported(deps, { actorId, report });
  await deps.db.sql.run(updateReport, [reportId, actorId, action]);
}

// What is gone already is as good as deleted.
async function deleteReported(deps: Deps, input: { actorId: string; report: ReportedRow }): Promise<void> {
  const userId = input.report.userId.toString();
  const postId = input.report.postId?.toString() ?? null;
  const commentId = input.report.commentId?.toString() ?? null;
  try {
    // Only its author may delete a post: the moderator borrows that right here.
    if (postId !== null) await deletePost(deps, { actorId: userId, postId });
    else if (commentId !== null) await deleteComment(deps, { actorId: input.actorId, commentId, isModerator: true });
    else throw invalidInput({ action: ["A person cannot be deleted: suspend them"] });
  } catch (error) {
    if (error instanceof AppError && (error.code === "post.notFound" || error.code === "comment.notFound")) return;
    throw error;
  }
}
