// What the hub of personal streams asks of PostgreSQL: one statement for all streams that have something to hear, and
// one for all open ones. Both say whether each stream's session still lives.
import { type Statement, statement } from "@pixora/db";
import type { Deps } from "../platform/deps.ts";
import { sessionIsLive } from "./live.session.ts";

/** How long events can be had again. */
export const horizonDays = 7;

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
}

export interface StreamReading {
  isSessionLive: boolean;
  /** The person's present sequence number. */
  seq: string;
  unread: number;
  unseen: number;
  /** Entries after the position, in order; at most `limit`. */
  entries: LogEntry[];
}

const isSessionLive = sessionIsLive({ session: "stream.session_id", user: "stream.user_id" });

const readStatement: Statement<StreamReading & { place: string }> = statement(
  "live.readStreams",
  `select stream.place, ${isSessionLive} as "isSessionLive", head.seq, head.unread, head.unseen,
          coalesce(log.entries, '[]') as entries
   from unnest($1::bigint[], $2::bigint[], $3::bigint[])
        with ordinality as stream (user_id, session_id, after, place)
   join live_heads head on head.user_id = stream.user_id
   left join lateral (
     select json_agg(json_build_object('seq', entry.seq::text, 'type', entry.type, 'payload', entry.payload)
                     order by entry.seq) as entries
     from (select * from live_log
           where user_id = stream.user_id and seq > stream.after
             and created_at > clock_timestamp() - make_interval(days => ${horizonDays})
           order by seq limit $4) entry
   ) log on stream.after < head.seq`,
);

/** Reads several streams at once; one whose person is gone is left out. The answers are by index of `streams`. */
export async function readStreams(
  deps: Pick<Deps, "db">,
  input: { streams: readonly StreamPosition[]; limit: number },
): Promise<Map<number, StreamReading>> {
  const { streams, limit } = input;
  const rows = await deps.db.sql.many(readStatement, [
    streams.map((stream) => stream.userId),
    streams.map((stream) => stream.sessionId),
    streams.map((stream) => stream.after),
    limit,
  ]);
  return new Map(rows.map((row) => [Number(row.place) - 1, row]));
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

const trimStatement = statement<never>(
  "live.trimLog",
  `delete from live_log where ctid = any (array(
     select ctid from live_log
     where created_at < clock_timestamp() - make_interval(days => ${horizonDays}) order by created_at limit $1))`,
);

const trimBatch = 5_000;

/** Deletes entries past the horizon. Scheduled; the second time finds none. */
export async function trimLog(deps: Pick<Deps, "db">): Promise<void> {
  let deleted = trimBatch;
  while (deleted === trimBatch) deleted = await deps.db.sql.run(trimStatement, [trimBatch]);
}
