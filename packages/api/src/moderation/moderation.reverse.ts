// Taking decisions back: by a moderator, by an appeal, or because their time is over. Promise: exactly what that decision did
// is undone, whatever others still stand.
import { type Statement, statement, type Tx } from "@pixora/db";
import type { DecisionAction } from "../decision/decision.schema.ts";
import { isReversed } from "../decision/decision.view.ts";
import { AppError } from "../platform/call/errors.ts";
import type { Deps } from "../platform/process/deps.ts";
import { type LockedCase, lockCase, reopenCase, setOutcome } from "./moderation.case.ts";
import {
  type Aftermath,
  appendDecision,
  applyStanding,
  type Cause,
  commitDecision,
  lockForDecision,
  tellPerson,
} from "./moderation.decide.ts";
import type { Subject } from "./moderation.subject.ts";

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
  await appendDecision(tx, { found, moderatorId, cause, subject: decided, text, reversesId: decided.id, ...rest });
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
