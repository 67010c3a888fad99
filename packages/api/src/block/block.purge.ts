// The end of all blocks of and by one person, for the deletion of their account, in statements of bounded length.

import { statement } from "@pixora/db";
import { runInBatches } from "../platform/flow/run-in-batches.ts";
import type { Deps } from "../platform/process/deps.ts";

const deleteBlocks = statement<never>(
  "block.purgeOfUser",
  `delete from blocks where ctid = any(array(
     (select ctid from blocks where blocker_id = $1 limit 5000)
     union all (select ctid from blocks where blocked_id = $1 limit 5000)))`,
);

/** Deletes every block from and to a person. No fact tells of it: `user.deleted` does. May be run again. */
export async function purgeBlocksOfUser(deps: Pick<Deps, "db">, input: { userId: string }): Promise<void> {
  await runInBatches(deps.db.sql, { statement: deleteBlocks, values: [input.userId] });
}
