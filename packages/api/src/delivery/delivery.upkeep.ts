// The upkeep of deliveries, by schedule: what waits is asked for again, what is old goes. Promise: each step is bounded
// and may be cut off; the second time finds nothing.
import { idAt } from "@pixora/db";
import type { Deps } from "../platform/process/deps.ts";
import { deleteDeliveriesBefore, deleteDeliveriesOfUser, requestRetries } from "./delivery.row.ts";

const batch = 1_000;

/** How long a cause is remembered as sent: undone and done again within it, it does not ring a second time. */
const keptMs = 90 * 24 * 60 * 60_000;

/** Asks again for deliveries that a provider did not take, once their time has come. */
export async function retryDeliveries(deps: Pick<Deps, "db" | "clock" | "wakeRelay">): Promise<void> {
  for (let found = batch; found === batch; ) {
    found = await requestRetries(deps.db.sql, { now: deps.clock.now(), limit: batch });
    if (found > 0) deps.wakeRelay();
  }
}

/** Deletes deliveries that are 90 days old. */
export async function deleteOldDeliveries(deps: Pick<Deps, "db" | "clock">): Promise<void> {
  await deleteDeliveriesBefore(deps.db.sql, { id: idAt(new Date(deps.clock.now().getTime() - keptMs)) });
}

/** Deletes what is kept of mails and pushes to a person, and to others about what the person did. */
export async function purgeDeliveriesOfUser(deps: Pick<Deps, "db">, input: { userId: string }): Promise<void> {
  await deleteDeliveriesOfUser(deps.db.sql, input);
}
