// Takes away the likes of a post that is gone, and of its comments, in statements of bounded length.
import { type Statement, statement } from "@pixora/db";
import type { Deps } from "../platform/deps.ts";

const deleteCommentLikes = statement<never>(
  "like.purgeOfComments",
  `delete from comment_likes where ctid = any(array(
     select relation.ctid from comments comment join comment_likes relation on relation.comment_id = comment.id
     where comment.post_id = $1 limit 5000))`,
);

const deletePostLikes = statement<never>(
  "like.purgeOfPost",
  `delete from post_likes where ctid = any(array(select ctid from post_likes where post_id = $1 limit 5000))`,
);

/** Deletes all likes of a deleted post and of its comments. Moves no counter: they go with it. May be run again. */
export async function purgeLikes(deps: Pick<Deps, "db">, input: { postId: string }): Promise<void> {
  await deleteAll(deps, { delete: deleteCommentLikes, postId: input.postId });
  await deleteAll(deps, { delete: deletePostLikes, postId: input.postId });
}

async function deleteAll(deps: Pick<Deps, "db">, input: { delete: Statement<never>; postId: string }): Promise<void> {
  while ((await deps.db.sql.run(input.delete, [input.postId])) > 0);
}
