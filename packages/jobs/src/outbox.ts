// The outbox from claim to deletion, as SQL over a query function that is passed in. PostgreSQL remembers what is done.
// Promises: a row goes only when every job of its fact is done with it, as recorded or by the transaction that deletes it,
// or dead-lettered; nothing else deletes one.
import { consequences, jobsOf } from "./consequences.ts";
import type { FactJobName } from "./jobs.ts";
import { type OutboxText, outboxText } from "./outbox.text.ts";

/** Runs a prepared statement and answers its rows; int8 comes as a decimal string. */
export type OutboxQuery = <Row>(text: OutboxText, values: readonly unknown[]) => Promise<Row[]>;

export interface OutboxDb {
  query: OutboxQuery;
  /** Commits what `work` did, or nothing. */
  inTransaction<T>(work: (query: OutboxQuery) => Promise<T>): Promise<T>;
}

/** A fact as claimed; `done` are the jobs that have finished with it. */
export interface ClaimedFact {
  id: string;
  fact: string;
  payload: unknown;
  done: string[];
}

/** A fact that one job could not take. */
export interface DeadLetter {
  id: string;
  factId: string;
  fact: string;
  payload: unknown;
  job: string;
  error: string;
  createdAt: Date;
}

const knownFacts = Object.keys(consequences);
// Pairs (fact, job), as two arrays: what has to be done before a row may go.
const expectedPairs = Object.entries(consequences).flatMap(([fact, jobs]) => jobs.map((job) => [fact, job] as const));
const expectedFacts = expectedPairs.map(([fact]) => fact);
const expectedJobs = expectedPairs.map(([, job]) => job);

// True, and with it claiming does not wait for the disk: a stamp that a crash of PostgreSQL takes back lets its fact be
// relayed again, which is no loss. Only this statement's own transaction is meant.
const unhurried = "(select set_config('synchronous_commit', 'off', true)) = 'off'";

// Facts of a newer release are left to its relay. Ordered as the index is, so that a backlog costs nothing to claim.
const claimNewText = outboxText(
  "outbox.claimNewFacts",
  `
  update outbox set stamped_at = clock_timestamp() - make_interval(secs => $3::float8 / 1000)
  where ${unhurried} and id = any (array(
    select id from outbox where stamped_at is null and fact = any ($1::text[])
    order by stamped_at, id limit $2 for update skip locked))
  returning id, fact, payload, '{}'::text[] as done`,
);

const claimStaleText = outboxText(
  "outbox.claimStaleFacts",
  `
  update outbox set stamped_at = clock_timestamp() - make_interval(secs => $4::float8 / 1000)
  where ${unhurried} and id = any (array(
    select id from outbox
    where stamped_at < clock_timestamp() - make_interval(secs => $3::float8 / 1000) and fact = any ($1::text[])
    order by stamped_at, id limit $2 for update skip locked))
  returning id, fact, payload,
    array(select job from outbox_completions c where c.fact_id = outbox.id) as done`,
);

/** Claims facts that were never relayed, and stamps them as if that were `earlyMs` ago. Of several askers, one gets each. */
export function claimNew(query: OutboxQuery, input: { limit: number; earlyMs: number }): Promise<ClaimedFact[]> {
  return query<ClaimedFact>(claimNewText, [knownFacts, input.limit, input.earlyMs]);
}

/** Claims facts that were relayed more than `staleMs` ago and are not finished, and stamps them as claimNew does. */
export function claimStale(
  query: OutboxQuery,
  input: { limit: number; staleMs: number; earlyMs: number },
): Promise<ClaimedFact[]> {
  return query<ClaimedFact>(claimStaleText, [knownFacts, input.limit, input.staleMs, input.earlyMs]);
}

/** The jobs that still have to take a claimed fact. */
export function missingJobs(claimed: ClaimedFact): FactJobName[] {
  return (jobsOf(claimed.fact) ?? []).filter((job) => !claimed.done.includes(job));
}

// Rows are locked in id order, so that two workers that finish one fact's jobs at once do not deadlock.
const forgetDoneText = outboxText(
  "outbox.forgetDoneFacts",
  `
  with gone as (
    delete from outbox
    where id in (select id from outbox where id = any ($1::bigint[]) order by id for update)
      and not exists (
        select from unnest($2::text[], $3::text[]) as expected (fact, job)
        where expected.fact = outbox.fact
          and not exists (select from outbox_completions c
                          where c.fact_id = outbox.id and c.job = expected.job))
    returning id
  )
  delete from outbox_completions using gone where fact_id = gone.id`,
);

/** Deletes those of these facts that every job has finished with. The others stay. */
export async function forgetDone(query: OutboxQuery, input: { factIds: readonly string[] }): Promise<void> {
  if (input.factIds.length > 0) await query(forgetDoneText, [input.factIds, expectedFacts, expectedJobs]);
}

/**
 * SQL text, for the transaction of a job that ends these facts; `ids` is an array, as SQL. In id order, as forgetDone.
 */
export function deleteFactsSql(ids: string): string {
  return `delete from outbox where id in (select id from outbox where id = any (${ids}) order by id for update)`;
}

// A job that ran twice at once may record a fact whose row has just gone.
const forgetOrphansText = outboxText(
  "outbox.forgetOrphanCompletions",
  `
  delete from outbox_completions where not exists (select from outbox where outbox.id = outbox_completions.fact_id)`,
);

/** Deletes completions of facts that are gone. */
export async function forgetOrphans(query: OutboxQuery): Promise<void> {
  await query(forgetOrphansText, []);
}

const unstampText = outboxText(
  "outbox.unstampAllFacts",
  `
  update outbox set stamped_at = null
  where id in (select id from outbox where stamped_at is not null order by id for update)`,
);

const restampText = outboxText(
  "outbox.restampFacts",
  `
  update outbox set stamped_at = clock_timestamp() - make_interval(secs => $2::float8 / 1000)
  where id in (select id from outbox where id = any ($1::bigint[]) and stamped_at is not null order by id for update)`,
);

/** Stamps claimed facts anew, as if that were `earlyMs` ago; those that were freed meanwhile stay free. */
export async function restamp(
  query: OutboxQuery,
  input: { factIds: readonly string[]; earlyMs: number },
): Promise<void> {
  if (input.factIds.length > 0) await query(restampText, [input.factIds, input.earlyMs]);
}

const unstampSomeText = outboxText(
  "outbox.unstampFacts",
  `
  update outbox set stamped_at = null
  where id in (select id from outbox where id = any ($1::bigint[]) order by id for update)`,
);

/** Lets these facts, as far as they are unfinished, be relayed again at once. */
export async function unstamp(query: OutboxQuery, input: { factIds: readonly string[] }): Promise<void> {
  await query(unstampSomeText, [input.factIds]);
}

/** Lets every unfinished fact be relayed again at once: Redis has lost what it carried. */
export async function unstampAll(query: OutboxQuery): Promise<void> {
  await query(unstampText, []);
}

const buryFactsText = outboxText(
  "outbox.buryFacts",
  `
  with letter as (
    insert into dead_letters (fact_id, fact, payload, job, error)
    select outbox.id, outbox.fact, outbox.payload, $3, failed.error
    from unnest($1::bigint[], $2::text[]) as failed (id, error) join outbox on outbox.id = failed.id
    on conflict (fact_id, job) do update set error = excluded.error, created_at = clock_timestamp()
    returning fact_id
  )
  insert into outbox_completions (fact_id, job) select fact_id, $3 from letter on conflict do nothing`,
);

/**
 * Puts facts that a job could not take among the dead letters and records them done, in one transaction. The second
 * time replaces the error; a fact that is finished already is passed over.
 */
export async function buryFacts(
  query: OutboxQuery,
  input: { job: FactJobName; failed: readonly { id: string; error: string }[] },
): Promise<void> {
  await query(buryFactsText, [input.failed.map((fact) => fact.id), input.failed.map((fact) => fact.error), input.job]);
}

const oldestText = outboxText(
  "outbox.selectOldestAge",
  `
  select extract(epoch from clock_timestamp() - created_at)::float8 * 1000 as "ageMs" from outbox order by id limit 1`,
);

/** How long ago the oldest unfinished fact was made, in milliseconds; 0 where nothing is unfinished. */
export async function oldestFactAgeMs(query: OutboxQuery): Promise<number> {
  const [row] = await query<{ ageMs: number }>(oldestText, []);
  return row?.ageMs ?? 0;
}
