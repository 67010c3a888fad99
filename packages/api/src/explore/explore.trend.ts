// Which tags are used more than ever. Promises: people count, not posts, each once a day and a tag; posts that are hidden
// by now, removed or narrowed count no more from the next ranking on (every 30 s); each tag is measured by its own past.
import { statement } from "@pixora/db";
import type { HashtagView } from "../hashtag/hashtag.schema.ts";
import { isAllowed, presentHashtags } from "../hashtag/hashtag.view.ts";
import type { Page } from "../platform/call/wire.ts";
import type { Deps } from "../platform/process/deps.ts";
import { postIsDiscoverable, postIsVisible } from "../visibility/post.visibility.ts";

/** Fewer people are no trend. */
const fewest = 5;
/** What somebody did is worth half after so many hours. */
const halfLifeHours = 4;
/** A post with more tags is there to be found, not to be read. */
const maxTags = 10;
/** Who writes more posts of one tag in a day speaks for nobody. */
const maxPostsOfOne = 10;
/** Tags that are kept in the ranking. */
const kept = 100;

/**
 * SQL text: (tag, author_id, first_at) of people who used a tag between two instants: by posts that everybody sees, of
 * accounts older than a day. A range of ids keeps it to what was written then.
 */
function peopleOf(from: string, to: string): string {
  return `select tagged.tag, tagged.author_id, min(post.created_at) as first_at
    from post_hashtags tagged join posts post on post.id = tagged.post_id join users author on author.id = post.author_id
    where tagged.post_id >= id_at(${from}) and tagged.post_id < id_at(${to}) and tagged.is_counted
      and ${postIsVisible({ post: "post", author: "author", viewer: "null::bigint" })}
      and ${postIsDiscoverable({ post: "post", author: "author" })}
      and author.created_at < post.created_at - interval '1 day' and cardinality(post.hashtags) <= ${maxTags}
    group by tagged.tag, tagged.author_id having count(*) <= ${maxPostsOfOne}`;
}

const weightOf = (age: string) => `power(0.5, extract(epoch from ${age}) / ${halfLifeHours * 3_600})`;
const now = "$1::timestamptz";
const day = "interval '1 day'";

// What is usual: what each of the seven days before had at the same distance from its end, each day worth a seventh.
const rankTagsStatement = statement<never>(
  "explore.rankTags",
  `with seen as (
     select tag, count(*)::int as people, sum(${weightOf(`${now} - first_at`)}) as weight
     from (${peopleOf(`${now} - ${day}`, `${now} + interval '1 minute'`)}) person group by tag having count(*) >= ${fewest}
   ), usual as (
     select past.tag, sum(past.people * power(0.5,
              (extract(epoch from ${now} - past.hour)::bigint % 86400)::float8 / ${halfLifeHours * 3_600})) / 7 as weight
     from hashtag_hours past join seen on seen.tag = past.tag
     where past.hour >= ${now} - interval '8 days' and past.hour < ${now} - ${day} group by past.tag
   ), scored as (
     select seen.tag, seen.people,
            power(seen.weight - coalesce(usual.weight, 0), 2) / (coalesce(usual.weight, 0) + 1) as score
     from seen left join usual on usual.tag = seen.tag
     where seen.weight > coalesce(usual.weight, 0) and ${isAllowed("seen.tag")}
   )
   insert into hashtag_trends (place, tag, people, score)
   select row_number() over (order by score desc, tag), tag, people, score from scored
   order by score desc, tag limit ${kept}`,
);

// Two workers must not rank at once: each would add its own.
const lockTrends = statement<never>("explore.lockTrends", "select pg_advisory_xact_lock(hashtext('explore.rankTags'))");
const clearTrends = statement<never>("explore.clearTrends", "delete from hashtag_trends");

// The tag '' stands for the hour itself, which may have none.
const countHour = statement<never>(
  "explore.countHour",
  `insert into hashtag_hours (hour, tag, people)
   select $1::timestamptz, tag, count(*) from (${peopleOf("$1::timestamptz", "$1::timestamptz + interval '1 hour'")}) person
   group by tag union all select $1::timestamptz, '', 0
   on conflict (hour, tag) do nothing`,
);

const selectMissingHours = statement<{ hour: Date }>(
  "explore.selectMissingHours",
  `select hour from generate_series(date_trunc('hour', ${now}) - interval '8 days',
                                    date_trunc('hour', ${now}) - interval '1 hour', interval '1 hour') as hour
   where not exists (select from hashtag_hours counted where counted.hour = hour.hour and counted.tag = '')
   order by hour desc limit 48`,
);

const deleteOldHours = statement<never>(
  "explore.deleteOldHours",
  `delete from hashtag_hours where hour < ${now} - interval '9 days'`,
);

/** Counts the hours that are over, and ranks the tags anew. Scheduled; readers see the ranking before or the one after. */
export async function rankTags(deps: Pick<Deps, "db" | "clock">): Promise<void> {
  const at = deps.clock.now();
  for (const { hour } of await deps.db.sql.many(selectMissingHours, [at])) await deps.db.sql.run(countHour, [hour]);
  await deps.db.sql.run(deleteOldHours, [at]);
  await deps.db.inTransaction(async (tx) => {
    await tx.run(lockTrends);
    await tx.run(clearTrends);
    await tx.run(rankTagsStatement, [at]);
  });
}

const selectTrends = statement<{ tag: string }>(
  "explore.selectTrends",
  `select tag from hashtag_trends trend where ${isAllowed("trend.tag")} order by place limit $1`,
);

/** The tags that are used more than ever, best first. There is one page only. */
export async function listTrendingTags(
  deps: Pick<Deps, "db">,
  input: { viewerId: string | null; limit: number },
): Promise<Page<HashtagView>> {
  const tags = (await deps.db.sql.many(selectTrends, [input.limit])).map(({ tag }) => tag);
  return { items: await presentHashtags(deps, { viewerId: input.viewerId, tags }), nextCursor: null };
}
