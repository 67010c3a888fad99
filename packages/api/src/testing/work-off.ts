// Does the worker's part here and now: every job of every fact that waits in the outbox, until none is left.
import { statement } from "@pixora/db";
import { type Fact, type FactJobName, jobsOf } from "@pixora/jobs";
import { createHandlers } from "../handlers.ts";
import type { Deps } from "../platform/process/deps.ts";

const selectFacts = statement<Fact>("testing.selectFacts", `select id, fact, payload from outbox order by id`);

const deleteFacts = statement<never>(
  "testing.deleteFacts",
  `with completions as (delete from outbox_completions where fact_id = any ($1::bigint[]))
   delete from outbox where id = any ($1::bigint[])`,
);

type RunJob = (input: { facts: Fact[] }) => Promise<void>;

/** Runs all that follows from the facts stored so far, and from the facts which that stores. */
export async function workOff(deps: Deps): Promise<void> {
  const handlers = createHandlers(deps);
  for (;;) {
    const facts = await deps.db.sql.many(selectFacts);
    if (facts.length === 0) return;
    const jobs = new Set(facts.flatMap((fact) => jobsOf(fact.fact) ?? []));
    for (const job of jobs) {
      // consequences.ts says that these facts are this job's; the compiler cannot follow that through a list.
      const run = handlers[job] as RunJob;
      await run({ facts: facts.filter((fact) => isOfJob(fact, job)) });
    }
    await deps.db.sql.run(deleteFacts, [facts.map((fact) => fact.id)]);
  }
}

function isOfJob(fact: Fact, job: FactJobName): boolean {
  return jobsOf(fact.fact)?.includes(job) ?? false;
}
