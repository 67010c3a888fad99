// Whether windows may be believed: they may lack only posts younger than five seconds. Looked at about once a second,
// only while feeds are read.

import { statement } from "@pixora/db";
import type { Deps } from "../platform/process/deps.ts";
import { onePerDeps } from "../platform/process/per-deps.ts";
import { awaitedFacts } from "./feed.facts.ts";

/** What a window may lack, at most. */
const boundMs = 5_000;
/** How old an answer may be, and how long it may have taken besides: the question asks for that much less than the bound. */
const believedForMs = 1_000;
const graceMs = 500;
const askedMs = boundMs - believedForMs - graceMs;

// A fact that its job has given up counts until the lists of its readers are deleted (feed.mend.ts).
const selectBehind = statement<{ isBehind: boolean }>(
  "feed.checkIsBehind",
  `select exists (
     select from unnest($1::text[], $2::text[]) as awaited (fact, job)
     where exists (
       select from outbox o
       where o.fact = awaited.fact and o.id < id_at(now() - make_interval(secs => $3::float8 / 1000))
         and not exists (select from outbox_completions c where c.fact_id = o.id and c.job = awaited.job))
   ) or exists (
     select from dead_letters letter
     where letter.job = any($2::text[])
       and not exists (select from feed_mended mended where mended.fact_id = letter.fact_id)
   ) as "isBehind"`,
);

/** The oldest unfinished fact that adds posts to feeds is younger than `ageMs`, and none was given up. */
export async function isFanoutWithin(deps: Pick<Deps, "db">, input: { ageMs: number }): Promise<boolean> {
  const values = [awaitedFacts.map(([fact]) => fact), awaitedFacts.map(([, job]) => job), input.ageMs];
  return !(await deps.db.sql.one(selectBehind, values)).isBehind;
}

interface Observation {
  isCurrent: boolean;
  /** When the question was asked, on the monotonic clock. */
  askedAtMs: number;
}

const observationsOf = onePerDeps((deps: Pick<Deps, "db">) => {
  let last: Observation = { isCurrent: false, askedAtMs: -Infinity };
  let asking: Promise<Observation> | null = null;

  async function ask(): Promise<Observation> {
    const askedAtMs = performance.now();
    try {
      last = { isCurrent: await isFanoutWithin(deps, { ageMs: askedMs }), askedAtMs };
    } finally {
      asking = null;
    }
    return last;
  }

  return async () => {
    if (performance.now() - last.askedAtMs < believedForMs) return last;
    asking ??= ask();
    return asking;
  };
});

/** Windows lack nothing that is older than five seconds. Rejects where PostgreSQL does not answer. */
export async function isFanoutCurrent(deps: Pick<Deps, "db">): Promise<boolean> {
  const { isCurrent, askedAtMs } = await observationsOf(deps)();
  // An answer that took long is about a moment too long ago.
  return isCurrent && performance.now() - askedAtMs < believedForMs + graceMs;
}
