// The only SQL that makes and takes away notifications. Each move of a row moves the receiver's counts and is told in
// the receiver's log, in the same transaction. Promise: ids of one person rise in commit order.
import { type Statement, statement, type Tx } from "@pixora/db";
import { appendLiveEvents, appendLiveEventsSql, type LivePosition, type NewLiveEvent } from "../log/log.head.ts";
import { type Draft, groupKeyOf } from "./notification.draft.ts";

/**
 * SQL text, a `with` list: makes notifications of `source`, which selects (receiver_id, actor_id, type, post_id,
 * comment_id, group_key, cause_key, place), for receivers whose heads an earlier statement has locked, moves their counts
 * and tells their logs. A cause that was told before makes none. Afterwards `head` has (user_id, seq) of everyone told.
 */
export function insertNotificationsSql(source: string): string {
  // Ids are dealt out in ascending order. Should one not be above its receiver's last (the clock stepped back, or both
  // fell into one millisecond), all of that receiver's move to the milliseconds after the last, at random places.
  return `draft as materialized (
     select d.*, row_number() over (order by d.place) as turn,
            row_number() over (partition by d.receiver_id order by d.place) as step
     from (${source}) d
     where not exists (select from notifications n
                       where n."receiverId" = d.receiver_id and n."causeKey" = d.cause_key)
   ), dealt as materialized (
     select array_agg(id order by id) as ids from (select next_id() as id from draft) fresh
   ), placed as (
     select draft.*, dealt.ids[draft.turn] as dealt_id, head.last_notification_id as last_id,
            min(dealt.ids[draft.turn]) over (partition by draft.receiver_id) > head.last_notification_id as is_above
     from draft cross join dealt join live_heads head on head.user_id = draft.receiver_id
   ), made as (
     insert into notifications (id, "receiverId", "actorId", type, "postId", "commentId", "groupKey", "causeKey")
     select case when is_above then dealt_id
                 else (((last_id >> 22) + step) << 22) + floor(random() * 4194304)::bigint end,
            receiver_id, actor_id, type, post_id, comment_id, group_key, cause_key
     from placed order by turn
     on conflict ("receiverId", "causeKey") do nothing
     returning id, "receiverId", "causeKey"
   ), ${appendLiveEventsSql(
     `select "receiverId" as user_id, 'notification.created' as type, jsonb_build_object('id', id::text) as payload,
             1 as unread, 1 as unseen, id as notification_id, id as position
      from made`,
   )}`;
}

const insertStatement: Statement<LivePosition> = statement(
  "notification.insertNotifications",
  `with ${insertNotificationsSql(
    `select * from unnest($1::bigint[], $2::bigint[], $3::text[], $4::bigint[], $5::bigint[], $6::text[], $7::text[])
          with ordinality as given (receiver_id, actor_id, type, post_id, comment_id, group_key, cause_key, place)`,
  )}
   select user_id as "userId", seq from head`,
);

/**
 * Makes notifications for receivers whose heads the transaction has locked, moves their counts and tells their logs, in
 * one statement. A cause that was told before makes none. Where their logs stand is known once the transaction is committed.
 */
export function insertNotifications(tx: Tx, input: { drafts: readonly Draft[]; now: Date }): () => LivePosition[] {
  const { drafts, now } = input;
  if (drafts.length === 0) return () => [];
  return tx.later(insertStatement, [
    drafts.map((draft) => draft.receiverId),
    drafts.map((draft) => draft.actorId),
    drafts.map((draft) => draft.type),
    drafts.map((draft) => draft.postId),
    drafts.map((draft) => draft.commentId),
    drafts.map((draft) => groupKeyOf(draft, now)),
    drafts.map((draft) => draft.causeKey),
  ]);
}

export interface RemovedRow {
  id: string;
  receiverId: string;
  read: boolean;
  seen: boolean;
  isHidden: boolean;
}

const removeStatement: Statement<RemovedRow> = statement(
  "notification.removeByCause",
  `delete from notifications n
   using unnest($1::bigint[], $2::text[], $3::boolean[]) as gone (receiver_id, cause_key, is_any)
   where n."receiverId" = gone.receiver_id and n."causeKey" = gone.cause_key and (gone.is_any or not n.read)
   returning n.id, n."receiverId", n.read, n.seen, n."isHidden"`,
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

const retypeStatement: Statement<RemovedRow> = statement(
  "notification.retypeNotification",
  `update notifications n set type = draft.type, "groupKey" = draft.group_key
   from unnest($1::bigint[], $2::text[], $3::text[], $4::text[]) as draft (receiver_id, cause_key, type, group_key)
   where n."receiverId" = draft.receiver_id and n."causeKey" = draft.cause_key and n.type <> draft.type
   returning n.id, n."receiverId", n.read, n.seen, n."isHidden"`,
);

/**
 * Has what was told of these causes say what the drafts say by now, as after an edit: another type, in its group. Told as
 * gone and there again, since lists keep it elsewhere; counts stay. The heads are locked.
 */
export async function retypeNotifications(
  tx: Tx,
  input: { drafts: readonly Draft[]; now: Date },
): Promise<LivePosition[]> {
  const { drafts, now } = input;
  if (drafts.length === 0) return [];
  const changed = await tx.many(retypeStatement, [
    drafts.map((draft) => draft.receiverId),
    drafts.map((draft) => draft.causeKey),
    drafts.map((draft) => draft.type),
    drafts.map((draft) => groupKeyOf(draft, now)),
  ]);
  return appendLiveEvents(tx, {
    events: changed
      .filter((row) => !row.isHidden)
      .flatMap(({ id, receiverId: userId }) => [
        { userId, type: "notification.removed", payload: { ids: [id] } },
        { userId, type: "notification.created", payload: { id } },
      ]),
  });
}

const readRequestsStatement: Statement<RemovedRow> = statement(
  "notification.readRequests",
  `update notifications n set read = true, seen = true
   from unnest($1::bigint[], $2::text[]) as answered (receiver_id, cause_key)
   join notifications was on was."receiverId" = answered.receiver_id and was."causeKey" = answered.cause_key
   where n.id = was.id and not was.read
   returning n.id, n."receiverId", was.read, was.seen, n."isHidden"`,
);

/** Marks what asked for something that these people have answered as read. The heads are locked. */
export async function readAnswered(
  tx: Tx,
  input: { answered: readonly { receiverId: string; causeKey: string }[] },
): Promise<LivePosition[]> {
  const { answered } = input;
  if (answered.length === 0) return [];
  const rows = await tx.many(readRequestsStatement, [
    answered.map((one) => one.receiverId),
    answered.map((one) => one.causeKey),
  ]);
  return appendLiveEvents(tx, {
    events: rows.map((row) => ({
      userId: row.receiverId,
      type: "notification.read",
      payload: { marked: { ids: [row.id] } },
      unread: row.isHidden ? 0 : -1,
      unseen: row.isHidden || row.seen ? 0 : -1,
    })),
  });
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
        unread: -part.filter((row) => !row.read && !row.isHidden).length,
        unseen: -part.filter((row) => !row.seen && !row.isHidden).length,
      });
    }
  }
  return appendLiveEvents(tx, { events });
}
