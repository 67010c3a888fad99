// Facts and log entries for tests: as they stand in the outbox, among the dead letters and in a person's log.
import { statement } from "@pixora/db";
import type { FactJobName, FactName, FactPayload } from "@pixora/jobs";
import type { Deps } from "../platform/process/deps.ts";

const insertFact = statement<{ id: string }>(
  "testing.insertFact",
  `insert into outbox (id, fact, payload)
   values (next_id() - id_at(now()) + id_at(now() - make_interval(secs => $3::float8 / 1000)), $1, $2) returning id`,
);

/** A fact in the outbox, stored `ageMs` ago; no relay hears of it. */
export async function storeFact<F extends FactName>(
  deps: Deps,
  input: { fact: F; payload: FactPayload<F>; ageMs?: number },
): Promise<{ id: string }> {
  return deps.db.sql.one(insertFact, [input.fact, input.payload, input.ageMs ?? 0]);
}

const insertDeadLetter = statement<{ id: string }>(
  "testing.insertDeadLetter",
  `insert into dead_letters (fact_id, fact, payload, job, error) values ($1, $2, $3, $4, $5) returning id`,
);

/** A fact that a job gave up and every other job is done with, so that its row in the outbox is gone. */
export async function buryFact<F extends FactName>(
  deps: Deps,
  input: { factId: string; fact: F; payload: FactPayload<F>; job: FactJobName; error: string },
): Promise<{ id: string }> {
  return deps.db.sql.one(insertDeadLetter, [input.factId, input.fact, input.payload, input.job, input.error]);
}

const insertLogEntries = statement<never>(
  "testing.insertLogEntries",
  `with head as (
     update live_heads set seq = seq + $2 where user_id = $1 returning seq - $2 as seq
   )
   insert into live_log (user_id, seq, type, payload)
   select $1, seq + n, 'notification.seen', jsonb_build_object('upToId', (seq + n)::text)
   from head cross join generate_series(1, $2::int) n`,
);

/** Entries in a person's log, and their number in its head; no stream gets a hint of them. */
export async function addLogEntries(deps: Deps, input: { userId: string; count: number }): Promise<void> {
  await deps.db.sql.run(insertLogEntries, [input.userId, input.count]);
}
