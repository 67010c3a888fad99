// Which posts have which tags (`post_hashtags`), and how many public posts a tag has. Promises: rows follow their post in
// its own transaction; a count is exact at each read, is the sum of rows and of moves, and nobody waits for a popular tag.
import { statement, type Tx } from "@pixora/db";
import type { FactOf } from "@pixora/jobs";
import { recordDone } from "../platform/outbox.ts";
import type { Deps } from "../platform/process/deps.ts";

/**
 * SQL text: the post counts for its tags: else a count would tell of a tag that stands only in what nobody may see. Both
 * are aliases; of accounts that are gone, posts are deleted one by one.
 */
function isCounted(post: string, author: string): string {
  return `(${post}.deleted_at is null and ${post}.removed_by is null and ${post}.visibility = 'public'
           and not ${author}.is_private and ${author}.suspended_at is null)`;
}

/**
 * SQL text, a list of CTEs: the tags of a new post. `from` has the post's id and author (`id`, `author_id`) and whether
 * it is public (`is_public`); `tags` is an SQL expression of a text array.
 */
export function insertTagsSql(input: { from: string; tags: string }): string {
  return `tagged as (
      insert into post_hashtags (tag, post_id, author_id, is_counted)
      select name.tag, made.id, made.author_id, made.is_public
      from (${input.from}) made cross join unnest(${input.tags}) as name (tag)
      returning tag, is_counted
    ), moved as (
      insert into hashtag_moves (tag, delta) select tag, 1 from tagged where is_counted
    )`;
}

// `stored` and `wanted` are of one snapshot; the caller's locks on the posts keep it true.
const reviseStatement = statement<never>(
  "hashtag.reviseTags",
  `with wanted as (
     select post.id as post_id, name.tag, post.author_id, ${isCounted("post", "author")} as is_counted
     from posts post join users author on author.id = post.author_id cross join unnest(post.hashtags) as name (tag)
     where post.id = any($1::bigint[])
   ), stored as (
     select tag, post_id, is_counted from post_hashtags where post_id = any($1::bigint[])
   ), change as (
     select coalesce(wanted.tag, stored.tag) as tag, coalesce(wanted.post_id, stored.post_id) as post_id,
            wanted.author_id, wanted.is_counted as now_counted, stored.is_counted as was_counted
     from wanted full join stored on stored.tag = wanted.tag and stored.post_id = wanted.post_id
     where wanted.is_counted is distinct from stored.is_counted
   ), gone as (
     delete from post_hashtags old using change
     where old.tag = change.tag and old.post_id = change.post_id and change.now_counted is null
   ), added as (
     insert into post_hashtags (tag, post_id, author_id, is_counted)
     select tag, post_id, author_id, now_counted from change where was_counted is null
   ), changed as (
     update post_hashtags old set is_counted = change.now_counted from change
     where old.tag = change.tag and old.post_id = change.post_id and change.now_counted <> change.was_counted
   )
   insert into hashtag_moves (tag, delta)
   select tag, sum(coalesce(now_counted, false)::int - coalesce(was_counted, false)::int) from change
   group by tag having sum(coalesce(now_counted, false)::int - coalesce(was_counted, false)::int) <> 0`,
);

/** Makes the tags of posts agree with the posts, whose rows the caller has locked. The second time changes nothing. */
export async function reviseTags(tx: Tx, input: { postIds: readonly string[] }): Promise<void> {
  if (input.postIds.length > 0) await tx.run(reviseStatement, [input.postIds]);
}

const lockTagged = statement<{ id: string }>(
  "hashtag.lockTaggedPosts",
  `select id from posts where id = any(array(
     select id from posts where author_id = $1 and id < $2 and hashtags <> '{}' order by id desc limit 500))
   order by id for no key update`,
);

/** Counts the posts of accounts that went private or public, or whose suspension began or ended: 500 a transaction. The second time changes nothing. */
export async function recountAuthors(
  deps: Pick<Deps, "db">,
  input: { facts: readonly FactOf<"hashtag.recountAuthors">[] },
): Promise<void> {
  const authorIds = [...new Set(input.facts.map((fact) => fact.payload.userId))];
  for (const authorId of authorIds) await recountAuthor(deps, { authorId });
  await deps.db.inTransaction(async (tx) => {
    recordDone(tx, { job: "hashtag.recountAuthors", factIds: input.facts.map((fact) => fact.id) });
  });
}

async function recountAuthor(deps: Pick<Deps, "db">, input: { authorId: string }): Promise<void> {
  let beforeId: string | null = "9223372036854775807";
  while (beforeId !== null) {
    const below: string = beforeId;
    beforeId = await deps.db.inTransaction(async (tx) => {
      const postIds = (await tx.many(lockTagged, [input.authorId, below])).map(({ id }) => id);
      await reviseTags(tx, { postIds });
      return postIds[0] ?? null;
    });
  }
}

const sumMoves = statement<never>(
  "hashtag.sumMoves",
  `with taken as (
     delete from hashtag_moves where (id, tag) in (
       select id, tag from hashtag_moves order by id limit 20000 for update skip locked)
     returning tag, delta
   )
   insert into hashtags as kept (tag, post_count)
   select tag, sum(delta) from taken group by tag order by tag
   on conflict (tag) do update set post_count = kept.post_count + excluded.post_count`,
);

/** Sums the moves of counts up. Scheduled; reads are exact before and after. */
export async function sumHashtagMoves(deps: Pick<Deps, "db">): Promise<void> {
  await deps.db.sql.run(sumMoves);
}

// One snapshot: whoever writes a row writes its move with it.
const mendCounts = statement<{ lastTag: string | null; mended: number }>(
  "hashtag.mendCounts",
  `with part as (
     select tag, post_count from hashtags where tag > $1 collate "C" order by tag limit 500
   ), counted as (
     select part.tag,
            (select count(*)::int from post_hashtags row where row.tag = part.tag and row.is_counted)
            - part.post_count
            - coalesce((select sum(delta)::int from hashtag_moves move where move.tag = part.tag), 0) as drift
     from part
   ), mended as (
     insert into hashtag_moves (tag, delta) select tag, drift from counted where drift <> 0 returning tag, delta
   )
   select max(part.tag) as "lastTag", (select count(*)::int from mended) as mended from part`,
);

/** Compares every count with its rows and mends it. Scheduled once a day; drift is told to the log. */
export async function auditHashtagCounts(deps: Pick<Deps, "db" | "log">): Promise<void> {
  let after: string | null = "";
  while (after !== null) {
    const found: { lastTag: string | null; mended: number } = await deps.db.sql.one(mendCounts, [after]);
    if (found.mended > 0) deps.log.warn({ counts: found.mended }, "counts of hashtags had drifted and were mended");
    after = found.lastTag;
  }
}
