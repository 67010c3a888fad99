// The truth of the home feed: which posts a reader's page is made of, from SQL by the heads of the authors.
// Promise: the newest posts below a position, in order, of everyone the reader follows (the muted left out) and of
// the reader, at a cost that does not grow with how many posts those people have.
import { maxId, type Sql, statement } from "@pixora/db";
import { mutedBy } from "../visibility/user.visibility.ts";
import { warmUntilMsSql } from "./feed.warmth.ts";

/** SQL text: whose posts make up a home feed, as `author_id`. `reader` is an SQL expression. */
export function feedAuthorsSql(reader: string): string {
  return `select followee_id as author_id from follows
          where follower_id = ${reader}
            and followee_id not in ${mutedBy(reader)}
          union all select ${reader}`;
}

// The newest n posts below a position come from at most n authors: those whose own newest post below it is newest.
// That post is the head for every author whose head lies below; the others are asked for theirs, one index probe each.
// None of the n posts is older than the oldest of these newest ones, so each author gives only what is not. The lateral
// limits keep the planner at index probes: a generic plan would otherwise hash the heads of all people.
const selectFeed = statement<{ id: string }>(
  "feed.selectEntries",
  `with authors as materialized (
     ${feedAuthorsSql("$1::bigint")}
   ), heads as materialized (
     select authors.author_id, head.last_post_id from authors cross join lateral (
       select h.last_post_id from author_heads h where h.author_id = authors.author_id limit 1
     ) head
     where head.last_post_id > 0
   ), chosen as materialized (
     select author_id, newest_id from (
       select author_id, last_post_id as newest_id from heads where last_post_id < $2
       union all
       select h.author_id, below.id from heads h cross join lateral (
         select p.id from posts p where p.author_id = h.author_id and p.id < $2 and p.deleted_at is null
         order by p.id desc limit 1
       ) below
       where h.last_post_id >= $2
     ) newest
     order by newest_id desc limit $3
   )
   select p.id from chosen cross join lateral (
     select p.id from posts p where p.author_id = chosen.author_id and p.id < $2 and p.deleted_at is null
       and p.id >= (select case when count(*) < $3 then 0 else min(newest_id) end from chosen)
     order by p.id desc limit $3
   ) p
   order by p.id desc limit $3`,
);

/** At most `limit` ids of a reader's feed below `beforeId`, newest first; fewer only where there are no more. */
export async function selectFeedIds(
  sql: Sql,
  input: { readerId: string; beforeId: string | null; limit: number },
): Promise<string[]> {
  const rows = await sql.many(selectFeed, [input.readerId, input.beforeId ?? maxId, input.limit]);
  return rows.map((row) => row.id);
}

/** What a rebuild must know of a reader besides their posts. */
export interface FeedReader {
  followingCount: number;
  /** Followed accounts that have posts which were never pushed, save those that are gone. */
  largeAuthorIds: string[];
  /** Up to when fan-out takes them for warm, in milliseconds since 1970; null where that ends soon, or never was. */
  warmUntilMs: number | null;
}

const selectFeedReader = statement<FeedReader>(
  "feed.selectReader",
  `select counts.following_count as "followingCount", array(
     select h.author_id::text from (${feedAuthorsSql("$1::bigint")}) authors
     cross join lateral (
       select author_id from author_heads join users on users.id = author_id
       where author_id = authors.author_id and last_pulled_id > 0 and deleted_at is null limit 1
     ) h
     where counts.following_count <= $2
   ) as "largeAuthorIds", ${warmUntilMsSql("$1::bigint")} as "warmUntilMs"
   from user_counts counts where counts.user_id = $1`,
);

/** Reads a reader; who follows more than `maxFollows` is not looked at any closer. Rejects for nobody's id. */
export async function selectReader(sql: Sql, input: { readerId: string; maxFollows: number }): Promise<FeedReader> {
  return sql.one(selectFeedReader, [input.readerId, input.maxFollows]);
}
