// What the feed does about facts that its jobs gave up: the windows concerned are deleted, so that feeds need not come
// from SQL until a person has looked at the dead letter. What is rebuilt after that has the post, or the follow.

import { statement } from "@pixora/db";
import type { Deps } from "../platform/process/deps.ts";
import { dropWindowsOfFollowers, dropWindowsSurely } from "./feed.drop.ts";
import { feedJobs } from "./feed.facts.ts";

interface DeadLetter {
  factId: string;
  /** Whose followers were to get something; null where single readers were. */
  authorId: string | null;
  readerIds: string[];
}

// A dead letter whose payload names nobody is left to a person: until then feeds come from SQL.
const selectDeadLetters = statement<DeadLetter>(
  "feed.selectUnmended",
  `select * from (
     select fact_id as "factId", coalesce(payload->>'authorId', payload->>'userId') as "authorId",
            array_remove(array[payload->>'actorId', payload->>'targetId'], null) as "readerIds"
     from dead_letters letter
     where job = any($1::text[])
       and not exists (select from feed_mended mended where mended.fact_id = letter.fact_id)
   ) named
   where "authorId" is not null or cardinality("readerIds") > 0
   order by "factId" limit 1000`,
);

const forgetMended = statement<never>(
  "feed.forgetMended",
  `delete from feed_mended mended
   where not exists (select from dead_letters letter where letter.fact_id = mended.fact_id)`,
);

/** Deletes the windows that dead letters left incomplete. Doing it again does no harm. Rejects while Redis is away. */
export async function mendWindows(deps: Pick<Deps, "db" | "redis">): Promise<void> {
  for (const letter of await deps.db.sql.many(selectDeadLetters, [feedJobs])) {
    if (letter.authorId !== null) await dropWindowsOfFollowers(deps, { authorId: letter.authorId });
    await dropWindowsSurely(deps, { readerIds: letter.readerIds });
    const data = { factId: BigInt(letter.factId) };
    await deps.db.prisma.feedMended.createMany({ data, skipDuplicates: true });
  }
  await deps.db.sql.run(forgetMended);
}
