// Appeals: one for each decision, by the person it is about, answered by another moderator. Promises: an appeal waits in
// the queue like any case; one that is overturned takes back exactly that decision.
import { statement } from "@pixora/db";
import type { DecisionView } from "../decision/decision.schema.ts";
import { appealEnd, presentDecisions } from "../decision/decision.view.ts";
import { AppError } from "../platform/call/errors.ts";
import type { Deps } from "../platform/process/deps.ts";
import { closeCase, lockAppealCase, lockCase, openAppealCase, requireFree } from "./moderation.case.ts";
import { commitDecision, tellPerson } from "./moderation.decide.ts";
import { lockStaff, requireOtherJudge, requireRankAbove } from "./moderation.rank.ts";
import { readDecided, reverseDecided } from "./moderation.reverse.ts";

const selectIsInTime = statement<{ isInTime: boolean }>(
  "moderation.selectIsInTime",
  `select ${appealEnd("decision")} > $2 as "isInTime" from decisions decision where decision.id = $1`,
);
const insertAppeal = statement<never>(
  "moderation.insertAppeal",
  `insert into appeals (decision_id, user_id, text) values ($1, $2, $3)`,
);
const selectAppeal = statement<{ text: string; state: string; reply: string | null; resolverId: string | null }>(
  "moderation.selectAppeal",
  `select text, state, reply, resolver_id as "resolverId" from appeals where decision_id = $1 for update`,
);

/**
 * Appeals against a decision about the actor. The second time with the same words changes nothing. Throws
 * moderation.notFound for what is not about them, moderation.appealed where they have appealed already, and
 * moderation.final where the time is over, the decision was taken back, or there is nothing to take back.
 */
export async function createAppeal(
  deps: Deps,
  input: { actorId: string; decisionId: string; text: string },
): Promise<DecisionView> {
  const { actorId, decisionId, text } = input;
  await commitDecision(deps, async (tx, _, now) => {
    const decided = await readDecided(tx, { decisionId });
    if (decided === null || decided.userId !== actorId || decided.action === "dismiss") {
      throw new AppError("moderation.notFound");
    }
    // So that it is not taken back meanwhile.
    await lockCase(tx, { caseId: decided.caseId, now });
    const known = await tx.maybe(selectAppeal, [decisionId]);
    if (known?.text === text) return;
    if (known !== null) throw new AppError("moderation.appealed");
    const present = await readDecided(tx, { decisionId });
    const { isInTime } = await tx.one(selectIsInTime, [decisionId, now]);
    if (present === null || present.isReversed || !isInTime) throw new AppError("moderation.final");
    await tx.run(insertAppeal, [decisionId, actorId, text]);
    await openAppealCase(tx, { subject: present, decisionId, isSuspension: present.action === "suspend" });
  });
  const [view] = await presentDecisions(deps, { ids: [decisionId] });
  if (view === undefined) throw new AppError("moderation.notFound");
  return view;
}

const updateAppeal = statement<never>(
  "moderation.resolveAppeal",
  `update appeals set state = $2, reply = $3, resolver_id = $4, is_same_moderator = $5, resolved_at = $6
   where decision_id = $1`,
);
export type AppealOutcome = "upheld" | "overturned";

/**
 * Answers an appeal. The second time the same changes nothing. Throws moderation.notFound where nobody appealed, also
 * about the actor; moderation.forbidden for staff of their own rank or above, and for who made the decision while there
 * is another moderator; moderation.taken; moderation.closed where it was answered otherwise.
 */
export async function resolveAppeal(
  deps: Deps,
  input: { actorId: string; decisionId: string; outcome: AppealOutcome; reply: string },
): Promise<{ caseId: string }> {
  const { actorId, decisionId, outcome, reply } = input;
  return commitDecision(deps, async (tx, aftermath, now) => {
    await lockStaff(tx, { actorId });
    const decided = await readDecided(tx, { decisionId });
    if (decided === null || decided.userId === actorId) throw new AppError("moderation.notFound");
    // The older case first, as everybody does who locks both.
    const decidedCase = await lockCase(tx, { caseId: decided.caseId, now });
    const found = await lockAppealCase(tx, { decisionId, now });
    await requireRankAbove(tx, { actorId, userId: decided.userId });
    const appeal = await tx.maybe(selectAppeal, [decisionId]);
    if (appeal === null) throw new AppError("moderation.notFound");
    if (appeal.state !== "open") {
      if (appeal.state === outcome && appeal.reply === reply && appeal.resolverId === actorId)
        return { caseId: found.id };
      throw new AppError("moderation.closed");
    }
    requireFree(found, { actorId });
    const isSame = await requireOtherJudge(tx, { actorId, decisionId });
    await tx.run(updateAppeal, [decisionId, outcome, reply, actorId, isSame, now]);
    if (outcome === "overturned") {
      const by = { moderatorId: actorId, cause: "appeal", text: reply } as const;
      await reverseDecided(tx, { found: decidedCase, decided, ...by, aftermath, now });
    }
    await closeCase(tx, { found, isDismissed: outcome === "upheld", now });
    await tellPerson(tx, { userId: decided.userId, decisionId, type: "appeal.decided", aftermath });
    return { caseId: found.id };
  });
}
