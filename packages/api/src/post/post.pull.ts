// Large accounts: their posts are not pushed into home feeds but pulled by them. Decided with each post, under its author's
// head, and stored on it, so that a post is never both, or neither.

/** Below this share of the threshold an account is no longer large: one that hovers around it does not switch for ever. */
const hysteresis = 0.8;

/**
 * SQL text: whether an author's next post is pulled, and whether the last one was, as (is_pulled, was_pulled). The caller
 * holds the lock of the head since an earlier statement; both parameters are SQL expressions.
 */
export function pullDecisionSql(of: { authorId: string; threshold: string }): string {
  const { authorId, threshold } = of;
  return `select head.is_pulled as was_pulled,
                 case when counts.follower_count >= ${threshold} then true
                      when counts.follower_count < ${threshold} * ${hysteresis} then false
                      else head.is_pulled end as is_pulled
          from author_heads head join user_counts counts on counts.user_id = head.author_id
          where head.author_id = ${authorId}`;
}
