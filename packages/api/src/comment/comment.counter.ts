// The counters of comments, and the only SQL that moves them.
// Promises: a counter moves in the transaction of the rows it counts, and `rev` rises with every move.
import { statement, type Tx } from "@pixora/db";

/**
 * SQL text that locks the counters of several comments in id order, so that rival statements never deadlock.
 * `commentIds` is a subquery, as in "select comment_id from wanted". Answers (comment_id, like_count, reply_count, rev)
 * as they are under the lock, newer than the statement's snapshot.
 */
export function lockCommentCountsSql(commentIds: string): string {
  return `select comment_id, like_count, reply_count, rev from comment_counts where comment_id in (${commentIds})
          order by comment_id for no key update`;
}

/**
 * SQL text that moves like counts by the rows (comment_id, delta) of a CTE or subquery alias, one row a comment; zero
 * deltas touch nothing. Answers (comment_id, like_count, reply_count, rev) of the comments that moved.
 */
export function moveCommentLikesSql(deltas: string): string {
  return `update comment_counts set like_count = comment_counts.like_count + moved.delta, rev = comment_counts.rev + 1
          from ${deltas} moved where comment_counts.comment_id = moved.comment_id and moved.delta <> 0
          returning comment_counts.comment_id, comment_counts.like_count, comment_counts.reply_count,
                    comment_counts.rev`;
}

const lockCommentCountsStatement = statement<never>(
  "comment.lockCommentCounts",
  lockCommentCountsSql("select unnest($1::bigint[])"),
);

/** Locks the counters of comments, in id order, until the transaction ends: the lock of every edit and deletion. */
export async function lockCommentCounts(tx: Tx, input: { commentIds: readonly string[] }): Promise<void> {
  await tx.many(lockCommentCountsStatement, [input.commentIds]);
}

const raiseCommentRevStatement = statement<never>(
  "comment.raiseCommentRev",
  `update comment_counts set rev = rev + 1 where comment_id = $1`,
);

/** Raises a comment's `rev` where no count moves: it was edited. */
export async function raiseCommentRev(tx: Tx, input: { commentId: string }): Promise<void> {
  await tx.run(raiseCommentRevStatement, [input.commentId]);
}
