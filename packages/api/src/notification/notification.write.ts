// The only SQL that makes and takes away notifications. Each move of a row moves the receiver's counts and is told in
// the receiver's log, in the same transaction. Promise: ids of one person rise in commit order.
import { type Statement, statement, type Tx } from "@pixora/db";
import { appendLiveEvents, type LivePosition, type NewLiveEvent } from "../live/live.log.ts";
import { type Draft, groupKeyOf } from "./notification.draft.ts";

// Ids are dealt out in ascending order. Should one not be above its receiver's last (the clock stepped back, or both
// fell into one millisecond), all of that receiver's move to the milliseconds after the last, at random places.
const insertStatement: Statement<{ id: string; receiverId: string; causeKey: string }> = statement(
  "notification.insert",
  `with draft as (
     select d.*, row_number() over (order by d.place) as turn,
            row_number() over (partition by d.receiver_id order by d.place) as step
     from unnest($1::bigint[], $2::bigint[], $3::text[], $4::bigint[], $5::bigint[], $6::text[], $7::text[])
          with ordinality as d (receiver_id, actor_id, type, post_id, comment_id, group_key, cause_key, place)
     where not exists (select from notifications n
                       where n."receiverId" = d.receiver_id and n."causeKey" = d.cause_key)
   ), dealt as materialized (
     select id, row_number() over (order by id) as turn
     from (select next_id() as id from draft) fresh
   ), placed as (
     select draft.*, dealt.id as dealt_id, head.last_notification_id as last_id,
            min(dealt.id) over (partition by draft.receiver_id) > head.last_notification_id as is_above
     from draft join dealt using (turn) join live_heads head on head.user_id = draft.receiver_id
   )
   insert into notifications (id, "receiverId", "actorId", type, "postId", "commentId", "groupKey", "causeKey")
   select case when is_above then dealt_id
               else (((last_id >> 22) + step) << 22) + floor(random() * 4194304)::bigint end,
          receiver_id, actor_id, type, post_id, comment_id, group_key, cause_key
   from placed order by turn
   on conflict ("receiverId", "causeKey") do nothing
   returning id, "receiverId", "causeKey"`,
);

/**
 * Makes notifications for receivers whose heads the transaction has locked. A cause that was told before makes none.
 * Answers the drafts of which one was made, and the events that their logs have to be told in the same transaction.
 */
export async function insertNotifications<D extends Draft>(
  tx: Tx,
  input: { drafts: readonly D[]; now: Date },
): Promise<{ made: D[]; events: NewLiveEvent[] }> {
  const { drafts, now } = input;
  if (drafts.length === 0) return { made: [], events: [] };
  const rows = await tx.many(insertStatement, [
    drafts.map((draft) => draft.receiverId),
    drafts.map((draft) => draft.actorId),
    drafts.map((draft) => draft.type),
    drafts.map((draft) => draft.postId),
    drafts.map((draft) => draft.commentId),
    drafts.map((draft) => groupKeyOf(draft, now)),
    drafts.map((draft) => draft.causeKey),
  ]);
  const events = rows
    .sort((one, other) => compareIds(one.id, other.id))
    .map(
      ({ id, receiverId }): NewLiveEvent => ({
        userId: receiverId,
        type: "notification.created",
        payload: { id },
        unread: 1,
        unseen: 1,
        notificationId: id,
      }),
    );
  const keys = new Set(rows.map((row) => `${row.receiverId} ${row.causeKey}`));
  const made = drafts.filter((draft) => keys.has(`${draft.receiverId} ${draft.causeKey}`));
  return { made, events };
}

export interface RemovedRow {
  id: string;
  receiverId: string;
  read: boolean;
  seen: boolean;
}

const removeStatement: Statement<RemovedRow> = statement(
  "notification.removeByCause",
  `delete from notifications n
   using unnest($1::bigint[], $2::text[], $3::boolean[]) as gone (receiver_id, cause_key, is_any)
   where n."receiverId" = gone.receiver_id and n."causeKey" = gone.cause_key and (gone.is_any or not n.read)
   returning n.id, n."receiverId", n.read, n.seen`,
);

/** Takes away what these drafts speak of: the unread ones, and of `evenRead` all. The heads are locked. */
export async function removeByCause(
  tx: Tx,
  input: { onlyUnread: readonly Draft[]; evenRead: readonly Draft[] },
): Promise<LivePosition[]> {
  const gone = [
    ...input.onlyUnread.map((draft) => ({ draft, isAny: false })),
    ...input.evenRead.map((draft) => ({ draft, isAny: true })),
  ];
  if (gone.length === 0) return [];
  const removed = await tx.many(removeStatement, [
    gone.map(({ draft }) => draft.receiverId),
    gone.map(({ draft }) => draft.causeKey),
    gone.map(({ isAny }) => isAny),
  ]);
  return tellRemoved(tx, removed);
}

// An event is sent as one message: a thousand ids are 20 kB.
const maxIdsPerEvent = 1_000;

/** Tells logs, and moves counts, of notifications that the transaction has deleted. */
export async function tellRemoved(tx: Tx, removed: readonly RemovedRow[]): Promise<LivePosition[]> {
  const events: NewLiveEvent[] = [];
  for (const [userId, rows] of Map.groupBy(removed, (row) => row.receiverId)) {
    for (let start = 0; start < rows.length; start += maxIdsPerEvent) {
      const part = rows.slice(start, start + maxIdsPerEvent);
      events.push({
        userId,
        type: "notification.removed",
        payload: { ids: part.map((row) => row.id) },
        unread: -part.filter((row) => !row.read).length,
        unseen: -part.filter((row) => !row.seen).length,
      });
    }
  }
  return appendLiveEvents(tx, { events });
}

/** Ascending, as numbers. */
export function compareIds(one: string, other: string): number {
  const difference = BigInt(one) - BigInt(other);
  return difference < 0n ? -1 : Number(difference > 0n);
}
