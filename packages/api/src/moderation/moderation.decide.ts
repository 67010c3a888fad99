// Decisions: appended, never changed. Promises: what is decided, what it does, the statement to the person and the end of
// the case are one transaction; a subject is what its standing decisions say, whichever order they came and went in.
import { statement, type Tx } from "@pixora/db";
import { announceEnding, type Ended, endHeld } from "../auth/auth.ending.ts";
import type { DecisionAction } from "../decision/decision.schema.ts";
import { isReversed } from "../decision/decision.view.ts";
import { appendLiveEvents, type LivePosition, lockLiveHeads } from "../log/log.head.ts";
import { hintPeople, hintRevoked } from "../log/log.hint.ts";
import { AppError } from "../platform/call/errors.ts";
import { invalidInput } from "../platform/call/failure.ts";
import { commitFacts, insertFacts } from "../platform/outbox.ts";
import type { Deps } from "../platform/process/deps.ts";
import { setSuspended } from "../user/user.service.ts";
import { closeCase, type LockedCase, lockCase, requireFree, takeEvidence } from "./moderation.case.ts";
import { lockStaff, requireRankAbove } from "./moderation.rank.ts";
import { isPossible, personAsSubject, type Subject, setEffect } from "./moderation.subject.ts";

/** What a moderator says when deciding. */
export interface Verdict {
  action: DecisionAction;
  rule: string;
  text: string;
  note: string;
  until: Date | null;
}

/** What is still to be told when the transaction has ended. */
export interface Aftermath {
  positions: LivePosition[];
  ended: Ended[];
}

/** Runs a deciding transaction, wakes the relay and tells the open streams. */
export async function commitDecision<T>(
  deps: Deps,
  work: (tx: Tx, aftermath: Aftermath, now: Date) => Promise<T>,
): Promise<T> {
  let aftermath: Aftermath = { positions: [], ended: [] };
  const result = await commitFacts(deps, (tx) => {
    aftermath = { positions: [], ended: [] };
    return work(tx, aftermath, deps.clock.now());
  });
  hintPeople(deps, aftermath);
  for (const ended of aftermath.ended) {
    hintRevoked(deps, { userId: ended.sessions.userId, sessionId: null });
    await announceEnding(deps, ended);
  }
  return result;
}

const insertDecision = statement<{ id: string }>(
  "moderation.insertDecision",
  `insert into decisions (case_id, moderator_id, cause, action, subject_key, user_id, post_id, comment_id, message_key,
                          rule, text, note, until, reverses_id)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) returning id`,
);

export type Cause = "moderator" | "appeal" | "expiry";

interface NewDecision {
  found: LockedCase;
  moderatorId: string | null;
  cause: Cause;
  action: DecisionAction | "reverse";
  subject: Subject;
  rule: string;
  text: string;
  note: string;
  until: Date | null;
  reversesId: string | null;
}

/** Adds a decision; answers its id. */
export async function appendDecision(tx: Tx, decision: NewDecision): Promise<string> {
  const { found, moderatorId, cause, action, subject, rule, text, note, until, reversesId } = decision;
  const about = [subject.key, subject.userId, subject.postId, subject.commentId, subject.messageKey];
  const values = [found.id, moderatorId, cause, action, ...about, rule, text, note, until, reversesId];
  return (await tx.one(insertDecision, values)).id;
}

/**
 * Decides a locked case: the effect, the statement, the evidence, the reports' answers and the end of the case. Throws
 * input.invalid for what cannot be done to such a subject. Answers the decision's id.
 */
export async function makeDecision(
  tx: Tx,
  input: { found: LockedCase; actorId: string; verdict: Verdict; aftermath: Aftermath; now: Date },
): Promise<string> {
  const { found, actorId, verdict, aftermath, now } = input;
  const { action } = verdict;
  if (!isPossible(found, action))
    throw invalidInput({ action: [`This cannot be done to a ${found.key.split("/")[0]}`] });
  const subject = action === "suspend" ? personAsSubject(found.userId) : found;
  const rest = { found, moderatorId: actorId, cause: "moderator", reversesId: null } as const;
  const decisionId = await appendDecision(tx, { ...rest, ...verdict, subject });
  // Before its effect: what is kept is what was decided about.
  await takeEvidence(tx, { caseId: found.id, decisionId, subject: found });
  await closeCase(tx, { found, isDismissed: action === "dismiss", now });
  await tx.run(resolveReports, [found.id, actorId, action]);
  await applyStanding(tx, { subject, action, aftermath, now });
  if (action !== "dismiss")
    await tellPerson(tx, { userId: found.userId, decisionId, type: "moderation.decided", aftermath });
  return decisionId;
}

const resolveReports = statement<never>(
  "moderation.resolveReports",
  `update reports set resolved_at = clock_timestamp(), resolver_id = $2, action = $3
   where case_id = $1 and resolved_at is null`,
);

const selectStanding = statement<{ id: string }>(
  "moderation.selectStanding",
  `select decision.id from decisions decision
   where decision.subject_key = $1 and decision.action = $2 and (decision.until is null or decision.until > $3)
     and not ${isReversed("decision")}
   order by decision.id desc limit 1`,
);

/** Makes a subject agree with the newest decision of an action that stands, or with there being none. */
export async function applyStanding(
  tx: Tx,
  input: { subject: Subject; action: DecisionAction; aftermath: Aftermath; now: Date },
): Promise<void> {
  const { subject, action, aftermath, now } = input;
  if (action === "dismiss" || action === "warn") return;
  const standing = (await tx.maybe(selectStanding, [subject.key, action, now]))?.id ?? null;
  if (action !== "suspend") {
    aftermath.positions.push(...(await setEffect(tx, { subject, action, standing })));
    return;
  }
  const ended = await changeSuspension(tx, { userId: subject.userId, isSuspended: standing !== null, now });
  if (ended !== null) aftermath.ended.push(ended);
}

/** Suspends a person or ends that, with all by which the account is held; null where nothing changed. */
export async function changeSuspension(
  tx: Tx,
  input: { userId: string; isSuspended: boolean; now: Date },
): Promise<Ended | null> {
  const { userId, isSuspended, now } = input;
  if (!(await setSuspended(tx, { userId, isSuspended }))) return null;
  return endHeld(tx, { ending: isSuspended ? "suspended" : "unsuspended", userId, exceptId: null, now });
}

/** Tells a person of a decision about them: in their log, and by mail. */
export async function tellPerson(
  tx: Tx,
  input: {
    userId: string;
    decisionId: string;
    type: "moderation.decided" | "appeal.decided";
    aftermath: Aftermath;
  },
): Promise<void> {
  const { userId, decisionId, type, aftermath } = input;
  await lockLiveHeads(tx, { userIds: [userId] });
  aftermath.positions.push(...(await appendLiveEvents(tx, { events: [{ userId, type, payload: { decisionId } }] })));
  const isAppeal = type === "appeal.decided";
  await insertFacts(tx, { facts: [{ fact: "moderation.statementDue", payload: { userId, decisionId, isAppeal } }] });
}

const selectSame = statement<{ id: string }>(
  "moderation.selectSameDecision",
  `select id from decisions where case_id = $1 and moderator_id = $2 and action = $3 and rule = $4 and text = $5
     and id = (select max(id) from decisions where case_id = $1)`,
);

/**
 * Decides a case, which the actor has taken or nobody has. The second time the same changes nothing. Throws
 * moderation.notFound, also for a case about the actor; moderation.forbidden for staff of their own rank or above;
 * moderation.taken while another moderator looks at it; moderation.closed where it is decided already (take it to
 * decide again); input.invalid for what cannot be done to such a subject.
 */
export async function decideCase(deps: Deps, input: { actorId: string; caseId: string } & Verdict): Promise<void> {
  const { actorId, caseId, ...verdict } = input;
  checkVerdict(verdict, deps.clock.now());
  await commitDecision(deps, async (tx, aftermath, now) => {
    const found = await lockForDecision(tx, { actorId, caseId, now });
    if (found.kind === "appeal") throw invalidInput({ caseId: ["An appeal is upheld or overturned"] });
    if (found.state === "closed") {
      const { action, rule, text } = verdict;
      if ((await tx.maybe(selectSame, [caseId, actorId, action, rule, text])) !== null) return;
      throw new AppError("moderation.closed");
    }
    requireFree(found, { actorId });
    await makeDecision(tx, { found, actorId, verdict, aftermath, now });
  });
}

function checkVerdict({ action, text, until }: Verdict, now: Date): void {
  if (action !== "dismiss" && text === "") throw invalidInput({ text: ["Tell the person why"] });
  if (until === null) return;
  if (action === "dismiss" || action === "warn") throw invalidInput({ until: ["There is nothing to end"] });
  if (until <= now) throw invalidInput({ until: ["This time is over"] });
}

/** Locks a case for somebody who may decide it: staff, by the role they have now, above whom it is about. */
export async function lockForDecision(
  tx: Tx,
  input: { actorId: string; caseId: string; now: Date },
): Promise<LockedCase> {
  const { actorId } = input;
  await lockStaff(tx, { actorId });
  const found = await lockCase(tx, input);
  if (found.userId === actorId) throw new AppError("moderation.notFound");
  await requireRankAbove(tx, { actorId, userId: found.userId });
  return found;
}
