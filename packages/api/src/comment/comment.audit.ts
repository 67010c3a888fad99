// What the counters of comments count, for the audit that compares them with the rows.
import type { CounterTable } from "../platform/audit.sql.ts";

/**
 * Likes, replies that are neither deleted nor removed, and whether the comment stands in its post's ranking. What is deleted and no
 * longer listed, or hangs on a deleted post, goes without being counted down.
 */
export const commentCounters: CounterTable = {
  table: "comment_counts",
  key: "comment_id",
  subjects: {
    table: "comments",
    isCounted: `(subject.deleted_at is null or subject.listed_under_id is not null)
      and exists (select from posts where posts.id = subject.post_id and posts.deleted_at is null)`,
  },
  columns: ["like_count", "reply_count", "top_post_id"],
  counted: `
    select (select count(*)::int from comment_likes where comment_id = subject.id) as like_count,
           (select count(*)::int from comments reply
            where reply.parent_id = subject.id and reply.deleted_at is null
              and reply.removed_by is null) as reply_count,
           case when subject.parent_id is null then subject.post_id end as top_post_id`,
  rows: "stored.like_count + stored.reply_count",
  rowTables: ["comment_likes", "comments"],
  hasRev: true,
};
