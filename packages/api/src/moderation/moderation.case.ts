// Cases: one open a subject, weighed by who reports it, taken by one moderator at a time. The only SQL that writes `cases`
// and `evidence`. Locks: a case's row comes before all locks of what it is about.
import { type Statement, statement, type Tx } from "@pixora/db";
import { AppError } from "../platform/call/errors.ts";
import { canBeHeld, readSubject, type Subject, setEffect } from "./moderation.subject.ts";
import { isHoldable, priorityOf, type Reporter, weighReporters } from "./moderation.weight.ts";

/** A case whose row is locked. */
export interface LockedCase extends Subject {
  id: string;
  kind: "report" | "appeal";
  state: "open" | "closed";
  /** Of an appeal. */
  decisionId: string | null;
  leaseBy: string | null;
  isLeased: boolean;
  heldAt: Date | null;
}

const caseColumns = `id, kind, state, subject_key as key, user_id as "userId", post_id as "postId",
  comment_id as "commentId", message_key as "messageKey", decision_id as "decisionId", lease_by as "leaseBy",
  coalesce(leased_until > $2, false) and exists (
    select from users holder where holder.id = lease_by and holder.role <> 'user') as "isLeased",
  held_at as "heldAt"`;

const lockCaseStatement: Statement<LockedCase> = statement(
  "moderation.lockCase",
  `select ${caseColumns} from cases where id = $1 for update`,
);
const lockAppealCaseStatement: Statement<LockedCase> = statement(
  "moderation.lockAppealCase",
  `select ${caseColumns} from cases where decision_id = $1 and kind = 'appeal' for update`,
);

/** Locks a case. Throws moderation.notFound. */
export async function lockCase(tx: Tx, input: { caseId: string; now: Date }): Promise<LockedCase> {
  const found = await tx.maybe(lockCaseStatement, [input.caseId, input.now]);
  if (found === null) throw new AppError("moderation.notFound");
  return found;
}

/** Locks the case of a decision's appeal. Throws moderation.notFound. */
export async function lockAppealCase(tx: Tx, input: { decisionId: string; now: Date }): Promise<LockedCase> {
  const found = await tx.maybe(lockAppealCaseStatement, [input.decisionId, input.now]);
  if (found === null) throw new AppError("moderation.notFound");
  return found;
}

// Waits for whoever opens or closes a case of the same subject; the row that comes back is locked.
const openCaseStatement: Statement<LockedCase & { isNew: boolean }> = statement(
  "moderation.openCase",
  `insert into cases as present (kind, subject_key, user_id, post_id, comment_id, message_key)
   values ('report', $1, $3, $4, $5, $6)
   on conflict (subject_key) where state = 'open' and kind = 'report' do update set kind = 'report'
   returning ${caseColumns}, present.reporter_count = 0 as "isNew"`,
);

/** The open case of a subject, locked; made, with its evidence, where there is none. */
export async function openCase(tx: Tx, input: { subject: Subject; now: Date }): Promise<LockedCase> {
  const { subject, now } = input;
  const values = [subject.key, now, subject.userId, subject.postId, subject.commentId, subject.messageKey];
  const { isNew, ...opened } = await tx.one(openCaseStatement, values);
  if (isNew) await takeEvidence(tx, { caseId: opened.id, decisionId: null, subject });
  return opened;
}

const insertClosedCase: Statement<LockedCase> = statement(
  "moderation.insertClosedCase",
  `insert into cases (kind, subject_key, user_id, post_id, comment_id, message_key, state, closed_at, outcome)
   values ('report', $1, $3, $4, $5, $6, 'closed', $2::timestamptz, 'acted') returning ${caseColumns}`,
);

/** A case of its own for what a moderator decides without a report. */
export function insertDecidedCase(tx: Tx, input: { subject: Subject; now: Date }): Promise<LockedCase> {
  const { subject, now } = input;
  const { key, userId, postId, commentId, messageKey } = subject;
  return tx.one(insertClosedCase, [key, now, userId, postId, commentId, messageKey]);
}

const insertAppealCase = statement<never>(
  "moderation.insertAppealCase",
  `insert into cases (kind, subject_key, user_id, post_id, comment_id, decision_id, priority, message_key)
   values ('appeal', $1, $2, $3, $4, $5, $6, $7)`,
);

/** Somebody whose whole account is away waits for more than somebody with one post less. */
const appealPriority = { suspend: 20, others: 5 };

/** Puts an appeal into the queue. */
export async function openAppealCase(
  tx: Tx,
  input: { subject: Subject; decisionId: string; isSuspension: boolean },
): Promise<void> {
  const { subject, decisionId, isSuspension } = input;
  const priority = isSuspension ? appealPriority.suspend : appealPriority.others;
  await tx.run(insertAppealCase, [
    subject.key,
    subject.userId,
    subject.postId,
    subject.commentId,
    decisionId,
    priority,
    subject.messageKey,
  ]);
}

const insertEvidence = statement<never>(
  "moderation.insertEvidence",
  `insert into evidence (case_id, decision_id, text, author, pictures, media_ids, messages)
   values ($1, $2, $3, $4::jsonb, $5::jsonb, $6::bigint[], $7::jsonb)`,
);

/** Keeps how a subject stands now. What its author has taken away by now is not looked at again. */
export async function takeEvidence(
  tx: Tx,
  input: { caseId: string; decisionId: string | null; subject: Subject },
): Promise<void> {
  const { caseId, decisionId, subject } = input;
  const content = await readSubject(tx, subject);
  if (content === null) return;
  const { text, mediaIds } = content;
  const [author, pictures, messages] = [content.author, content.pictures, content.messages].map((part) =>
    JSON.stringify(part),
  );
  await tx.run(insertEvidence, [caseId, decisionId, text, author, pictures, mediaIds, messages]);
}

/** Reporters of one case that are looked at: beyond them it weighs enough. */
const maxReporters = 200;

const selectReporters: Statement<Reporter> = statement(
  "moderation.selectReporters",
  `select extract(epoch from clock_timestamp() - person.created_at)::float8 / 86400 as "ageDays", past.acted, past.dismissed,
          coalesce((select encode(session.place, 'hex') from sessions session
                    where session.user_id = person.id and session.place is not null
                    order by session.id desc limit 1), person.id::text) as place
   from (select distinct reporter_id from reports where case_id = $1 limit ${maxReporters}) reporter
   join users person on person.id = reporter.reporter_id
   cross join lateral (
     select count(*) filter (where outcome = 'acted')::int as acted,
            count(*) filter (where outcome = 'dismissed')::int as dismissed
     from (select distinct cases.id, cases.outcome from reports join cases on cases.id = reports.case_id
           where reports.reporter_id = person.id and cases.closed_at > clock_timestamp() - interval '1 year'
           limit 1000) ended
   ) past`,
);
const selectReasons = statement<{ reason: string }>(
  "moderation.selectReasons",
  `select distinct reason from (select reason from reports where case_id = $1 limit 1000) said`,
);
const selectIsCleared = statement<{ isCleared: boolean }>(
  "moderation.selectIsCleared",
  `select exists (select from cases where subject_key = $1 and cleared_version = $2) as "isCleared"`,
);
const updateWeight = statement<never>(
  "moderation.updateWeight",
  `update cases set priority = $2, reporter_count = (select count(distinct reporter_id) from reports where case_id = $1),
                    held_at = coalesce(held_at, case when $3 then clock_timestamp() end)
   where id = $1`,
);

/**
 * Weighs an open, locked case anew after a report, and holds its subject out of discovery where that weighs enough:
 * never what somebody has cleared and nobody has edited since.
 */
export async function weighCase(tx: Tx, open: LockedCase): Promise<void> {
  const [reporters, reasons, content] = await Promise.all([
    tx.many(selectReporters, [open.id]),
    tx.many(selectReasons, [open.id]),
    readSubject(tx, open),
  ]);
  const weight = weighReporters(reporters);
  const priority = priorityOf({ weight, reasons: reasons.map(({ reason }) => reason), reach: content?.reach ?? 0 });
  const mayHold = content !== null && open.heldAt === null && canBeHeld(open) && isHoldable(weight);
  const isHeld = mayHold && !(await tx.one(selectIsCleared, [open.key, content.version])).isCleared;
  await tx.run(updateWeight, [open.id, priority, isHeld]);
  if (isHeld) await setEffect(tx, { subject: open, action: "hold", standing: open.id });
}

const closeStatement = statement<never>(
  "moderation.closeCase",
  `update cases set state = 'closed', closed_at = $2, outcome = $3, cleared_version = $4, held_at = null,
                    lease_by = null, leased_until = null, taken_at = coalesce(taken_at, $2)
   where id = $1`,
);

/** Ends a case and its hold; `isDismissed` remembers that the content, as it is now, was let stand. */
export async function closeCase(tx: Tx, input: { found: LockedCase; isDismissed: boolean; now: Date }): Promise<void> {
  const { found, isDismissed, now } = input;
  const content = isDismissed && found.kind === "report" ? await readSubject(tx, found) : null;
  const outcome = isDismissed ? "dismissed" : "acted";
  await tx.run(closeStatement, [found.id, now, outcome, content?.version ?? null]);
  if (found.heldAt !== null) await setEffect(tx, { subject: found, action: "hold", standing: null });
}

const updateOutcome = statement<never>(
  "moderation.updateOutcome",
  `update cases set outcome = $2, cleared_version = $3 where id = $1 and state = 'closed'`,
);

/** Of a closed case: what it comes to, now that a decision in it was reversed. */
export async function setOutcome(tx: Tx, input: { found: LockedCase; isDismissed: boolean }): Promise<void> {
  const { found, isDismissed } = input;
  const content = isDismissed ? await readSubject(tx, found) : null;
  await tx.run(updateOutcome, [found.id, isDismissed ? "dismissed" : "acted", content?.version ?? null]);
}

const reopenStatement = statement<never>(
  "moderation.reopenCase",
  `update cases set state = 'open', closed_at = null, outcome = null, cleared_version = null
   where id = $1 and not exists (select from cases other where other.subject_key = cases.subject_key
                                 and other.kind = cases.kind and other.state = 'open')`,
);

/** Opens a closed case again; where its subject has an open one by now, that one goes on. */
export async function reopenCase(tx: Tx, input: { caseId: string }): Promise<void> {
  await tx.run(reopenStatement, [input.caseId]);
}

/** How long a moderator has a case to themselves. */
const leaseMs = 15 * 60 * 1_000;

const leaseStatement = statement<never>(
  "moderation.leaseCase",
  `update cases set lease_by = $2, leased_until = $3, taken_at = coalesce(taken_at, $4) where id = $1`,
);

/** Gives a locked case to a moderator for a quarter of an hour from now. */
export async function leaseCase(tx: Tx, input: { caseId: string; actorId: string; now: Date }): Promise<void> {
  const { caseId, actorId, now } = input;
  await tx.run(leaseStatement, [caseId, actorId, new Date(now.getTime() + leaseMs), now]);
}

/** Passes unless somebody else has it. Throws moderation.taken. */
export function requireFree(found: LockedCase, input: { actorId: string }): void {
  if (found.isLeased && found.leaseBy !== input.actorId) throw new AppError("moderation.taken");
}
