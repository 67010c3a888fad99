// What goes into and comes out of the room `moderation` on the wire.
import { z } from "zod";
import { decisionAction, decisionView, subjectView } from "../decision/decision.schema.ts";
import { imageView } from "../media/media.schema.ts";
import {
  idempotencyKeyInput,
  idInput,
  idView,
  instantView,
  okView,
  pageShape,
  pageView,
} from "../platform/call/wire.ts";
import { textInput } from "../platform/text/text.ts";
import { userSummaryView } from "../user/user.schema.ts";

const absent = z.never().optional();
const noMessage = { conversationId: absent, seq: absent };

/** What is reported: exactly one of the four. */
export const reportTargetInput = z.union(
  [
    z.object({ postId: idInput, commentId: absent, userId: absent, ...noMessage }),
    z.object({ commentId: idInput, postId: absent, userId: absent, ...noMessage }),
    z.object({ userId: idInput, postId: absent, commentId: absent, ...noMessage }),
    z.object({
      conversationId: idInput,
      seq: z.int32().positive(),
      postId: absent,
      commentId: absent,
      userId: absent,
    }),
  ],
  { error: "Give one of postId, commentId, userId, and conversationId with seq" },
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

/** "delete" removes the post, comment or message, "suspend" whoever made it. */
export const reportAction = z.enum(["dismiss", "delete", "suspend"]);
export const resolveReportInput = z.object({ reportId: idInput, action: reportAction });
export const suspendInput = z.object({ userId: idInput });

export const reportView = z.object({
  id: idView,
  target: subjectView,
  /** Whoever made what is reported. */
  user: userSummaryView,
  reporter: userSummaryView,
  reason: z.string(),
  note: z.string(),
  createdAt: instantView,
});
export const reportPageView = pageView(reportView);

/** A report as whoever made it sees it: whether something was done, not what. */
export const myReportView = z.object({
  id: idView,
  target: subjectView,
  reason: z.string(),
  note: z.string(),
  state: z.enum(["open", "acted", "notActed"]),
  createdAt: instantView,
});
export type MyReportView = z.infer<typeof myReportView>;
export const myReportPageView = pageView(myReportView);

export const reportedView = okView.extend({ reportId: idView });

export type ReportTargetInput = z.infer<typeof reportTargetInput>;
export type ReportInput = z.infer<typeof reportInput>;
export type ReportAction = z.infer<typeof reportAction>;
export type ReportView = z.infer<typeof reportView>;

export const caseIdInput = z.object({ caseId: idInput });
export const takeCaseInput = z.object({ caseId: idInput.nullish().transform((id) => id ?? null) }).prefault({});
export const listCasesInput = z
  .object({ state: z.enum(["open", "closed"]).default("open"), ...pageShape })
  .prefault({});
export const listLogInput = z.object(pageShape).prefault({});

/** Which rule was broken, in a word or a number. */
const ruleInput = textInput({ max: 100, isSingleLine: true });
const wordsInput = textInput({ max: 2_000 });

export const decideInput = z.object({
  caseId: idInput,
  action: decisionAction,
  rule: ruleInput.default(""),
  /** What the person reads; asked for unless the case is dismissed. */
  text: wordsInput.default(""),
  /** What moderators read. */
  note: wordsInput.default(""),
  /** When it ends by itself; not for what has no end (a dismissal, a warning). */
  until: z.iso
    .datetime({ offset: true })
    .nullish()
    .transform((at) => (at === null || at === undefined ? null : new Date(at))),
});
export const reverseInput = z.object({ decisionId: idInput, text: textInput({ min: 1, max: 2_000 }) });
export const appealInput = z.object({ decisionId: idInput, text: textInput({ min: 1, max: 2_000 }) });
export const resolveAppealInput = z.object({
  decisionId: idInput,
  outcome: z.enum(["upheld", "overturned"]),
  reply: textInput({ min: 1, max: 2_000 }),
});

export const decisionPageView = pageView(decisionView);

/** A case in the queue. `user` made what it is about; null: the account is gone. */
export const caseView = z.object({
  id: idView,
  kind: z.enum(["report", "appeal"]),
  state: z.enum(["open", "closed"]),
  subject: subjectView,
  user: userSummaryView.nullable(),
  reporterCount: z.int(),
  priority: z.number(),
  /** Out of discovery until somebody has looked. */
  isHeld: z.boolean(),
  openedAt: instantView,
  closedAt: instantView.nullable(),
  outcome: z.enum(["dismissed", "acted"]).nullable(),
  /** Who looks at it now. */
  lease: z.object({ moderator: userSummaryView.nullable(), until: instantView, isMine: z.boolean() }).nullable(),
  /** Of an appeal: the decision. */
  decisionId: idView.nullable(),
});
export type CaseView = z.infer<typeof caseView>;
export const casePageView = pageView(caseView);

/** A decision as moderators read it. `moderator` is null where nobody decided, or their account is gone. */
export const logEntryView = z.object({
  id: idView,
  caseId: idView,
  cause: z.enum(["moderator", "appeal", "expiry"]),
  action: z.enum([...decisionAction.options, "reverse"]),
  subject: subjectView,
  user: userSummaryView.nullable(),
  moderator: userSummaryView.nullable(),
  rule: z.string(),
  text: z.string(),
  note: z.string(),
  until: instantView.nullable(),
  /** The decision that this one takes back. */
  reversesId: idView.nullable(),
  createdAt: instantView,
});
export type LogEntryView = z.infer<typeof logEntryView>;
export const logPageView = pageView(logEntryView);

/** How a subject stood at one time. To be shown blurred until a moderator wants to see it. */
export const evidenceView = z.object({
  decisionId: idView.nullable(),
  takenAt: instantView,
  text: z.string(),
  author: z.object({ handle: z.string(), displayName: z.string(), bio: z.string() }),
  pictures: z.array(imageView),
  /** Of a message: it, and up to five before and after, as they stood; nothing else of a conversation is shown. */
  messages: z.array(
    z.object({
      seq: z.int(),
      /** Null: the account was gone. */
      handle: z.string().nullable(),
      text: z.string(),
      sentAt: instantView,
    }),
  ),
  isBlurred: z.literal(true),
});
export type EvidenceView = z.infer<typeof evidenceView>;

export const caseDetailView = caseView.extend({
  /** The newest fifty. */
  reports: z.array(
    z.object({
      id: idView,
      reporter: userSummaryView.nullable(),
      reason: z.string(),
      note: z.string(),
      createdAt: instantView,
    }),
  ),
  evidence: z.array(evidenceView),
  decisions: z.array(logEntryView),
  appeal: z
    .object({
      text: z.string(),
      state: z.enum(["open", "upheld", "overturned"]),
      reply: z.string().nullable(),
      /** Answered by whoever made the decision: there was nobody else. */
      isSameModerator: z.boolean(),
      createdAt: instantView,
    })
    .nullable(),
  /** Decisions about the person that did something, were not taken back, and are less than a year old. */
  strikeCount: z.int(),
});
export type CaseDetailView = z.infer<typeof caseDetailView>;
export const takenCaseView = z.object({ case: caseDetailView.nullable() });

/** Counts only: what the cases are about is asked for one by one. */
export const queueEventView = z.object({
  type: z.literal("queue.counts"),
  open: z.int(),
  /** Among the open ones. */
  appeals: z.int(),
  leased: z.int(),
  /** That the viewer has taken. */
  mine: z.int(),
  oldestAt: instantView.nullable(),
});
export type QueueEvent = z.infer<typeof queueEventView>;
