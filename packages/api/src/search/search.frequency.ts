// How common words are, by PostgreSQL's own statistics: what decides in which order a search reads. Promises: never wrong
// about what is found, only about how fast; one look in some minutes a process, off the path of every call.
import { statement } from "@pixora/db";
import type { Deps } from "../platform/process/deps.ts";
import { onePerDeps } from "../platform/process/per-deps.ts";

interface Statistics {
  posts: number;
  /** Of the common ones, which part of all posts has them. */
  shareOf: ReadonlyMap<string, number>;
}

const keptForMs = 5 * 60_000;

const selectStatistics = statement<{ posts: number; terms: string[] | null; shares: number[] | null }>(
  "search.selectStatistics",
  `select greatest(class.reltuples, 0)::float8 as posts,
          stats.most_common_elems::text::text[] as terms, stats.most_common_elem_freqs::float8[] as shares
   from pg_class class left join pg_stats stats
     on stats.schemaname = class.relnamespace::regnamespace::text and stats.tablename = class.relname
        and stats.attname = 'words'
   where class.oid = 'post_words'::regclass`,
);

type StatisticsDeps = Pick<Deps, "db" | "log">;

const keeper = onePerDeps((deps: StatisticsDeps["db"]) => {
  let known: Statistics = { posts: 0, shareOf: new Map() };
  let readAt = 0;
  let isReading = false;
  async function read(log: Deps["log"]): Promise<void> {
    if (isReading || Date.now() - readAt < keptForMs) return;
    isReading = true;
    try {
      const { posts, terms, shares } = await deps.sql.one(selectStatistics);
      known = { posts, shareOf: new Map((terms ?? []).map((term, index) => [term, shares?.[index] ?? 0])) };
      readAt = Date.now();
    } catch (error) {
      log.debug({ err: error }, "the statistics of words could not be read");
    } finally {
      isReading = false;
    }
  }
  return { read, known: () => known };
});

/** The statistics as last read; a look that is due is made beside the call. */
export function wordStatistics(deps: StatisticsDeps): Statistics {
  const { read, known } = keeper(deps.db);
  void read(deps.log);
  return known();
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** Above this many posts of which most hold nothing, the index finds faster. */
export const maxScanned = 20_000;

/**
 * How many of the newest posts to read for a page of `count` in which each post has all of `parts` (any of a part's
 * terms, or of a phrase's, all): 0 where the index of words is faster, which reads every post that has them.
 */
export function countToScan(
  statistics: Statistics,
  input: { parts: readonly { lexemes: readonly string[]; isPhrase: boolean }[]; count: number },
): number {
  let share = 1;
  for (const { lexemes, isPhrase } of input.parts) {
    const shares = lexemes.map((lexeme) => statistics.shareOf.get(lexeme) ?? 0);
    share *= isPhrase ? Math.min(...shares, 1) : Math.min(sum(shares), 1);
  }
  if (share === 0) return 0;
  // Twice what an even spread would need. A post that the index finds costs about as much as one that is read in order.
  const scanned = Math.ceil((2 * input.count) / share);
  return scanned > maxScanned || scanned > share * statistics.posts ? 0 : scanned;
}
