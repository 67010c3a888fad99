// Claims deliveries and records their endings, for many calls at once: what is asked for in one tick is one statement.
// Promise: of several callers in this process that ask for one delivery, one gets it.
import { createBatchLoader } from "../platform/flow/batch.ts";
import type { Deps } from "../platform/process/deps.ts";
import { type Claim, claimDeliveries, type Ending, keyOf, type NewDelivery, recordEndings } from "./delivery.row.ts";

export interface DeliveryBatches {
  /** The row, as `sending`, if it is the caller's to send. */
  claim(delivery: NewDelivery): Promise<Claim | undefined>;
  record(ending: Ending): Promise<void>;
}

/** The claims and endings of a process. */
export function createDeliveryBatches(deps: Pick<Deps, "db" | "clock">): DeliveryBatches {
  const asked = new Map<string, NewDelivery>();
  let turns = 0;
  // Each caller has a key of its own: the loader gives callers of one key the same value, and this must not be shared.
  const claim = createBatchLoader<string, Claim>({
    async load(turnsOfTick) {
      const turnOf = new Map<string, string>();
      const deliveries: NewDelivery[] = [];
      for (const turn of turnsOfTick) {
        const delivery = asked.get(turn);
        if (delivery === undefined || turnOf.has(keyOf(delivery))) continue;
        turnOf.set(keyOf(delivery), turn);
        deliveries.push(delivery);
      }
      const claims = await claimDeliveries(deps.db.sql, { deliveries, now: deps.clock.now() });
      return new Map(claims.map((row) => [turnOf.get(keyOf(row)) ?? "", row]));
    },
  });
  const record = createBatchLoader<string, true>({
    async load(endings) {
      await recordEndings(deps.db.sql, { endings: endings.map((text) => JSON.parse(text)), now: deps.clock.now() });
      return new Map();
    },
  });
  return {
    claim(delivery) {
      turns += 1;
      const turn = String(turns);
      asked.set(turn, delivery);
      return claim(turn).finally(() => asked.delete(turn));
    },
    async record(ending) {
      await record(JSON.stringify(ending));
    },
  };
}
