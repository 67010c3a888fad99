// Facts are born here: inserted in the transaction that makes them true, and recorded done by the jobs they cause.
// The other half of the outbox, from claim to deletion, is packages/jobs/src/relay.ts.
import { type Db, type Sql, type Statement, statement, type Tx } from "@pixora/db";
import {
  deleteFactsSql,
  endsFacts,
  type FactJobName,
  type NewFact,
  type OutboxDb,
  type OutboxQuery,
  type OutboxText,
  outboxTexts,
} from "@pixora/jobs";
import type { Deps } from "./process/deps.ts";

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

/** SQL text that stores facts inside a larger statement; `source` selects (fact, payload as jsonb), one row a fact. */
export function insertFactsSql(source: string): string {
  return `insert into outbox (fact, payload) ${source}`;
}

const recordDoneStatement = statement<never>(
  "outbox.recordDone",
  `insert into outbox_completions (fact_id, job)
   select fact.id, $2 from unnest($1::bigint[]) as fact (id)
   where exists (select from outbox where outbox.id = fact.id)
   on conflict do nothing`,
);

const deleteFactsStatement = statement<never>("outbox.deleteFacts", deleteFactsSql("$1::bigint[]"));

/**
 * Records that a job has finished with these facts, in the transaction of its effect: with its commit, if nothing comes
 * behind; a job that ends its facts deletes them. The second time changes nothing; a fact whose row is gone already is
 * passed over.
 */
export function recordDone(tx: Tx, input: { job: FactJobName; factIds: readonly string[] }): void {
  const { job, factIds } = input;
  if (factIds.length === 0) return;
  if (endsFacts(job)) tx.later(deleteFactsStatement, [factIds]);
  else tx.later(recordDoneStatement, [factIds, job]);
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

const outboxStatements = new Map(
  outboxTexts.map((named): [OutboxText, Statement<unknown>] => [named, statement(named.name, named.text)]),
);

function outboxQueryOf(sql: Pick<Sql, "many">): OutboxQuery {
  return (text, values) => {
    const known = outboxStatements.get(text);
    if (known === undefined) throw new Error(`${text.name} was named after its package was loaded`);
    // The relay and the workers own these texts and know what they answer.
    return sql.many(known, values) as Promise<never[]>;
  };
}

/** What the relay and the workers reach the outbox through. */
export function createOutboxDb(db: Pick<Db, "sql" | "inTransaction">): OutboxDb {
  return {
    query: outboxQueryOf(db.sql),
    inTransaction: (work) => db.inTransaction((tx) => work(outboxQueryOf(tx))),
  };
}
