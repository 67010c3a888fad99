// Brings the hashtags of stored posts up to the present rule of what a tag is and which are equal. Promises: posts of all
// ages and of servers of the release before are found; each statement is bounded; an edit that comes between wins.
import { type Statement, statement } from "@pixora/db";
import type { Deps } from "../platform/process/deps.ts";
import { parseHashtags } from "../platform/text/hashtag.ts";

const batchSize = 500;
/** A run ends after some seconds; the next is a minute away. */
const batchesPerRun = 40;

const selectStale: Statement<{ id: string; version: number; caption: string }> = statement(
  "post.selectStaleHashtags",
  `select id, version, caption from posts where tagged_version <> version order by id limit $1`,
);

// Edited since it was read: then it is read again, unless the edit has tagged it.
const updateHashtags: Statement<never> = statement(
  "post.updateHashtags",
  `with stale as (
     select post.id, given.tags from unnest($1::bigint[], $2::int[], $3::jsonb[]) as given (id, version, tags)
     join posts post on post.id = given.id and post.version = given.version
     order by post.id for no key update of post
   )
   update posts post set hashtags = array(select jsonb_array_elements_text(stale.tags)), tagged_version = version
   from stale where post.id = stale.id`,
);

/** Reads anew the hashtags of posts that another rule has read. Scheduled; the second time finds none. */
export async function refoldHashtags(deps: Pick<Deps, "db">): Promise<void> {
  for (let batch = 0; batch < batchesPerRun; batch += 1) {
    const posts = await deps.db.sql.many(selectStale, [batchSize]);
    if (posts.length === 0) break;
    await deps.db.sql.run(updateHashtags, [
      posts.map((post) => post.id),
      posts.map((post) => post.version),
      posts.map((post) => JSON.stringify(parseHashtags(post.caption).map((tag) => tag.key))),
    ]);
    if (posts.length < batchSize) break;
  }
}
