// The SQL of likes, for the micro-batch of platform/relation/relation.batch.ts: post likes and comment likes.
// Promise: counter, rows and facts agree, whatever fails or meets in between.

import { lockCommentCountsSql, moveCommentLikesSql } from "../comment/comment.counter.ts";
import type { Deps } from "../platform/process/deps.ts";
import { onePerDeps } from "../platform/process/per-deps.ts";
import { createRelationBatcher } from "../platform/relation/relation.batch.ts";
import { isTakenBack, makeRelationStatements } from "../platform/relation/relation.sql.ts";
import { lockPostCountsSql, movePostLikesSql } from "../post/post.counter.ts";
import { commentIsReadable, commentIsVisible } from "../visibility/comment.visibility.ts";
import { postIsVisible } from "../visibility/post.visibility.ts";
import { actorRefusal } from "../visibility/session.visibility.ts";

/** SQL text: facts of likes that changed; `commentId` is an SQL expression. */
function likeFacts(commentId: string): (changed: string) => string {
  return (changed) => `
    select case when is_set then 'like.created' else 'like.deleted' end,
           jsonb_build_object('postId', post_id::text, 'commentId', ${commentId}, 'actorId', actor_id::text,
                              'receiverId', receiver_id::text)
    from ${changed}`;
}

const postLikes = makeRelationStatements({
  names: { set: "like.setPostLikes", read: "like.readPostLikes" },
  table: "post_likes",
  targetColumn: "post_id",
  refusal: actorRefusal,
  visible: `
    select w.actor_id, w.target_id, w.is_set, post.id as post_id, post.author_id as receiver_id
    from wanted w join posts post on post.id = w.target_id join users author on author.id = post.author_id
    where ${postIsVisible({ post: "post", author: "author", viewer: "w.actor_id" })}
       or ${isTakenBack({ table: "post_likes", targetColumn: "post_id" })}`,
  counter: {
    table: "post_counts",
    key: "post_id",
    count: "like_count",
    lock: lockPostCountsSql,
    move: movePostLikesSql,
  },
  facts: likeFacts("null"),
});

/** SQL text: a comment, with its author and its post, can be seen and liked: it is no placeholder. */
export function commentIsLikable(viewer: string): string {
  return `(${commentIsReadable({ comment: "comment", viewer })}
           and ${commentIsVisible({ comment: "comment", author: "author", viewer })}
           and ${postIsVisible({ post: "post", author: "post_author", viewer })})`;
}

/** SQL text: what `commentIsLikable` speaks of. */
export const commentTables = `comments comment
  join users author on author.id = comment.author_id
  join posts post on post.id = comment.post_id
  join users post_author on post_author.id = post.author_id`;

const commentLikes = makeRelationStatements({
  names: { set: "like.setCommentLikes", read: "like.readCommentLikes" },
  table: "comment_likes",
  targetColumn: "comment_id",
  refusal: actorRefusal,
  visible: `
    select w.actor_id, w.target_id, w.is_set, comment.post_id, comment.author_id as receiver_id
    from wanted w join (${commentTables}) on comment.id = w.target_id
    where ${commentIsLikable("w.actor_id")}
       or ${isTakenBack({ table: "comment_likes", targetColumn: "comment_id" })}`,
  counter: {
    table: "comment_counts",
    key: "comment_id",
    count: "like_count",
    lock: lockCommentCountsSql,
    move: moveCommentLikesSql,
  },
  facts: likeFacts("target_id::text"),
});

/** Sets or unsets likes of posts, micro-batched with all others of this process. */
export const postLikesOf = onePerDeps((deps: Deps) => createRelationBatcher(deps, postLikes));

/** Sets or unsets likes of comments, micro-batched with all others of this process. */
export const commentLikesOf = onePerDeps((deps: Deps) => createRelationBatcher(deps, commentLikes));
