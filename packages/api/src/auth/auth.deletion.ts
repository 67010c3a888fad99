// Deleting one's account, by password.
import { statement } from "@pixora/db";
import { endAccount } from "../account/account.deletion.ts";
import { ok } from "../platform/call/wire.ts";
import { commitFacts } from "../platform/outbox.ts";
import type { Deps } from "../platform/process/deps.ts";
import { requirePassword } from "./auth.credential.ts";
import { announceEnding, endHeld } from "./auth.ending.ts";

// Sign-ups that wait for the same address go too, with their links: the address is in them.
const deleteCredentials = statement<never>(
  "auth.deleteCredentials",
  `with gone as (
     delete from credentials where user_id = $1 returning email
   ), waiting as (
     delete from sign_ups where email in (select email from gone)
   )
   delete from auth_tokens where user_id = $1 or (email in (select email from gone) and sign_up_id is null)`,
);

/**
 * Deletes the actor's account, at once for everybody's eyes; the handle stays reserved for 30 days, the address is free.
 * Throws auth.wrongCredentials unless the password is right. There is no second time: every session has ended.
 */
export async function deleteAccount(deps: Deps, input: { actorId: string; password: string }): Promise<typeof ok> {
  const { actorId, password } = input;
  await requirePassword(deps, { userId: actorId, password });
  const ended = await commitFacts(deps, async (tx) => {
    await endAccount(deps, { tx, userId: actorId });
    const held = await endHeld(tx, { ending: "deleted", userId: actorId, exceptId: null, now: deps.clock.now() });
    await tx.run(deleteCredentials, [actorId]);
    return held;
  });
  await announceEnding(deps, ended);
  return ok;
}
