// Taking a case: for a quarter of an hour nobody else decides it. Promise: two moderators never get the same one.
import { statement, type Tx } from "@pixora/db";
import { AppError } from "../platform/call/errors.ts";
import type { Deps } from "../platform/process/deps.ts";
import { type LockedCase, leaseCase, openCase, reopenCase, requireFree } from "./moderation.case.ts";
import { lockForDecision } from "./moderation.decide.ts";
import { hasOtherJudge, lockStaff, requireOtherJudge } from "./moderation.rank.ts";

/**
 * Takes a case for a quarter of an hour, or for another one; a closed case is opened again by that. Without `caseId`,
 * the most urgent one that nobody has. Null where there is none. Throws moderation.notFound; moderation.forbidden,
 * also for an appeal against one's own decision while somebody else may answer it; moderation.taken.
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
    if (found.decisionId !== null) await requireOtherJudge(tx, { actorId, decisionId: found.decisionId });
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
          or not ${hasOtherJudge({ actor: "$1", person: "waiting.user_id" })})
   order by waiting.priority desc, waiting.id limit 1 for update of waiting skip locked`,
);
