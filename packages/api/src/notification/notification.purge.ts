// The end of all notifications of and about one person, for the deletion of their account. Promise: what others were
// told goes from their counts and is told in their logs; each transaction is bounded.

import { statement } from "@pixora/db";
import { lockLiveHeads } from "../log/log.head.ts";
import { hintPeople } from "../log/log.hint.ts";
import { runInBatches } from "../platform/flow/run-in-batches.ts";
import type { Deps } from "../platform/process/deps.ts";
import { type RemovedRow, tellRemoved } from "./notification.write.ts";

const deleteReceived = statement<never>(
  "notification.purgeReceived",
  `delete from notifications where id = any(array(select id from notifications where "receiverId" = $1 limit 5000))`,
);

const selectCaused = statement<{ id: string; receiverId: string }>(
  "notification.selectCaused",
  `select id, "receiverId" from notifications where "actorId" = $1 limit 500`,
);

const deleteCaused = statement<RemovedRow>(
  "notification.purgeCaused",
  `delete from notifications where id = any($1::bigint[]) returning id, "receiverId", read, seen, "isHidden"`,
);

/** Deletes what a person was told, and takes away what others were told of them. The second time changes nothing. */
export async function purgeNotificationsOfUser(
  deps: Pick<Deps, "db" | "pubsub">,
  input: { userId: string },
): Promise<void> {
  await runInBatches(deps.db.sql, { statement: deleteReceived, values: [input.userId] });
  for (;;) {
    const caused = await deps.db.sql.many(selectCaused, [input.userId]);
    if (caused.length === 0) return;
    const positions = await deps.db.inTransaction(async (tx) => {
      await lockLiveHeads(tx, { userIds: caused.map((row) => row.receiverId) });
      return tellRemoved(tx, await tx.many(deleteCaused, [caused.map((row) => row.id)]));
    });
    hintPeople(deps, { positions });
  }
}
