// A worker for the feed's jobs alone, that comes late, repeats itself, takes facts in any order and dies, as a seed says.

import { statement } from "@pixora/db";
import { facts as factSchemas } from "@pixora/jobs";
import { dropWindowsOfFacts } from "../feed/feed.drop.ts";
import { feedFacts } from "../feed/feed.facts.ts";
import { pushPosts } from "../feed/feed.fanout.ts";
import { isStoreAway } from "../platform/call/failure.ts";
import type { Deps } from "../platform/process/deps.ts";

export interface FeedWorker {
  /** Takes some of the feed's unfinished facts, as a worker would; `share` of them, in any order. */
  work(input: { share: number }): Promise<void>;
  /** Takes all of them; afterwards nothing is unfinished. */
  drain(): Promise<void>;
  hasUnfinished(): Promise<boolean>;
}

const awaitedSql = `
  select o.id, o.fact, o.payload, awaited.job
  from outbox o join unnest($1::text[], $2::text[]) as awaited (fact, job) on awaited.fact = o.fact
  where not exists (select from outbox_completions c where c.fact_id = o.id and c.job = awaited.job)
  order by o.id`;
const selectUnfinished = statement<{ id: string; fact: string; payload: unknown; job: string }>(
  "world.unfinished",
  awaitedSql,
);
// Other rooms' jobs do not run here: what the feed has finished with may go.
const forgetFinished = statement<never>(
  "world.forget",
  `delete from outbox o where not exists (
     select from unnest($1::text[], $2::text[]) as awaited (fact, job)
     where awaited.fact = o.fact
       and not exists (select from outbox_completions c where c.fact_id = o.id and c.job = awaited.job))`,
);
const awaitedPairs = [feedFacts.map(([fact]) => fact), feedFacts.map(([, job]) => job)];

/** A worker for the feed's jobs alone, whose lateness and deaths come from the seed. */
export function openFeedWorker(deps: Deps, input: { random: () => number; rangeSize: number }): FeedWorker {
  const { random, rangeSize } = input;
  const clockAhead = (ms: number) => ({ ...deps, clock: { now: () => new Date(deps.clock.now().getTime() + ms) } });
  const late = clockAhead(60_000);
  const hopeless = clockAhead(11 * 60_000);
  const killed = () => Promise.reject(new Error("killed before it recorded what it did"));
  const dying = { ...deps, db: { ...deps.db, inTransaction: killed } };

  async function take(part: { id: string; fact: string; payload: unknown; job: string }[]): Promise<void> {
    const luck = random();
    const on = luck < 0.05 ? hopeless : luck < 0.15 ? late : luck < 0.25 ? dying : deps;
    const facts = part.map(({ id, fact, payload }) => {
      const schema = factSchemas[fact as keyof typeof factSchemas];
      return { id, fact, payload: schema.parse(payload) };
    });
    const isPush = part[0]?.job === "feed.pushPosts";
    // The types of single facts are checked by the worker's own parser; here the schemas vouch for them.
    const list = facts as never[];
    const run = isPush ? pushPosts(on, { facts: list, rangeSize }) : dropWindowsOfFacts(on, { facts: list });
    await run.catch((error: unknown) => {
      if (on !== dying && !isStoreAway(error)) throw error;
    });
  }

  async function work({ share }: { share: number }): Promise<number> {
    const rows = await deps.db.sql.many(selectUnfinished, awaitedPairs);
    const taken = rows.filter(() => random() < share);
    const lists = new Map<string, typeof rows>();
    for (const row of taken) {
      const key = `${row.job}/${Math.floor(random() * 3)}`;
      lists.set(key, [...(lists.get(key) ?? []), row]);
    }
    // Lists of several workers at once.
    await Promise.all([...lists.values()].map(take));
    await deps.db.sql.run(forgetFinished, awaitedPairs);
    return rows.length;
  }

  return {
    async work(part: { share: number }) {
      await work(part);
    },
    async drain() {
      // Facts stay while Redis is away: then it is asked again.
      while ((await work({ share: 1 })) > 0) await new Promise((resolve) => setTimeout(resolve, 1));
    },
    async hasUnfinished() {
      return (await deps.db.sql.many(selectUnfinished, awaitedPairs)).length > 0;
    },
  };
}
