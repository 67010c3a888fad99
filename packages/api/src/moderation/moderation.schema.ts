// What goes into and comes out of the room `moderation` on the wire.
import { z } from "zod";
import { idempotencyKeyInput, idInput, idView, instantView, pageShape, pageView } from "../platform/call/wire.ts";
import { textInput } from "../platform/text/text.ts";
import { userSummaryView } from "../user/user.schema.ts";

const absent = z.never().optional();

/** What is reported: exactly one of the three. */
export const reportTargetInput = z.union(
  [
    z.object({ postId: idInput, commentId: absent, userId: absent }),
    z.object({ commentId: idInput, postId: absent, userId: absent }),
    z.object({ userId: idInput, postId: absent, commentId: absent }),
  ],
  { error: "Give one of postId, commentId and userId" },
);

export const reportInput = z.object({
  target: reportTargetInput,
  /** In a word, as in "spam"; clients choose theirs. */
  reason: textInput({ min: 1, max: 100, isSingleLine: true }),
  note: textInput({ max: 1_000 })
    .nullish()
    .transform((note) => note ?? ""),
  idempotencyKey: idempotencyKeyInput,
});

export const listReportsInput = z.object(pageShape).prefault({});

/** "delete" takes the post or comment away, "suspend" whoever made it. */
export const reportAction = z.enum(["dismiss", "delete", "suspend"]);
export const resolveReportInput = z.object({ reportId: idInput, action: reportAction });
export const suspendInput = z.object({ userId: idInput });

export const reportView = z.object({
  id: idView,
  target: z.union([z.object({ postId: idView }), z.object({ commentId: idView }), z.object({ userId: idView })]),
  /** Whoever made what is reported. */
  user: userSummaryView,
  reporter: userSummaryView,
  reason: z.string(),
  note: z.string(),
  createdAt: instantView,
});
export const reportPageView = pageView(reportView);

export type ReportTargetInput = z.infer<typeof reportTargetInput>;
export type ReportInput = z.infer<typeof reportInput>;
export type ReportAction = z.infer<typeof reportAction>;
export type ReportView = z.infer<typeof reportView>;
