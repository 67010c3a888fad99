// Runs one fact through one handler, here and now, for somebody who wants to watch: a fact that waits in the outbox, or one
// that the job gave up. Promises: its effect is the real one and is recorded as a worker's would be; what fails stays
// where it was.
import { jobsOf } from "./consequences.ts";
import type { Fact } from "./facts.ts";
import { endsFacts, type FactJobName } from "./jobs.ts";
import { outboxText } from "./outbox.text.ts";
import { forgetDone, type OutboxDb } from "./outbox.ts";
import { type JobHandlers, parseFacts } from "./worker.ts";

interface FoundFact {
  id: string;
  fact: string;
  payload: unknown;
  isDone: boolean;
  /** The dead letter, and the job that gave the fact up. */
  letterId: string | null;
  letterJob: string | null;
}

const findText = outboxText(
  "outbox.findFact",
  `
  select outbox.id, outbox.fact, outbox.payload, letter.id as "letterId", letter.job as "letterJob",
    exists (select from outbox_completions c where c.fact_id = outbox.id and c.job = $2) as "isDone"
  from outbox left join dead_letters letter on letter.fact_id = outbox.id and letter.job = $2
  where outbox.id = $1::bigint
  union all
  select fact_id, fact, payload, id, job, true from dead_letters
  where (id = $1 or (fact_id = $1 and job = $2)) and not exists (select from outbox where outbox.id = $1)`,
);

const deleteLetterText = outboxText("outbox.deleteDeadLetter", `delete from dead_letters where id = $1`);

/** How a run ended, short of a failure of the handler. */
export type OneFactOutcome =
  | { outcome: "taken"; fact: string; wasDeadLetter: boolean }
  | { outcome: "doneAlready"; fact: string }
  /** No row has this id: there never was one, or all its jobs are done and it is deleted. */
  | { outcome: "notFound" }
  /** These are the jobs that take the fact. */
  | { outcome: "notTaken"; fact: string; jobs: readonly string[] }
  | { outcome: "unreadable"; fact: string; error: string };

/**
 * Runs a fact, named by its own id or that of its dead letter, through a job's handler, once. A handler that succeeds has
 * recorded the fact done, and its dead letter is deleted; the second time answers `doneAlready`, or `notFound` once the
 * fact is deleted. Throws what the handler throws: then a fact stays for the workers, and a dead letter stays one.
 */
export async function runOneFact(
  db: OutboxDb,
  input: { job: FactJobName; id: string; handlers: JobHandlers },
): Promise<OneFactOutcome> {
  const { job, handlers } = input;
  const [found] = await db.query<FoundFact>(findText, [input.id, job]);
  if (found === undefined) return { outcome: "notFound" };
  const { fact, letterId, letterJob } = found;
  const takers = letterJob === null ? (jobsOf(fact) ?? []) : [letterJob];
  if (!takers.includes(job)) return { outcome: "notTaken", fact, jobs: takers };
  if (found.isDone && letterId === null) return { outcome: "doneAlready", fact };
  const { known, unreadable } = parseFacts(job, { facts: [found] });
  if (unreadable[0] !== undefined) return { outcome: "unreadable", fact, error: unreadable[0].error };
  // The dead letter is from another release, in which the job took such facts.
  if (known.length === 0) return { outcome: "notTaken", fact, jobs: jobsOf(fact) ?? [] };
  // The only cast: parseFacts has checked the fact against its schema and that it causes this job.
  await (handlers[job] as (input: { facts: Fact[] }) => Promise<void>)({ facts: known });
  if (letterId !== null) await db.query(deleteLetterText, [letterId]);
  if (!endsFacts(job)) await forgetDone(db.query, { factIds: [found.id] });
  return { outcome: "taken", fact, wasDeadLetter: letterId !== null };
}
