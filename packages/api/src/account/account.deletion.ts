// The first moment of an account's end. Promise: from the commit on, nobody sees the person, and nobody else gets the
// handle for a while. The rest is the work of purge/purge.account.ts.
import { statement, type Tx } from "@pixora/db";
import type { Deps } from "../platform/process/deps.ts";
import { deletedHandleLifeMs, hashHandle, reserveHandle } from "../user/user.hold.ts";
import { markDeleted } from "../user/user.service.ts";

const selectHandle = statement<{ handle: string }>("account.selectHandle", `select handle from users where id = $1`);

/**
 * Takes a person out of everyone's sight, in the caller's transaction, and reserves the handle for 30 days. The second
 * time changes nothing.
 */
export async function endAccount(
  deps: Pick<Deps, "config" | "clock">,
  input: { tx: Tx; userId: string },
): Promise<void> {
  const { tx, userId } = input;
  await markDeleted(tx, { userId });
  const { handle } = await tx.one(selectHandle, [userId]);
  const expiresAt = new Date(deps.clock.now().getTime() + deletedHandleLifeMs);
  await reserveHandle(tx, { hashes: hashHandle(deps, handle), expiresAt });
}
