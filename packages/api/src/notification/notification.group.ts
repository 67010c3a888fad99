// Notifications in groups, as a screen shows them: "ann and 12 others liked your post".
// Promises: ordered by each group's newest; a walk through pages sees what was there when it began.
import { maxId, type Statement, statement } from "@pixora/db";
import { z } from "zod";
import { bytesOfText, cutPage, decodeCursor, encodeCursor, endEarly } from "../platform/call/cursor.ts";
import { idInput, type Page, type PageRequest } from "../platform/call/wire.ts";
import type { Deps } from "../platform/process/deps.ts";
import type { NotificationGroupView, NotificationView } from "./notification.schema.ts";
import { presentNotifications } from "./notification.view.ts";

interface GroupRow {
  latestId: string;
  groupKey: string;
  actorCount: number;
  read: boolean;
  seen: boolean;
  /** The newest notification of each of the newest actors. */
  newestIds: string[];
}

/** `pin` is the newest notification of the first page: what is newer arrives live. */
const cursorKind = { list: "notification.groups", position: z.object({ pin: idInput, latestId: idInput }) };

// More actors than are shown, since some may be hidden from the viewer.
const groupsStatement: Statement<GroupRow> = statement(
  "notification.listGroups",
  `select latest.id as "latestId", latest."groupKey", summary.*, newest.ids as "newestIds"
   from (
     select n.id, n."groupKey" from notifications n
     where n."receiverId" = $1 and n.id <= $2 and ($3::bigint is null or n.id < $3) and not n."isHidden"
       and not exists (select from notifications newer
                       where newer."receiverId" = $1 and newer."groupKey" = n."groupKey"
                         and newer.id > n.id and newer.id <= $2 and not newer."isHidden")
     order by n.id desc limit $4
   ) latest
   cross join lateral (
     select count(distinct m."actorId")::int as "actorCount", bool_and(m.read) as read, bool_and(m.seen) as seen
     from notifications m where m."receiverId" = $1 and m."groupKey" = latest."groupKey" and m.id <= $2 and not m."isHidden"
   ) summary
   cross join lateral (
     select array_agg(actor.id order by actor.id desc)::text[] as ids
     from (select max(m.id) as id from notifications m
           where m."receiverId" = $1 and m."groupKey" = latest."groupKey" and m.id <= $2 and not m."isHidden"
           group by m."actorId" order by max(m.id) desc limit 10) actor
   ) newest
   order by latest.id desc`,
);

/** The viewer's notifications in groups, newest first; a group nobody of which may be seen is left out. Throws cursor.invalid. */
export async function listGroups(
  deps: Pick<Deps, "db" | "storage">,
  input: { viewerId: string } & PageRequest,
): Promise<Page<NotificationGroupView>> {
  const { viewerId, limit } = input;
  const binding = { viewerId };
  const after = decodeCursor(cursorKind, { input: binding, cursor: input.cursor });
  const values = [viewerId, after?.pin ?? maxId, after?.latestId ?? null, limit + 1];
  const rows = await deps.db.sql.many(groupsStatement, values);
  const pin = after?.pin ?? rows[0]?.latestId ?? "0";
  const cursorAfter = ({ latestId }: { latestId: string }) =>
    encodeCursor(cursorKind, { input: binding, position: { pin, latestId } });
  const page = cutPage(rows, { limit, cursorAfter });
  const ids = page.rows.flatMap((row) => row.newestIds);
  const views = new Map((await presentNotifications(deps, { viewerId, ids })).map((view) => [view.id, view]));
  const items = page.rows.flatMap((row) => groupOfRow(row, views) ?? []);
  return endEarly({ items, nextCursor: page.nextCursor }, { weigh: weighGroup, cursorAfter });
}

function weighGroup({ actors, preview }: NotificationGroupView): number {
  return actors.reduce(
    (sum, actor) => sum + 1_500 + bytesOfText(actor.displayName),
    1_000 + 3 * (preview.text?.length ?? 0),
  );
}

function groupOfRow(row: GroupRow, views: ReadonlyMap<string, NotificationView>): NotificationGroupView | null {
  const newest = row.newestIds.map((newestId) => views.get(newestId)).filter((view) => view !== undefined);
  const [latest] = newest;
  if (latest === undefined) return null;
  return {
    groupKey: row.groupKey,
    type: latest.type,
    actors: newest.slice(0, 3).map((view) => view.actor),
    actorCount: row.actorCount,
    postId: latest.postId,
    commentId: latest.commentId,
    preview: latest.preview,
    read: row.read,
    seen: row.seen,
    latestId: row.latestId,
    latestAt: latest.createdAt,
  };
}
