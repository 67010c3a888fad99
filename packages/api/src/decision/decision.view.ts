// Decisions as the person they are about may read them: ids in, views out, in one statement. Promises: who decided, who
// reported and what moderators noted is in none of them; a decision can be appealed against once, for six months.
import { type Statement, statement } from "@pixora/db";
import type { Deps } from "../platform/process/deps.ts";
import type { DecisionAction, DecisionView, SubjectView } from "./decision.schema.ts";

/** SQL text: until when a decision (an alias of `decisions`) may be appealed against. */
export function appealEnd(decision: string): string {
  return `(${decision}.created_at + interval '6 months')`;
}

/** SQL text: a decision has been taken back, or has run out. */
export function isReversed(decision: string): string {
  return `exists (select from decisions reversal where reversal.reverses_id = ${decision}.id)`;
}

interface DecisionRow {
  id: string;
  action: DecisionAction;
  userId: string;
  postId: string | null;
  commentId: string | null;
  messageKey: string | null;
  rule: string;
  text: string;
  until: Date | null;
  createdAt: Date;
  reversedAt: Date | null;
  appealState: "open" | "upheld" | "overturned" | null;
  appealReply: string | null;
  canAppealUntil: Date;
}

const selectDecisions: Statement<DecisionRow> = statement(
  "decision.selectViews",
  `select decision.id, decision.action, decision.user_id as "userId", decision.post_id as "postId",
          decision.comment_id as "commentId", decision.message_key as "messageKey", decision.rule, decision.text, decision.until,
          decision.created_at as "createdAt", reversal.created_at as "reversedAt",
          appeal.state as "appealState", appeal.reply as "appealReply", ${appealEnd("decision")} as "canAppealUntil"
   from unnest($1::bigint[]) with ordinality as wanted (id, place)
   join decisions decision on decision.id = wanted.id and decision.action <> 'reverse'
   left join decisions reversal on reversal.reverses_id = decision.id
   left join appeals appeal on appeal.decision_id = decision.id
   order by wanted.place`,
);

/** Views by id. Whose they are, the caller has checked; those that are gone are left out. */
export async function presentDecisions(
  deps: Pick<Deps, "db" | "clock">,
  input: { ids: readonly string[] },
): Promise<DecisionView[]> {
  if (input.ids.length === 0) return [];
  const now = deps.clock.now();
  return (await deps.db.sql.many(selectDecisions, [input.ids])).map((row) => viewOfRow(row, now));
}

function viewOfRow(row: DecisionRow, now: Date): DecisionView {
  const isOpenToAppeal =
    row.action !== "dismiss" && row.appealState === null && row.reversedAt === null && row.canAppealUntil > now;
  return {
    id: row.id,
    action: row.action,
    subject: subjectOf(row),
    rule: row.rule,
    text: row.text,
    until: row.until?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
    reversedAt: row.reversedAt?.toISOString() ?? null,
    appeal: row.appealState === null ? null : { state: row.appealState, reply: row.appealReply },
    canAppealUntil: isOpenToAppeal ? row.canAppealUntil.toISOString() : null,
  };
}

/** A subject as the wire names it. */
export function subjectOf(row: {
  userId: string;
  postId: string | null;
  commentId: string | null;
  messageKey: string | null;
}): SubjectView {
  if (row.postId !== null) return { postId: row.postId };
  if (row.commentId !== null) return { commentId: row.commentId };
  if (row.messageKey !== null) return messageOfKey(row.messageKey);
  return { userId: row.userId };
}

/** A message by its key, as in "1/2". */
export function messageOfKey(key: string): { conversationId: string; seq: number } {
  const [conversationId = "", seq] = key.split("/");
  return { conversationId, seq: Number(seq) };
}
