// The end of all mutes of and by one person, for the deletion of their account, in statements of bounded length.

import { statement } from "@pixora/db";
import { runInBatches } from "../platform/flow/run-in-batches.ts";
import type { Deps } from "../platform/process/deps.ts";

const deleteMutes = statement<never>(
  "mute.purgeOfUser",
  `delete from mutes where ctid = any(array(
     (select ctid from mutes where muter_id = $1 limit 5000)
     union all (select ctid from mutes where muted_id = $1 limit 5000)))`,
);

/** Deletes every mute from and to a person. No fact tells of it: `user.deleted` does. May be run again. */
export async function purgeMutesOfUser(deps: Pick<Deps, "db">, input: { userId: string }): Promise<void> {
  await runInBatches(deps.db.sql, { statement: deleteMutes, values: [input.userId] });
}
