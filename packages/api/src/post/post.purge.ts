// The rows of deleted posts, and of all posts of people who are gone. What hangs on a post is taken away first, by
// purge/purge.post.ts; a tombstone stays.

import { type Sql, statement, type Tx } from "@pixora/db";
import { reviseTags } from "../hashtag/hashtag.rows.ts";
import { runInBatches } from "../platform/flow/run-in-batches.ts";
import { insertFacts } from "../platform/outbox.ts";
import type { Deps } from "../platform/process/deps.ts";
import { lockPeople, moveUserCounts } from "../user/user.counter.ts";
import { lockAuthorHead, lockPostCountsSql, resetAuthorHead } from "./post.counter.ts";

const selectDeleted = statement<{ id: string }>(
  "post.selectDeleted",
  `select id from posts where id = any($1::bigint[]) and deleted_at is not null`,
);

/** Which of these posts were deleted and still have their row. */
export async function listDeletedPosts(sql: Sql, input: { ids: readonly string[] }): Promise<string[]> {
  return (await sql.many(selectDeleted, [input.ids])).map((post) => post.id);
}

const lockCounts = statement<never>("post.lockForPurge", lockPostCountsSql("select unnest($1::bigint[])"));

const removePostsStatement = statement<never>(
  "post.removePosts",
  `with removed as (
     delete from posts where id = any($1::bigint[]) and deleted_at is not null returning id, author_id
   )
   insert into post_tombstones (id, author_id) select id, author_id from removed on conflict do nothing`,
);

/**
 * Removes the rows of deleted posts. What was liked or said since its last batch was purged goes by cascade: it is little.
 * Counters are locked first, as by everyone else who touches a post. The second time changes nothing.
 */
export async function removePosts(tx: Tx, input: { ids: readonly string[] }): Promise<void> {
  if (input.ids.length === 0) return;
  await tx.many(lockCounts, [input.ids]);
  await tx.run(removePostsStatement, [input.ids]);
}

const selectOwn = statement<{ id: string }>(
  "post.selectOfUser",
  `select id from posts where author_id = $1 order by id desc limit 100`,
);
const hideOwn = statement<{ id: string; isCounted: boolean }>(
  "post.hideOfUser",
  `update posts set deleted_at = clock_timestamp()
   where author_id = $1 and id = any($2::bigint[]) and deleted_at is null
   returning id, removed_by is null as "isCounted"`,
);

/** Posts of a person, deleted ones included, newest first; at most 100. */
export async function listPostsOfUser(sql: Sql, input: { userId: string }): Promise<string[]> {
  return (await sql.many(selectOwn, [input.userId])).map((post) => post.id);
}

/** Deletes these posts of a person for everybody's eyes, with a fact each. The second time changes nothing. */
export async function hidePosts(tx: Tx, input: { userId: string; ids: readonly string[] }): Promise<void> {
  const { userId } = input;
  await lockPeople(tx, { ids: [userId] });
  await lockAuthorHead(tx, { userId });
  const hidden = await tx.many(hideOwn, [userId, input.ids]);
  if (hidden.length === 0) return;
  await reviseTags(tx, { postIds: hidden.map((post) => post.id) });
  await resetAuthorHead(tx, { userId });
  await moveUserCounts(tx, { userId, posts: -hidden.filter((post) => post.isCounted).length });
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

/** Removes the tombstones of a person's posts, and what mentions the person in others' posts. May be run again. */
export async function forgetAuthorOfPosts(deps: Pick<Deps, "db">, input: { userId: string }): Promise<void> {
  await runInBatches(deps.db.sql, { statement: deleteTombstones, values: [input.userId] });
  await runInBatches(deps.db.sql, { statement: forgetMentions, values: [input.userId] });
}
