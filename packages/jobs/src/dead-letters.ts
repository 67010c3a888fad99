// Dead letters: facts that a job could not take. Visible with their error, and replayable once the cause is mended.
import { jobsOf } from "./consequences.ts";
import { outboxText } from "./outbox.text.ts";
import type { DeadLetter, OutboxDb, OutboxQuery } from "./outbox.ts";

const columns = `id, fact_id as "factId", fact, payload, job, error, created_at as "createdAt"`;

const listText = outboxText("outbox.listDeadLetters", `select ${columns} from dead_letters order by id desc limit $1`);

/** The newest dead letters. */
export function listDeadLetters(query: OutboxQuery, input: { limit: number }): Promise<DeadLetter[]> {
  return query<DeadLetter>(listText, [input.limit]);
}

const countText = outboxText("outbox.countDeadLetters", `select count(*)::int as count from dead_letters`);

/** How many facts wait for somebody to look at them. */
export async function countDeadLetters(query: OutboxQuery): Promise<number> {
  const [row] = await query<{ count: number }>(countText, []);
  return row?.count ?? 0;
}

const takeText = outboxText(
  "outbox.takeDeadLetters",
  `
  delete from dead_letters where id in (
    select id from dead_letters
    where ($1::bigint[] is null or id = any ($1::bigint[])) and ($2::text is null or job = $2)
    order by id limit $3 for update)
  returning ${columns}`,
);

// As if relayed long ago: of those that never were, the relay does not ask which jobs have finished with them.
const reviveText = outboxText(
  "outbox.reviveFacts",
  `
  insert into outbox (id, fact, payload, stamped_at)
  select *, timestamptz 'epoch' from unnest($1::bigint[], $2::text[], $3::jsonb[])
  on conflict (id) do update set stamped_at = excluded.stamped_at
  returning id, (xmax = 0) as "isNew"`,
);

const recordOthersText = outboxText(
  "outbox.recordOtherJobs",
  `
  insert into outbox_completions (fact_id, job) select * from unnest($1::bigint[], $2::text[]) on conflict do nothing`,
);

const unrecordText = outboxText(
  "outbox.unrecordJobs",
  `
  delete from outbox_completions using unnest($1::bigint[], $2::text[]) as letter (fact_id, job)
  where outbox_completions.fact_id = letter.fact_id and outbox_completions.job = letter.job`,
);

/**
 * Puts dead letters back into the outbox, for the jobs that gave them up and no others, which get them at the relay's
 * next poll; answers how many (at most 1,000 a call). Without `ids` and `job`, all. A dead letter that fails again is among
 * the dead letters again.
 */
export function replayDeadLetters(db: OutboxDb, input: { ids?: readonly string[]; job?: string }): Promise<number> {
  return db.inTransaction(async (query) => {
    const letters = await query<DeadLetter>(takeText, [input.ids ?? null, input.job ?? null, 1_000]);
    if (letters.length === 0) return 0;
    const facts = [...new Map(letters.map((letter) => [letter.factId, letter])).values()];
    const revived = await query<{ id: string; isNew: boolean }>(reviveText, [
      facts.map((fact) => fact.factId),
      facts.map((fact) => fact.fact),
      facts.map((fact) => JSON.stringify(fact.payload)),
    ]);
    const fresh = new Set(revived.filter((row) => row.isNew).map((row) => row.id));
    // A row that had gone was finished by all other jobs; a row that still stands knows better which of them are.
    const others = facts
      .filter((fact) => fresh.has(fact.factId))
      .flatMap((fact) => (jobsOf(fact.fact) ?? []).map((job) => ({ factId: fact.factId, job })));
    await query(recordOthersText, [others.map((other) => other.factId), others.map((other) => other.job)]);
    await query(unrecordText, [letters.map((letter) => letter.factId), letters.map((letter) => letter.job)]);
    return letters.length;
  });
}

// Whoever a payload names: facts.ts knows no other key of a person.
const forgetPersonText = outboxText(
  "outbox.forgetPerson",
  `
  delete from dead_letters where $1 in (payload ->> 'userId', payload ->> 'actorId', payload ->> 'targetId',
                                        payload ->> 'authorId')`,
);

/** Deletes the dead letters that name a person whose account is gone: nothing is left for them to do. */
export async function forgetPerson(query: OutboxQuery, input: { userId: string }): Promise<void> {
  await query(forgetPersonText, [input.userId]);
}
