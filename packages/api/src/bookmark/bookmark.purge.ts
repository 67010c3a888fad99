// Takes away the bookmarks of a post or a person that is gone, in statements of bounded length.

import { statement } from "@pixora/db";
import { runInBatches } from "../platform/flow/run-in-batches.ts";
import type { Deps } from "../platform/process/deps.ts";

const deleteBookmarks = statement<never>(
  "bookmark.purgeOfPost",
  `delete from bookmarks where ctid = any(array(select ctid from bookmarks where post_id = $1 limit 5000))`,
);

/** Deletes all bookmarks of a deleted post. May be run again. */
export async function purgeBookmarks(deps: Pick<Deps, "db">, input: { postId: string }): Promise<void> {
  await runInBatches(deps.db.sql, { statement: deleteBookmarks, values: [input.postId] });
}

const deleteOwn = statement<never>(
  "bookmark.purgeOfUser",
  `delete from bookmarks where ctid = any(array(select ctid from bookmarks where user_id = $1 limit 5000))`,
);

/** Deletes all bookmarks of a person. May be run again. */
export async function purgeBookmarksOfUser(deps: Pick<Deps, "db">, input: { userId: string }): Promise<void> {
  await runInBatches(deps.db.sql, { statement: deleteOwn, values: [input.userId] });
}
