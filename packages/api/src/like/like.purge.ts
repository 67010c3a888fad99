// Takes away the likes of what is gone (a post, comments) and of who is gone, in transactions of bounded length.

import { type Statement, statement } from "@pixora/db";
import { lockCommentCountsSql, moveCommentLikesSql } from "../comment/comment.counter.ts";
import { runInBatches } from "../platform/flow/run-in-batches.ts";
import type { Deps } from "../platform/process/deps.ts";
import { lockPostCountsSql, movePostLikesSql } from "../post/post.counter.ts";

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
  for (const statement of [deleteCommentLikes, deletePostLikes]) {
    await runInBatches(deps.db.sql, { statement, values: [input.postId] });
  }
}

/** One page of a person's likes of one kind: locked targets, deleted rows, moved counters. */
interface OwnLikes {
  select: Statement<{ targetId: string }>;
  lock: Statement<unknown>;
  remove: Statement<unknown>;
}

function ownLikes(
  name: string,
  from: { table: string; target: string; lock: (ids: string) => string; move: (deltas: string) => string },
): OwnLikes {
  const { table, target } = from;
  return {
    select: statement(
      `like.selectOwn${name}`,
      `select ${target} as "targetId" from ${table} where user_id = $1 limit 500`,
    ),
    lock: statement(`like.lockOwn${name}`, from.lock("select unnest($1::bigint[])")),
    remove: statement(
      `like.removeOwn${name}`,
      `with gone as (
         delete from ${table} where user_id = $1 and ${target} = any($2::bigint[]) returning ${target}
       )
       ${from.move(`(select ${target}, -1 as delta from gone)`)}`,
    ),
  };
}

const ownLikeKinds = [
  ownLikes("PostLikes", {
    table: "post_likes",
    target: "post_id",
    lock: lockPostCountsSql,
    move: movePostLikesSql,
  }),
  ownLikes("CommentLikes", {
    table: "comment_likes",
    target: "comment_id",
    lock: lockCommentCountsSql,
    move: moveCommentLikesSql,
  }),
];

/**
 * Takes back every like of a person who can set no new ones; the counters of what they liked stay exact. No fact tells
 * of it: `user.deleted` does. The second time changes nothing.
 */
export async function purgeLikesOfUser(deps: Pick<Deps, "db">, input: { userId: string }): Promise<void> {
  for (const kind of ownLikeKinds) {
    for (;;) {
      const targets = await deps.db.sql.many(kind.select, [input.userId]);
      if (targets.length === 0) break;
      const targetIds = targets.map((row) => row.targetId);
      await deps.db.inTransaction(async (tx) => {
        await tx.many(kind.lock, [targetIds]);
        await tx.many(kind.remove, [input.userId, targetIds]);
      });
    }
  }
}

const deleteLikesOfComments = statement<never>(
  "like.purgeOfTheseComments",
  `delete from comment_likes where ctid = any(array(
     select ctid from comment_likes where comment_id = any($1::bigint[]) limit 5000))`,
);

/** Deletes all likes of comments that are gone. Moves no counter: they go with it. May be run again. */
export async function purgeLikesOfComments(
  deps: Pick<Deps, "db">,
  input: { commentIds: readonly string[] },
): Promise<void> {
  await runInBatches(deps.db.sql, { statement: deleteLikesOfComments, values: [input.commentIds] });
}
