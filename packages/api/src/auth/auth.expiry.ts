// Deletes what has had its time: links, waiting sign-ups, holds on handles, archives. Promise: what has expired is
// refused by whoever reads it, deleted or not; here it only stops taking room.

import { statement } from "@pixora/db";
import { runInBatches } from "../platform/flow/run-in-batches.ts";
import type { Deps } from "../platform/process/deps.ts";

const batch = 2_000;

function deleteExpired(name: string, input: { table: string; key: string }) {
  const { table, key } = input;
  return statement<never>(
    name,
    `delete from ${table} where ${key} in (
       select ${key} from ${table} where expires_at <= $1 order by expires_at limit $2)`,
  );
}

// A sign-up takes its links along, an archive its parts.
const deletions = [
  deleteExpired("auth.deleteExpiredTokens", { table: "auth_tokens", key: "id" }),
  deleteExpired("auth.deleteExpiredSignUps", { table: "sign_ups", key: "id" }),
  deleteExpired("auth.deleteExpiredHolds", { table: "reserved_handles", key: "hash" }),
  deleteExpired("auth.deleteExpiredExports", { table: "exports", key: "id" }),
];

/** Deletes what has expired, in bounded steps. Scheduled; the second time finds nothing. */
export async function deleteOldTokens(deps: Pick<Deps, "db" | "clock">): Promise<void> {
  const now = deps.clock.now();
  for (const deletion of deletions) {
    await runInBatches(deps.db.sql, { statement: deletion, values: [now, batch], batch });
  }
}
