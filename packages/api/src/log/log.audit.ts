// What the heads of event logs stand for, for the audit that compares them with notifications and log.
import type { CounterTable } from "../platform/audit.sql.ts";
import { appendLiveEvents } from "./log.head.ts";

/**
 * Notifications that are unread and unseen, save for hidden ones. Sequence and last id only ever rise, above what is there: of the log the old
 * entries go, and so do notifications. Whose head changes is told the counts, by an event that removes nothing.
 */
export const liveHeads: CounterTable = {
  table: "live_heads",
  key: "user_id",
  subjects: { table: "users", isCounted: "subject.deleted_at is null" },
  columns: ["unread", "unseen", "last_notification_id", "seq"],
  counted: `
    select (count(*) filter (where not read and not "isHidden"))::int as unread,
           (count(*) filter (where not seen and not "isHidden"))::int as unseen,
           greatest(stored.last_notification_id, max(id)) as last_notification_id,
           greatest(stored.seq, (select max(seq) from live_log where user_id = subject.id)) as seq
    from notifications where "receiverId" = subject.id`,
  // Counting index entries alone is cheap.
  rows: `select count(*) from (select from notifications where "receiverId" = subject.id limit 2000) listed`,
  rowTables: ["notifications"],
  hasRev: false,
  async tell(tx, { ids }) {
    const events = ids.map((userId) => ({ userId, type: "notification.removed", payload: { ids: [] } }));
    await appendLiveEvents(tx, { events });
  },
};
