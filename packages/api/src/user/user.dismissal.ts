// Whom a person does not want proposed any more: dismissed by name, or followed no longer. Promise: setting twice keeps one.
import { statement, type Tx } from "@pixora/db";
import { ok } from "../platform/call/wire.ts";
import type { Deps } from "../platform/process/deps.ts";

const insertDismissal = statement<never>(
  "user.insertDismissal",
  `insert into suggestion_dismissals (user_id, dismissed_id)
   select $1, u.id from users u where u.id = $2 and u.id <> $1 on conflict do nothing`,
);

/** Remembers it in the transaction of the deed that says so. Nobody's id changes nothing. */
export async function rememberDismissal(tx: Tx, input: { userId: string; dismissedId: string }): Promise<void> {
  await tx.run(insertDismissal, [input.userId, input.dismissedId]);
}

/** Proposes somebody to the actor no more. The second time changes nothing, nor does the id of somebody unknown. */
export async function dismissSuggestion(
  deps: Pick<Deps, "db">,
  input: { actorId: string; userId: string },
): Promise<{ ok: true }> {
  await deps.db.sql.run(insertDismissal, [input.actorId, input.userId]);
  return ok;
}
