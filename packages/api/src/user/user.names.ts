// What people are found by (`user_names`). Promises: written in the transaction that writes the handle or the name; a job
// reads those that another release has written, in bounded steps.
import { statement, type Tx } from "@pixora/db";
import type { Deps } from "../platform/process/deps.ts";
import { namePartsOf } from "../platform/text/name-parts.ts";
import { lockPeople } from "./user.counter.ts";

/** The parts of a person as two lists, as `insertNamesSql` takes them. */
export function valuesOfNames(person: { handle: string; displayName: string }): [string[], (string | null)[]] {
  const parts = namePartsOf(person);
  return [parts.map(({ part }) => part), parts.map(({ spelling }) => spelling)];
}

/** SQL text that stores the parts of a new person; all are SQL expressions, the last two of text arrays. */
export function insertNamesSql(input: { from: string; userId: string; parts: string; spellings: string }): string {
  return `insert into user_names (user_id, part, spelling)
          select ${input.userId}, name.part, name.spelling
          from ${input.from} cross join unnest(${input.parts}, ${input.spellings}) as name (part, spelling)`;
}

interface UnnamedRow {
  id: string;
  handle: string;
  displayName: string;
}

const isUnnamed = "named_as is distinct from display_name and deleted_at is null";

const selectUnnamed = statement<UnnamedRow>(
  "user.selectUnnamed",
  `select id, handle, display_name as "displayName" from users where ${isUnnamed} order by id limit $1`,
);

const selectRenamed = statement<UnnamedRow>(
  "user.selectRenamed",
  `select id, handle, display_name as "displayName" from users where id = any($1::bigint[]) and ${isUnnamed}`,
);

const putNames = statement<never>(
  "user.putNames",
  `with given as (
     select * from unnest($1::bigint[], $2::text[], $3::text[]) as given (user_id, part, spelling)
   ), gone as (
     delete from user_names old using unnest($4::bigint[]) as person (id)
     where old.user_id = person.id
       and not exists (select from given where given.user_id = old.user_id and given.part = old.part)
   ), named as (
     update users set named_as = display_name where id = any($4::bigint[])
   )
   insert into user_names (user_id, part, spelling, reach)
   select given.user_id, given.part, given.spelling, user_reach(counts.follower_count)
   from given join user_counts counts on counts.user_id = given.user_id
   on conflict (user_id, part) do update set spelling = excluded.spelling, reach = excluded.reach`,
);

/** Makes the parts of people agree with their names. The caller holds their counter rows. The second time changes nothing. */
export async function reviseNames(tx: Tx, input: { ids: readonly string[] }): Promise<void> {
  const people = await tx.many(selectRenamed, [input.ids]);
  if (people.length === 0) return;
  const parts = people.flatMap((person) => namePartsOf(person).map((name) => ({ id: person.id, ...name })));
  await tx.run(putNames, [
    parts.map(({ id }) => id),
    parts.map(({ part }) => part),
    parts.map(({ spelling }) => spelling),
    people.map(({ id }) => id),
  ]);
}

const batchSize = 200;
/** A run ends after some seconds; the next is a minute away. */
const batchesPerRun = 60;

/** Reads the names of people that another release has written. Scheduled; the second time finds none. */
export async function namePeople(deps: Pick<Deps, "db">): Promise<void> {
  for (let batch = 0; batch < batchesPerRun; batch += 1) {
    const people = await deps.db.sql.many(selectUnnamed, [batchSize]);
    const ids = people.map(({ id }) => id);
    if (ids.length > 0) {
      await deps.db.inTransaction(async (tx) => {
        await lockPeople(tx, { ids });
        await reviseNames(tx, { ids });
      });
    }
    if (ids.length < batchSize) break;
  }
}
