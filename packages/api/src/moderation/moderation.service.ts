// Suspending a person, and ending that, without a report: as any decision, with a case of its own.
import { statement, type Tx } from "@pixora/db";
import { isReversed } from "../decision/decision.view.ts";
import { hintRevoked } from "../log/log.hint.ts";
import { AppError } from "../platform/call/errors.ts";
import type { Deps } from "../platform/process/deps.ts";
import { insertDecidedCase, lockCase } from "./moderation.case.ts";
import { changeSuspension, commitDecision, makeDecision } from "./moderation.decide.ts";
import { lockStaff, requireRankAbove } from "./moderation.rank.ts";
import { readDecided, reverseDecided } from "./moderation.reverse.ts";
import { personAsSubject } from "./moderation.subject.ts";

const selectSuspensions = statement<{ id: string }>(
  "moderation.selectSuspensions",
  `select decision.id from decisions decision
   where decision.subject_key = $1 and decision.action = 'suspend' and not ${isReversed("decision")}
     and (decision.until is null or decision.until > $2) order by decision.id`,
);

/**
 * Hides a person everywhere, refuses their calls, ends their streams and every link to the account. Throws
 * user.notFound, and moderation.forbidden for oneself and for staff of one's own rank or above. The second time changes
 * nothing.
 */
export async function suspendUser(deps: Deps, input: { actorId: string; userId: string }): Promise<void> {
  const { actorId, userId } = input;
  const subject = personAsSubject(userId);
  await commitDecision(deps, async (tx, aftermath, now) => {
    await requireHigherRank(tx, input);
    if ((await tx.maybe(selectSuspensions, [subject.key, now])) !== null) return;
    const found = await insertDecidedCase(tx, { subject, now });
    const verdict = { action: "suspend", rule: "", text: "", note: "", until: null } as const;
    await makeDecision(tx, { found, actorId, verdict, aftermath, now });
  });
  // Also where nothing changed: the first hint may have been lost.
  hintRevoked(deps, { userId, sessionId: null });
}

/**
 * Lifts a suspension: reverses every decision that keeps it. The sessions of before have ended: the person signs in
 * anew. Throws as suspendUser does. The second time changes nothing.
 */
export async function unsuspendUser(deps: Deps, input: { actorId: string; userId: string }): Promise<void> {
  const { actorId, userId } = input;
  await commitDecision(deps, async (tx, aftermath, now) => {
    await requireHigherRank(tx, input);
    for (const { id: decisionId } of await tx.many(selectSuspensions, [personAsSubject(userId).key, now])) {
      const decided = await readDecided(tx, { decisionId });
      if (decided === null) continue;
      const found = await lockCase(tx, { caseId: decided.caseId, now });
      const by = { moderatorId: actorId, cause: "moderator", text: "" } as const;
      await reverseDecided(tx, { found, decided, ...by, aftermath, now });
    }
    // One that no decision keeps, as an operator may have set it.
    const ended = await changeSuspension(tx, { userId, isSuspended: false, now });
    if (ended !== null) aftermath.ended.push(ended);
  });
}

async function requireHigherRank(tx: Tx, input: { actorId: string; userId: string }): Promise<void> {
  await lockStaff(tx, input);
  const rank = await requireRankAbove(tx, input);
  if (rank === null) throw new AppError("user.notFound");
}
