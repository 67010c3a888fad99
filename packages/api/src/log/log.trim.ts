// How far back the personal event log goes, and the deletion of what is older.

import { statement } from "@pixora/db";
import { runInBatches } from "../platform/flow/run-in-batches.ts";
import type { Deps } from "../platform/process/deps.ts";

/** How long events can be had again. */
export const horizonDays = 7;

const trimStatement = statement<never>(
  "log.trimLog",
  `delete from live_log where ctid = any (array(
     select ctid from live_log
     where created_at < clock_timestamp() - make_interval(days => ${horizonDays}) order by created_at limit $1))`,
);

const trimBatch = 5_000;

/** Deletes entries past the horizon. Scheduled; the second time finds none. */
export async function trimLog(deps: Pick<Deps, "db">): Promise<void> {
  await runInBatches(deps.db.sql, { statement: trimStatement, values: [trimBatch], batch: trimBatch });
}
