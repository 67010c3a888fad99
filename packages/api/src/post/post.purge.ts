// The end of deleted posts, and of all posts of people who are gone: what hangs on a post goes in bounded statements,
// then the row; a tombstone stays.
import { statement, type Tx } from "@pixora/db";
import type { FactOf } from "@pixora/jobs";
import { purgeBookmarks } from "../bookmark/bookmark.purge.ts";
import { purgeComments } from "../comment/comment.purge.ts";
import { purgeLikes } from "../like/like.purge.ts";
import type { Deps } from "../platform/deps.ts";
import { commitFacts, insertFacts, recordDone } from "../platform/outbox.ts";
import { lockPeople, moveUserCounts } from "../user/user.counter.ts";
import { lockAuthorHead, lockPostCountsSql, resetAuthorHead } from "./post.counter.ts";

const selectDeleted = statement<{ id: string }>(
  "post.deleted",
  `select id from posts where id = any($1::bigint[]) and deleted_at is not null`,
);

/**
 * Removes posts that were deleted, with their likes, bookmarks and comments. Killed half-way, it goes on where it
 * stopped when the facts come again; a post that is gone already is passed over.
 */
export async function purgePosts(
  deps: Pick<Deps, "db">,
  input: { facts: readonly FactOf<"post.purgePosts">[] },
): Promise<void> {
  const postIds = [...new Set(input.facts.map((fact) => fact.payload.postId))];
  const deleted = await deps.db.sql.many(selectDeleted, [postIds]);
  await purgeHangers(deps, { ids: deleted.map((post) => post.id) });
  await deps.db.inTransaction(async (tx) => {
    await removePosts(tx, { ids: deleted.map((post) => post.id) });
    recordDone(tx, { job: "post.purgePosts", factIds: input.facts.map((fact) => fact.id) });
  });
}

// One after the other: nobody waits for this, and people wait for the database.
async function purgeHangers(deps: Pick<Deps, "db">, input: { ids: readonly string[] }): Promise<void> {
  for (const postId of input.ids) {
    await purgeLikes(deps, { postId });
    await purgeBookmarks(deps, { postId });
    await purgeComments(deps, { postId });
  }
}

const lockCounts = statement<never>("post.lockForPurge", lockPostCountsSql("select unnest($1::bigint[])"));

const removePostsStatement = statement<never>(
  "post.remove",
  `with removed as (
     delete from posts where id = any($1::bigint[]) and deleted_at is not null returning id, author_id
   )
   insert into post_tombstones (id, author_id) select id, author_id from removed on conflict do nothing`,
);

// What was liked or said between the last batch and here goes by cascade: it is little. Counters are locked first, as
// by everyone else who touches a post.
async function removePosts(tx: Tx, input: { ids: readonly string[] }): Promise<void> {
  if (input.ids.length === 0) return;
  await tx.many(lockCounts, [input.ids]);
  await tx.run(removePostsStatement, [input.ids]);
}

const selectOwn = statement<{ id: string }>(
  "post.ofUser",
  `select id from posts where author_id = $1 order by id desc limit 100`,
);
const hideOwn = statement<{ id: string }>(
  "post.hideOfUser",
  `update posts set deleted_at = clock_timestamp()
   where author_id = $1 and id = any($2::bigint[]) and deleted_at is null returning id`,
);

/**
 * Deletes and removes all posts of a person who can make no new ones, their tombstones, and what mentions the person in
 * others' posts. Facts tell of each post that others could still see. The second time changes nothing.
 */
export async function purgePostsOfUser(deps: Pick<Deps, "db" | "wakeRelay">, input: { userId: string }): Promise<void> {
  const { userId } = input;
  for (;;) {
    const ids = (await deps.db.sql.many(selectOwn, [userId])).map((post) => post.id);
    if (ids.length === 0) break;
    await commitFacts(deps, (tx) => hidePosts(tx, { userId, ids }));
    await purgeHangers(deps, { ids });
    await deps.db.inTransaction((tx) => removePosts(tx, { ids }));
  }
  while ((await deps.db.sql.run(deleteTombstones, [userId])) > 0);
  while ((await deps.db.sql.run(forgetMentions, [userId])) > 0);
}

async function hidePosts(tx: Tx, input: { userId: string; ids: readonly string[] }): Promise<void> {
  const { userId } = input;
  await lockPeople(tx, { ids: [userId] });
  await lockAuthorHead(tx, { userId });
  const hidden = await tx.many(hideOwn, [userId, input.ids]);
  if (hidden.length === 0) return;
  await resetAuthorHead(tx, { userId });
  await moveUserCounts(tx, { userId, posts: -hidden.length });
  await insertFacts(tx, {
    facts: hidden.map((post) => ({ fact: "post.deleted", payload: { postId: post.id, authorId: userId } })),
  });
}

const deleteTombstones = statement<never>(
  "post.deleteTombstones",
  `delete from post_tombstones where id = any(array(select id from post_tombstones where author_id = $1 limit 5000))`,
);

// Cached bodies are keyed by `version`: raising it makes them be read again, without the mention.
const forgetMentions = statement<never>(
  "post.forgetMentions",
  `update posts set mention_ids = array_remove(mention_ids, $1), version = version + 1
   where id = any(array(select id from posts where mention_ids @> array[$1::bigint] limit 500))`,
);
