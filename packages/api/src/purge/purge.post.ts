// The end of deleted posts, and of all posts of people who are gone: what hangs on a post goes in bounded statements,
// then the row.
import type { FactOf } from "@pixora/jobs";
import { purgeBookmarks } from "../bookmark/bookmark.purge.ts";
import { purgeComments } from "../comment/comment.purge.ts";
import { purgeLikes } from "../like/like.purge.ts";
import { commitFacts, recordDone } from "../platform/outbox.ts";
import type { Deps } from "../platform/process/deps.ts";
import { forgetAuthorOfPosts, hidePosts, listDeletedPosts, listPostsOfUser, removePosts } from "../post/post.purge.ts";

/** What hangs on a post: a room that hangs something on posts adds its step. */
const steps: readonly ((deps: Pick<Deps, "db">, input: { postId: string }) => Promise<void>)[] = [
  purgeLikes,
  purgeBookmarks,
  purgeComments,
];

// One after the other: nobody waits for this, and people wait for the database.
async function purgeHangers(deps: Pick<Deps, "db">, input: { ids: readonly string[] }): Promise<void> {
  for (const postId of input.ids) for (const purge of steps) await purge(deps, { postId });
}

/**
 * Removes posts that were deleted, with their likes, bookmarks and comments. Killed half-way, it goes on where it
 * stopped when the facts come again; a post that is gone already is passed over.
 */
export async function purgePosts(
  deps: Pick<Deps, "db">,
  input: { facts: readonly FactOf<"post.purgePosts">[] },
): Promise<void> {
  const postIds = [...new Set(input.facts.map((fact) => fact.payload.postId))];
  const ids = await listDeletedPosts(deps.db.sql, { ids: postIds });
  await purgeHangers(deps, { ids });
  await deps.db.inTransaction(async (tx) => {
    await removePosts(tx, { ids });
    recordDone(tx, { job: "post.purgePosts", factIds: input.facts.map((fact) => fact.id) });
  });
}

/**
 * Deletes and removes all posts of a person who can make no new ones, their tombstones, and what mentions the person in
 * others' posts. Facts tell of each post that others could still see. The second time changes nothing.
 */
export async function purgePostsOfUser(deps: Pick<Deps, "db" | "wakeRelay">, input: { userId: string }): Promise<void> {
  const { userId } = input;
  for (;;) {
    const ids = await listPostsOfUser(deps.db.sql, { userId });
    if (ids.length === 0) break;
    await commitFacts(deps, (tx) => hidePosts(tx, { userId, ids }));
    await purgeHangers(deps, { ids });
    await deps.db.inTransaction((tx) => removePosts(tx, { ids }));
  }
  await forgetAuthorOfPosts(deps, { userId });
}
