// What people's counters count, for the audit that compares them with the rows.
import type { CounterTable } from "../platform/audit.sql.ts";

/** Posts that are neither deleted nor removed, and follows, whoever stands at their other end. */
export const userCounters: CounterTable = {
  table: "user_counts",
  key: "user_id",
  subjects: { table: "users", isCounted: "subject.deleted_at is null" },
  columns: ["post_count", "follower_count", "following_count"],
  counted: `
    select (select count(*)::int from posts
            where author_id = subject.id and deleted_at is null and removed_by is null) as post_count,
           (select count(*)::int from follows where followee_id = subject.id) as follower_count,
           (select count(*)::int from follows where follower_id = subject.id) as following_count`,
  rows: "stored.post_count + stored.follower_count + stored.following_count",
  rowTables: ["posts", "follows", "follows"],
  hasRev: true,
};
