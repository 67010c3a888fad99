// What a person reads of the decisions about them.
import { z } from "zod";
import { idView, instantView } from "../platform/call/wire.ts";

/** What moderators can decide of a case. */
export const decisionAction = z.enum(["dismiss", "warn", "markSensitive", "limitDiscovery", "remove", "suspend"]);
export type DecisionAction = z.infer<typeof decisionAction>;

export const subjectView = z.union([
  z.object({ postId: idView }),
  z.object({ commentId: idView }),
  z.object({ userId: idView }),
  z.object({ conversationId: idView, seq: z.int() }),
]);
export type SubjectView = z.infer<typeof subjectView>;

export const decisionView = z.object({
  id: idView,
  action: decisionAction,
  /** What it took effect on. */
  subject: subjectView,
  rule: z.string(),
  /** The moderator's words. */
  text: z.string(),
  /** When it ends by itself. */
  until: instantView.nullable(),
  createdAt: instantView,
  /** When it was taken back, or ran out. */
  reversedAt: instantView.nullable(),
  appeal: z.object({ state: z.enum(["open", "upheld", "overturned"]), reply: z.string().nullable() }).nullable(),
  /** Null where there is nothing to appeal against, or no more time. */
  canAppealUntil: instantView.nullable(),
});
export type DecisionView = z.infer<typeof decisionView>;
