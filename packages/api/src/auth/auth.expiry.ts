// The end of what has had its time around signing up: links, waiting sign-ups, and, in their rooms, holds on handles and
// archives. Nothing rests on it: what has expired is refused by whoever reads it.
import { deleteExpiredExports } from "../account/account.export.ts";
import { deleteExpired, deleteExpiredStatement } from "../platform/flow/delete-expired.ts";
import type { Deps } from "../platform/process/deps.ts";
import { deleteExpiredHolds } from "../user/user.hold.ts";

// A sign-up takes its links along.
const deletions = [
  deleteExpiredStatement("auth.deleteExpiredTokens", { table: "auth_tokens", key: "id" }),
  deleteExpiredStatement("auth.deleteExpiredSignUps", { table: "sign_ups", key: "id" }),
];

/** Deletes what has expired, in bounded steps. Scheduled; the second time finds nothing. */
export async function deleteOldTokens(deps: Pick<Deps, "db" | "clock">): Promise<void> {
  const now = deps.clock.now();
  for (const deletion of deletions) await deleteExpired(deps.db.sql, { statement: deletion, now });
  await deleteExpiredHolds(deps.db.sql, { now });
  await deleteExpiredExports(deps.db.sql, { now });
}
