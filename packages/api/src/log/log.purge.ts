// The end of one person's event log, for the deletion of their account, in statements of bounded length.

import { statement } from "@pixora/db";
import { runInBatches } from "../platform/flow/run-in-batches.ts";
import type { Deps } from "../platform/process/deps.ts";

const deleteEvents = statement<never>(
  "log.purgeOfUser",
  `delete from live_log where user_id = $1 and seq in (select seq from live_log where user_id = $1 order by seq limit 5000)`,
);

/** Deletes a person's log; their head goes with the person. May be run again. */
export async function purgeLiveLogOfUser(deps: Pick<Deps, "db">, input: { userId: string }): Promise<void> {
  await runInBatches(deps.db.sql, { statement: deleteEvents, values: [input.userId] });
}
