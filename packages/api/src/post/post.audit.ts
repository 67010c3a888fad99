// What the counters and heads of posts stand for, for the audit that compares them with the rows.
import type { CounterTable } from "../platform/audit.sql.ts";
import { insertFacts } from "../platform/outbox.ts";

/** Likes, and comments that are neither deleted nor removed, whoever wrote them. A deleted post's go without being counted down. */
export const postCounters: CounterTable = {
  table: "post_counts",
  key: "post_id",
  subjects: { table: "posts", isCounted: "subject.deleted_at is null" },
  columns: ["like_count", "comment_count"],
  counted: `
    select (select count(*)::int from post_likes where post_id = subject.id) as like_count,
           (select count(*)::int from comments
            where post_id = subject.id and deleted_at is null and removed_by is null) as comment_count`,
  rows: "stored.like_count + stored.comment_count",
  rowTables: ["post_likes", "comments"],
  hasRev: true,
};

/**
 * An author's newest post that is not deleted. The newest pulled one only ever rises, so that too high is right: its post
 * may be gone. Windows that were built by a wrong head lack posts, and go.
 */
export const authorHeads: CounterTable = {
  table: "author_heads",
  key: "author_id",
  subjects: { table: "users", isCounted: "subject.deleted_at is null" },
  columns: ["last_post_id", "last_pulled_id"],
  counted: `
    select coalesce((select id from posts where author_id = subject.id and deleted_at is null
                     order by id desc limit 1), 0) as last_post_id,
           greatest(stored.last_pulled_id,
                    (select max(id) from posts where author_id = subject.id and is_pulled and deleted_at is null)
                   ) as last_pulled_id`,
  rows: "select post_count from user_counts where user_id = subject.id",
  rowTables: ["posts"],
  hasRev: false,
  tell: (tx, { ids }) =>
    insertFacts(tx, { facts: ids.map((userId) => ({ fact: "post.headMended", payload: { userId } })) }),
};
