// The personal event log as SQL that other rooms compose: heads (lock, sequence, counts) and the log itself.
// Promises: a person's sequence is gap-free and rises in commit order, and each event moves the counts it says it moves.
import { type Statement, statement, type Tx } from "@pixora/db";

const insertLiveHeadStatement = statement<never>(
  "log.insertHead",
  `insert into live_heads (user_id) values ($1) on conflict do nothing`,
);

/** Makes a person's head, in the transaction that makes the person. The second time changes nothing. */
export async function insertLiveHead(tx: Tx, input: { userId: string }): Promise<void> {
  await tx.run(insertLiveHeadStatement, [input.userId]);
}

/** A person's head as it stands under the lock. */
export interface LiveHead {
  userId: string;
  seq: string;
  unread: number;
  unseen: number;
  lastNotificationId: string;
}

const lockedHeads = "from live_heads where user_id = any ($1::bigint[]) order by user_id for no key update";

const lockLiveHeadsStatement: Statement<LiveHead> = statement(
  "log.lockHeads",
  `select user_id as "userId", seq, unread, unseen, last_notification_id as "lastNotificationId" ${lockedHeads}`,
);

const lockLiveHeadsBlindly = statement<never>("log.lockHeadsBlindly", `select ${lockedHeads}`);

/**
 * Locks the heads of these people, in id order, and answers them by id; people who are gone are left out. Whatever
 * touches notifications or the log does this first, and does its reading and writing in later statements.
 */
export async function lockLiveHeads(tx: Tx, input: { userIds: readonly string[] }): Promise<Map<string, LiveHead>> {
  const heads = await tx.many(lockLiveHeadsStatement, [[...new Set(input.userIds)]]);
  return new Map(heads.map((head) => [head.userId, head]));
}

/** As `lockLiveHeads`, for whoever needs no answer: what is sent behind it finds the heads locked. */
export function lockLiveHeadsLater(tx: Tx, input: { userIds: readonly string[] }): void {
  tx.later(lockLiveHeadsBlindly, [[...new Set(input.userIds)]]);
}

/** SQL text that locks the heads of `people` (a subquery that answers ids), in id order. */
export function lockLiveHeadsSql(people: string): string {
  return `select from live_heads where user_id in (${people}) order by user_id for no key update`;
}

/** An entry about to be written: what happened to whom, and by how much it moves their counts. */
export interface NewLiveEvent {
  userId: string;
  type: string;
  /** Ids only: events are rendered when they are sent. */
  payload: Record<string, unknown>;
  unread?: number;
  unseen?: number;
}

/** Where a person's log stands after an append: what a hint carries. */
export interface LivePosition {
  userId: string;
  seq: string;
}

/**
 * SQL text, the end of a `with` list: appends events to logs and moves counts. `source` selects (user_id, type, payload,
 * unread, unseen, notification_id, position), where position is their order; the people's heads are locked by an earlier
 * statement. Afterwards `head` has (user_id, seq) of everyone whose log has grown.
 */
export function appendLiveEventsSql(source: string): string {
  return `event as (
     select source.*, row_number() over (partition by user_id order by position) as step from (${source}) source
   ), moved as (
     select user_id, count(*) as steps, sum(unread)::int as unread, sum(unseen)::int as unseen,
            max(notification_id) as notification_id
     from event group by user_id
   ), head as (
     update live_heads set
       seq = live_heads.seq + moved.steps,
       unread = live_heads.unread + moved.unread,
       unseen = live_heads.unseen + moved.unseen,
       last_notification_id = greatest(live_heads.last_notification_id, moved.notification_id)
     from moved where live_heads.user_id = moved.user_id
     returning live_heads.user_id, live_heads.seq, moved.steps
   ), entry as (
     insert into live_log (user_id, seq, type, payload)
     select event.user_id, head.seq - head.steps + event.step, event.type, event.payload
     from event join head on head.user_id = event.user_id
   )`;
}

const appendLiveEventsStatement: Statement<LivePosition> = statement(
  "log.appendEvents",
  `with ${appendLiveEventsSql(
    `select given.*, null::bigint as notification_id from unnest($1::bigint[], $2::text[], $3::jsonb[], $4::int[], $5::int[])
        with ordinality as given (user_id, type, payload, unread, unseen, position)`,
  )}
   select user_id as "userId", seq from head`,
);

/**
 * Appends events, in the given order, to the logs of people whose heads the transaction has locked (lockLiveHeads), and
 * moves their counts. Answers each person's new position, to be hinted after commit. People who are gone are passed over.
 */
export async function appendLiveEvents(tx: Tx, input: { events: readonly NewLiveEvent[] }): Promise<LivePosition[]> {
  const { events } = input;
  if (events.length === 0) return [];
  return tx.many(appendLiveEventsStatement, [
    events.map((event) => event.userId),
    events.map((event) => event.type),
    events.map((event) => JSON.stringify(event.payload)),
    events.map((event) => event.unread ?? 0),
    events.map((event) => event.unseen ?? 0),
  ]);
}
