// Decisions: appended, never changed. Promises: what is decided, what it does, the statement to the person and the end of
// the case are one transaction; a subject is what its standing decisions say, whichever order they came and went in.
import { type Statement, statement, type Tx } from "@pixora/db";
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
import {
  closeCase,
  type LockedCase,
  leaseCase,
  lockCase,
  openCase,
  reopenCase,
  requireFree,
  setOutcome,
  takeEvidence,
} from "./moderation.case.ts";
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
interface Aftermath {
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

type Cause = "moderator" | "appeal" | "expiry";

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

async function append(tx: Tx, decision: NewDecision): Promise<string> {
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
  const decisionId = await append(tx, { ...rest, ...verdict, subject });
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
async function applyStanding(
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

/** A decision, and what can be done about it. */
export interface DecidedRow extends Subject {
  id: string;
  caseId: string;
  moderatorId: string | null;
  action: DecisionAction;
  isReversed: boolean;
}

const selectDecided: Statement<DecidedRow> = statement(
  "moderation.selectDecided",
  `select decision.id, decision.case_id as "caseId", decision.moderator_id as "moderatorId", decision.action,
          decision.subject_key as key, decision.user_id as "userId", decision.post_id as "postId",
          decision.comment_id as "commentId", decision.message_key as "messageKey", ${isReversed("decision")} as "isReversed"
   from decisions decision where decision.id = $1 and decision.action <> 'reverse'`,
);

/** A decision by id; null where there is none, and for reversals, which stand for themselves. */
export function readDecided(tx: Tx, input: { decisionId: string }): Promise<DecidedRow | null> {
  return tx.maybe(selectDecided, [input.decisionId]);
}

const selectHasStanding = statement<{ hasStanding: boolean }>(
  "moderation.selectHasStanding",
  `select exists (select from decisions decision where decision.case_id = $1
                  and decision.action not in ('dismiss', 'reverse') and not ${isReversed("decision")}) as "hasStanding"`,
);

/**
 * Takes back what one decision did, and only that: whatever other decisions still stand goes on. A dismissal that is
 * reversed opens its case again. The case is locked. The second time changes nothing.
 */
export async function reverseDecided(
  tx: Tx,
  input: {
    found: LockedCase;
    decided: DecidedRow;
    moderatorId: string | null;
    cause: Cause;
    text: string;
    aftermath: Aftermath;
    now: Date;
  },
): Promise<void> {
  const { found, moderatorId, cause, text, aftermath, now } = input;
  // Under the lock: somebody else may have reversed it by now.
  const decided = await readDecided(tx, { decisionId: input.decided.id });
  if (decided === null || decided.isReversed) return;
  const rest = { rule: "", note: "", until: null, action: "reverse" } as const;
  await append(tx, { found, moderatorId, cause, subject: decided, text, reversesId: decided.id, ...rest });
  if (decided.action === "dismiss") return reopenCase(tx, { caseId: found.id });
  await applyStanding(tx, { subject: decided, action: decided.action, aftermath, now });
  const { hasStanding } = await tx.one(selectHasStanding, [found.id]);
  if (!hasStanding) await setOutcome(tx, { found, isDismissed: true });
  if (cause === "appeal") return;
  const { userId, id: decisionId } = decided;
  await tellPerson(tx, { userId, decisionId, type: "moderation.decided", aftermath });
}

/**
 * Reverses a decision. The second time changes nothing. Throws moderation.notFound, also for a decision about the actor,
 * and moderation.forbidden for one about staff of their own rank or above.
 */
export async function reverseDecision(
  deps: Deps,
  input: { actorId: string; decisionId: string; text: string },
): Promise<{ caseId: string }> {
  const { actorId, decisionId, text } = input;
  return commitDecision(deps, async (tx, aftermath, now) => {
    const decided = await readDecided(tx, { decisionId });
    if (decided === null) throw new AppError("moderation.notFound");
    const { caseId } = decided;
    const found = await lockForDecision(tx, { actorId, caseId, now });
    const by = { moderatorId: actorId, cause: "moderator", text } as const;
    await reverseDecided(tx, { found, decided, ...by, aftermath, now });
    return { caseId };
  });
}

const selectRunOut = statement<{ id: string }>(
  "moderation.selectRunOut",
  `select decision.id from decisions decision
   where decision.until <= $1 and not ${isReversed("decision")} order by decision.until limit 100`,
);

/** Takes back decisions whose time is over. Scheduled; the second time finds none. */
export async function endDecisions(deps: Deps): Promise<void> {
  for (;;) {
    const over = await deps.db.sql.many(selectRunOut, [deps.clock.now()]);
    for (const { id: decisionId } of over) {
      await commitDecision(deps, async (tx, aftermath, now) => {
        const decided = await readDecided(tx, { decisionId });
        if (decided === null) return;
        const found = await lockCase(tx, { caseId: decided.caseId, now });
        const by = { moderatorId: null, cause: "expiry", text: "" } as const;
        await reverseDecided(tx, { found, decided, ...by, aftermath, now });
      });
    }
    if (over.length < 100) return;
  }
}

/**
 * Takes a case for a quarter of an hour, or for another one; a closed case is opened again by that. Without `caseId`,
 * the most urgent one that nobody has. Null where there is none. Throws moderation.notFound, moderation.forbidden,
 * moderation.taken.
 */
export async function takeCase(deps: Deps, input: { actorId: string; caseId: string | null }): Promise<string | null> {
  const { actorId } = input;
  return deps.db.inTransaction(async (tx) => {
    const now = deps.clock.now();
    if (input.caseId === null) await lockStaff(tx, { actorId });
    const caseId = input.caseId ?? (await tx.maybe(selectNext, [actorId, now]))?.id ?? null;
    if (caseId === null) return null;
    const found = await lockForDecision(tx, { actorId, caseId, now });
    requireFree(found, { actorId });
    const id = found.state === "open" ? caseId : await reopen(tx, { found, now });
    await leaseCase(tx, { caseId: id, actorId, now });
    return id;
  });
}

async function reopen(tx: Tx, input: { found: LockedCase; now: Date }): Promise<string> {
  const { found, now } = input;
  // An appeal is answered once.
  if (found.kind === "appeal") throw new AppError("moderation.closed");
  await reopenCase(tx, { caseId: found.id });
  return (await openCase(tx, { subject: found, now })).id;
}

// A lease of somebody who is no longer staff holds nobody up, and whom a case is about never gets it. An appeal goes to
// who did not make the decision, while there is anybody else.
const selectNext = statement<{ id: string }>(
  "moderation.selectNextCase",
  `select waiting.id from cases waiting
   join users actor on actor.id = $1
   left join users person on person.id = waiting.user_id
   where waiting.state = 'open' and waiting.user_id <> $1
     and (waiting.leased_until is null or waiting.leased_until <= $2
          or not exists (select from users holder where holder.id = waiting.lease_by and holder.role <> 'user'))
     and case coalesce(person.role, 'user') when 'user' then true when 'moderator' then actor.role = 'admin' else false end
     and (waiting.kind = 'report'
          or not exists (select from decisions where decisions.id = waiting.decision_id and decisions.moderator_id = $1)
          or not exists (select from users other where other.role <> 'user' and other.id not in ($1, waiting.user_id)
                         and other.deleted_at is null and other.suspended_at is null))
   order by waiting.priority desc, waiting.id limit 1 for update of waiting skip locked`,
);
