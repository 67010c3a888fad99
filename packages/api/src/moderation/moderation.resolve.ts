// Resolving a report, as before there were cases: it decides the report's case.
import { AppError } from "../platform/call/errors.ts";
import { invalidInput } from "../platform/call/failure.ts";
import type { Deps } from "../platform/process/deps.ts";
import { requireFree } from "./moderation.case.ts";
import { commitDecision, lockForDecision, makeDecision } from "./moderation.decide.ts";
import { attachReport } from "./moderation.report.ts";
import type { ReportAction } from "./moderation.schema.ts";
import { type Subject, subjectOfIds } from "./moderation.subject.ts";

const actions = { dismiss: "dismiss", delete: "remove", suspend: "suspend" } as const;

/**
 * Does what the moderator decided and closes the report's case, with all reports in it: "dismiss" nothing, "delete"
 * removes the post, comment or message, "suspend" whoever made it. Throws moderation.notFound, also for a report about the
 * moderator; moderation.forbidden for one about staff of their own rank or above; moderation.taken while another
 * moderator looks at the case; input.invalid for deleting a person. A report that is closed already stays as it is.
 */
export async function resolveReport(
  deps: Deps,
  input: { actorId: string; reportId: string; action: ReportAction },
): Promise<void> {
  const { actorId, reportId, action } = input;
  const report = await deps.db.prisma.report.findUnique({
    where: { id: BigInt(reportId), userId: { not: BigInt(actorId) } },
    select: { caseId: true, userId: true, postId: true, commentId: true, messageKey: true, resolvedAt: true },
  });
  if (report === null) throw new AppError("moderation.notFound");
  if (report.resolvedAt !== null) return;
  if (action === "delete" && report.postId === null && report.commentId === null && report.messageKey === null) {
    throw invalidInput({ action: ["A person cannot be deleted: suspend them"] });
  }
  const verdict = { action: actions[action], rule: "", text: "", note: "", until: null };
  await commitDecision(deps, async (tx, aftermath, now) => {
    const caseId = report.caseId?.toString() ?? (await attachReport(tx, { reportId, subject: subjectOf(report), now }));
    const found = await lockForDecision(tx, { actorId, caseId, now });
    if (found.state === "closed") return;
    requireFree(found, { actorId });
    await makeDecision(tx, { found, actorId, verdict, aftermath, now });
  });
}

function subjectOf(report: {
  userId: bigint;
  postId: bigint | null;
  commentId: bigint | null;
  messageKey: string | null;
}): Subject {
  return subjectOfIds({
    userId: `${report.userId}`,
    postId: report.postId === null ? null : `${report.postId}`,
    commentId: report.commentId === null ? null : `${report.commentId}`,
    messageKey: report.messageKey,
  });
}
