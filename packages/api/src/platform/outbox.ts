// Facts are born here: inserted in the transaction that makes them true, and recorded done by the jobs they cause.
// The other half of the outbox, from claim to deletion, is packages/jobs/src/relay.ts.
import { statement, type Tx } from "@pixora/db";
import type { JobName, NewFact } from "@pixora/jobs";
import type { Deps } from "./deps.ts";

const insertFactsStatement = statement<never>(
  "outbox.insertFacts",
  `insert into outbox (fact, payload) select * from unnest($1::text[], $2::jsonb[])`,
);

/** Stores facts; they exist if and only if the caller's transaction commits. */
export async function insertFacts(tx: Tx, input: { facts: readonly NewFact[] }): Promise<void> {
  if (input.facts.length === 0) return;
  await tx.run(insertFactsStatement, [
    input.facts.map((fact) => fact.fact),
    input.facts.map((fact) => JSON.stringify(fact.payload)),
  ]);
}

const recordDoneStatement = statement<never>(
  "outbox.recordDone",
  `insert into outbox_completions (fact_id, job)
   select fact.id, $2 from unnest($1::bigint[]) as fact (id)
   where exists (select from outbox where outbox.id = fact.id)
   on conflict do nothing`,
);

/**
 * Records that a job has finished with these facts, in the transaction of its effect. The second time changes
 * nothing; a fact whose row is gone already is passed over.
 */
export async function recordDone(tx: Tx, input: { job: JobName; factIds: readonly string[] }): Promise<void> {
  if (input.factIds.length > 0) await tx.run(recordDoneStatement, [input.factIds, input.job]);
}

/**
 * Runs `work` in a transaction and, once it is committed, wakes the relay. The wake-up is best effort:
 * the relay polls too.
 */
export async function commitFacts<T>(deps: Pick<Deps, "db" | "wakeRelay">, work: (tx: Tx) => Promise<T>): Promise<T> {
  const result = await deps.db.inTransaction(work);
  deps.wakeRelay();
  return result;
}
