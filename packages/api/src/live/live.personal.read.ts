// What the hub of personal streams asks of PostgreSQL: one statement for all streams that have something to hear, which
// brings along the notifications that are to be told, and one for all open ones. Both say whether each stream's session
// still lives.
import { type Statement, statement } from "@pixora/db";
import { horizonDays } from "../log/log.trim.ts";
import type { NotificationView } from "../notification/notification.schema.ts";
import { type NotificationRow, notificationSql, notificationViewOfRow } from "../notification/notification.view.ts";
import type { Deps } from "../platform/process/deps.ts";
import type { Counts } from "../user/user.schema.ts";
import { conversationCounts } from "../visibility/chat.visibility.ts";
import { sessionIsLive } from "../visibility/session.visibility.ts";

/** A stream as the statements know it. */
export interface StreamPosition {
  userId: string;
  sessionId: string;
  /** The last sequence number that was sent; null: none yet. */
  after: string | null;
}

export interface LogEntry {
  seq: string;
  type: string;
  payload: unknown;
  /** The one that was created, as its receiver may see it now; null where it may not, and for other types. */
  notification: NotificationView | null;
}

export interface StreamReading {
  isSessionLive: boolean;
  /** The person's present sequence number. */
  seq: string;
  counts: Counts;
  /** Entries after the position, in order; at most `limit`. */
  entries: LogEntry[];
}

const isSessionLive = sessionIsLive({ session: "stream.session_id", user: "stream.user_id" });

/** A row a stream and entry; a stream without entries has one row. */
interface ReadRow extends Omit<StreamReading, "entries" | "counts">, Counts, Omit<NotificationRow, "id"> {
  place: string;
  entrySeq: string | null;
  entryType: string;
  payload: unknown;
  /** Of the notification. */
  id: string | null;
}

const readStatement: Statement<ReadRow> = statement(
  "live.readStreams",
  `select stream.place, ${isSessionLive} as "isSessionLive", head.seq, head.unread, head.unseen,
          chats.conversations, chats.requests,
          entry.seq as "entrySeq", entry.type as "entryType", entry.payload, shown.*
   from unnest($1::bigint[], $2::bigint[], $3::bigint[])
        with ordinality as stream (user_id, session_id, after, place)
   join live_heads head on head.user_id = stream.user_id
   -- Once a stream, however many entries it has.
   cross join lateral (select ${conversationCounts("stream.user_id")} offset 0) chats
   left join lateral (
     select seq, type, payload from live_log
     where user_id = stream.user_id and seq > stream.after
       and created_at > clock_timestamp() - make_interval(days => ${horizonDays})
     order by seq limit $4
   ) entry on stream.after < head.seq
   left join lateral (
     select ${notificationSql.columns}
     from notifications n ${notificationSql.joins}
     where n.id = (case when entry.type = 'notification.created' then entry.payload ->> 'id' end)::bigint
       and n."receiverId" = stream.user_id and ${notificationSql.isShown}
   ) shown on true
   order by stream.place, entry.seq`,
);

/** Reads several streams at once; one whose person is gone is left out. The answers are by index of `streams`. */
export async function readStreams(
  deps: Pick<Deps, "db" | "storage">,
  input: { streams: readonly StreamPosition[]; limit: number },
): Promise<Map<number, StreamReading>> {
  const { streams, limit } = input;
  const rows = await deps.db.sql.many(readStatement, [
    streams.map((stream) => stream.userId),
    streams.map((stream) => stream.sessionId),
    streams.map((stream) => stream.after),
    limit,
  ]);
  const readings = new Map<number, StreamReading>();
  for (const row of rows) {
    const index = Number(row.place) - 1;
    const { isSessionLive, seq, unread, unseen, conversations, requests } = row;
    const counts = { unread, unseen, conversations, requests };
    const reading = readings.get(index) ?? { isSessionLive, seq, counts, entries: [] };
    readings.set(index, reading);
    if (row.entrySeq !== null) reading.entries.push(entryOf(deps, row, row.entrySeq));
  }
  return readings;
}

function entryOf(deps: Pick<Deps, "storage">, row: ReadRow, seq: string): LogEntry {
  const { id, entryType: type, payload } = row;
  return { seq, type, payload, notification: id === null ? null : notificationViewOfRow(deps, { ...row, id }) };
}

const sweepStatement: Statement<{ place: string; isSessionLive: boolean; seq: string }> = statement(
  "live.sweepStreams",
  `select stream.place, ${isSessionLive} as "isSessionLive", head.seq
   from unnest($1::bigint[], $2::bigint[]) with ordinality as stream (user_id, session_id, place)
   join live_heads head on head.user_id = stream.user_id`,
);

/** How all open streams stand, by index: whether their session lives, and their person's sequence number. */
export async function sweepStreams(
  deps: Pick<Deps, "db">,
  input: { streams: readonly StreamPosition[] },
): Promise<Map<number, { isSessionLive: boolean; seq: string }>> {
  const rows = await deps.db.sql.many(sweepStatement, [
    input.streams.map((stream) => stream.userId),
    input.streams.map((stream) => stream.sessionId),
  ]);
  return new Map(rows.map((row) => [Number(row.place) - 1, row]));
}
