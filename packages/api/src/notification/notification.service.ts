// What a person reads of their notifications, and marks: lists, counts, read and seen.
// Promises: counts are of what the list shows (notification.sight.ts); a mark moves rows, counts and the log together, and a repeat changes nothing.
import { type Statement, statement, type Tx } from "@pixora/db";
import { appendLiveEvents, lockLiveHeadsLater } from "../log/log.head.ts";
import { hintPeople } from "../log/log.hint.ts";
import { cutPage, decodeCursor, encodeCursor } from "../platform/call/cursor.ts";
import { idInput, type Page, type PageRequest } from "../platform/call/wire.ts";
import type { Deps } from "../platform/process/deps.ts";
import type { Counts } from "../user/user.schema.ts";
import { conversationCounts } from "../visibility/chat.visibility.ts";
import type { MarkReadInput, NotificationView } from "./notification.schema.ts";
import { presentNotifications } from "./notification.view.ts";

const listCursor = { list: "notification.list", position: idInput };

const listStatement: Statement<{ id: string }> = statement(
  "notification.listNotifications",
  `select id from notifications
   where "receiverId" = $1 and ($2::bigint is null or id < $2) and not "isHidden"
   order by id desc limit $3`,
);

const listOfGroupStatement: Statement<{ id: string }> = statement(
  "notification.listOfGroup",
  `select id from notifications
   where "receiverId" = $1 and ($2::bigint is null or id < $2) and "groupKey" = $4 and not "isHidden"
   order by id desc limit $3`,
);

/** The viewer's notifications, newest first; with `groupKey`, those of one group. Throws cursor.invalid. */
export async function listNotifications(
  deps: Pick<Deps, "db" | "storage">,
  input: { viewerId: string; groupKey?: string | null | undefined } & PageRequest,
): Promise<Page<NotificationView>> {
  const { viewerId, limit } = input;
  const groupKey = input.groupKey ?? null;
  const binding = { viewerId, groupKey };
  const after = decodeCursor(listCursor, { input: binding, cursor: input.cursor });
  const values = [viewerId, after, limit + 1];
  const rows =
    groupKey === null
      ? await deps.db.sql.many(listStatement, values)
      : await deps.db.sql.many(listOfGroupStatement, [...values, groupKey]);
  const page = cutPage(rows, {
    limit,
    cursorAfter: (last) => encodeCursor(listCursor, { input: binding, position: last.id }),
  });
  const items = await presentNotifications(deps, { viewerId, ids: page.rows.map((row) => row.id) });
  return { items, nextCursor: page.nextCursor };
}

const countsStatement: Statement<Counts> = statement(
  "notification.selectCounts",
  `select unread, unseen, ${conversationCounts("$1::bigint")} from live_heads where user_id = $1`,
);

const none: Counts = { unread: 0, unseen: 0, conversations: 0, requests: 0 };

/** How many of the viewer's notifications are unread and unseen. */
export async function countNotifications(deps: Pick<Deps, "db">, input: { viewerId: string }): Promise<Counts> {
  return (await deps.db.sql.maybe(countsStatement, [input.viewerId])) ?? none;
}

interface MarkedCounts {
  unread: number;
  unseen: number;
}

/** SQL that marks the unread among `which` (of $1's) as read and seen, and answers by how much that moves the counts. */
function markReadStatement(name: string, which: string): Statement<MarkedCounts> {
  return statement(
    `notification.${name}`,
    `with target as (
       select id, seen, "isHidden" from notifications where "receiverId" = $1 and not read and ${which}
     ), marked as (
       update notifications n set read = true, seen = true from target where n.id = target.id
     )
     select (count(*) filter (where not "isHidden"))::int as unread,
            (count(*) filter (where not seen and not "isHidden"))::int as unseen from target`,
  );
}

const markIds = markReadStatement("markIds", "id = any ($2::bigint[])");
const markGroups = markReadStatement("markGroups", `"groupKey" = any ($2::text[])`);
const markUpTo = markReadStatement("markUpTo", "id <= $2::bigint");

type MarkDeps = Pick<Deps, "db" | "pubsub">;

/**
 * Marks the actor's notifications as read (and so as seen); ids that are not theirs are passed over. The second time
 * changes nothing and tells nobody.
 */
export function markRead(deps: MarkDeps, input: { actorId: string; which: MarkReadInput }): Promise<Counts> {
  const { actorId, which } = input;
  return mark(deps, { actorId, type: "notification.read", payload: { marked: { ...which } } }, (tx) => {
    if (which.ids !== undefined) return tx.one(markIds, [actorId, which.ids]);
    if (which.groupKeys !== undefined) return tx.one(markGroups, [actorId, which.groupKeys]);
    return tx.one(markUpTo, [actorId, which.upToId]);
  });
}

const markSeenStatement: Statement<MarkedCounts> = statement(
  "notification.markSeen",
  `with target as (
     update notifications set seen = true where "receiverId" = $1 and not seen and id <= $2::bigint returning "isHidden"
   )
   select 0 as unread, (count(*) filter (where not "isHidden"))::int as unseen from target`,
);

/** Marks the actor's notifications up to an id as seen. The second time changes nothing and tells nobody. */
export function markSeen(deps: MarkDeps, input: { actorId: string; upToId: string }): Promise<Counts> {
  const { actorId, upToId } = input;
  return mark(deps, { actorId, type: "notification.seen", payload: { upToId } }, (tx) =>
    tx.one(markSeenStatement, [actorId, upToId]),
  );
}

async function mark(
  deps: MarkDeps,
  event: { actorId: string; type: string; payload: Record<string, unknown> },
  work: (tx: Tx) => Promise<MarkedCounts>,
): Promise<Counts> {
  const { actorId, type, payload } = event;
  const { counts, positions } = await deps.db.inTransaction(async (tx) => {
    lockLiveHeadsLater(tx, { userIds: [actorId] });
    const before = (await tx.maybe(countsStatement, [actorId])) ?? none;
    const marked = await work(tx);
    if (marked.unread === 0 && marked.unseen === 0) return { counts: before, positions: [] };
    const moved = { unread: -marked.unread, unseen: -marked.unseen };
    const events = [{ userId: actorId, type, payload, ...moved }];
    return {
      counts: { ...before, unread: before.unread + moved.unread, unseen: before.unseen + moved.unseen },
      positions: await appendLiveEvents(tx, { events }),
    };
  });
  hintPeople(deps, { positions });
  return counts;
}
