// The counters and heads that hang on posts, and the only SQL that moves them.
// Promises: a counter moves in the transaction of the rows it counts, and `rev` rises with every move.
import { statement, type Tx } from "@pixora/db";

const insertAuthorHeadStatement = statement<never>(
  "post.insertAuthorHead",
  `insert into author_heads (author_id) values ($1) on conflict do nothing`,
);

/** Makes a new person's head row: the lock that their posts are created and deleted under. Repeating it changes nothing. */
export async function insertAuthorHead(tx: Tx, input: { userId: string }): Promise<void> {
  await tx.run(insertAuthorHeadStatement, [input.userId]);
}

const lockAuthorHeadStatement = statement<{ userId: string }>(
  "post.lockAuthorHead",
  `select author_id as "userId" from author_heads where author_id = $1 for no key update`,
);

/**
 * Locks an author's head until the transaction ends: the first step of every create and delete of their posts, after
 * their counter row. Write in later statements, whose snapshot is newer than the lock: in the same one a recomputed head
 * hid posts.
 */
export async function lockAuthorHead(tx: Tx, input: { userId: string }): Promise<void> {
  await tx.one(lockAuthorHeadStatement, [input.userId]);
}

const resetAuthorHeadStatement = statement<never>(
  "post.resetAuthorHead",
  `update author_heads set last_post_id = coalesce(
     (select post.id from posts post where post.author_id = $1 and post.deleted_at is null
      order by post.id desc limit 1), 0)
   where author_id = $1`,
);

/** Makes a locked head agree with the author's posts. */
export async function resetAuthorHead(tx: Tx, input: { userId: string }): Promise<void> {
  await tx.run(resetAuthorHeadStatement, [input.userId]);
}

export interface PostCountsRow {
  likeCount: number;
  commentCount: number;
  rev: number;
}

/**
 * SQL text that locks the counters of several posts in id order, so that rival statements never deadlock.
 * `postIds` is a subquery, as in "select post_id from wanted". Answers (post_id, like_count, comment_count, rev) as they
 * are under the lock, newer than the statement's snapshot.
 */
export function lockPostCountsSql(postIds: string): string {
  return `select post_id, like_count, comment_count, rev from post_counts where post_id in (${postIds})
          order by post_id for no key update`;
}

/**
 * SQL text that moves like counts by the rows (post_id, delta) of a CTE or subquery, one row a post; zero deltas touch
 * nothing. Answers (post_id, like_count, comment_count, rev) of the posts that moved.
 */
export function movePostLikesSql(deltas: string): string {
  return moveSql("like_count", deltas);
}

/** As `movePostLikesSql`, for comment counts. */
export function movePostCommentsSql(deltas: string): string {
  return moveSql("comment_count", deltas);
}

function moveSql(count: string, deltas: string): string {
  return `update post_counts set ${count} = post_counts.${count} + moved.delta, rev = post_counts.rev + 1
          from ${deltas} moved where post_counts.post_id = moved.post_id and moved.delta <> 0
          returning post_counts.post_id, post_counts.like_count, post_counts.comment_count, post_counts.rev`;
}

const lockPostCountsStatement = statement<PostCountsRow>(
  "post.lockPostCounts",
  `select like_count as "likeCount", comment_count as "commentCount", rev
   from post_counts where post_id = $1 for no key update`,
);

/** Locks the counters of one post until the transaction ends; null where the post has been purged. */
export function lockPostCounts(tx: Tx, input: { postId: string }): Promise<PostCountsRow | null> {
  return tx.maybe(lockPostCountsStatement, [input.postId]);
}

const raisePostRevStatement = statement<never>(
  "post.raisePostRev",
  `update post_counts set rev = rev + 1 where post_id = $1`,
);

/** Raises a post's `rev` where no count moves: it was edited or deleted. */
export async function raisePostRev(tx: Tx, input: { postId: string }): Promise<void> {
  await tx.run(raisePostRevStatement, [input.postId]);
}
