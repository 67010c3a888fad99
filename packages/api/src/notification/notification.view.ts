// Notifications as their receivers may see them: ids in, views out, in one round trip, also for many receivers at once;
// and as SQL text for other statements.
// Promise: one whose actor or subject is hidden from the receiver by now is left out.
import { type Statement, statement } from "@pixora/db";
import { imageOf, postPicturesSql, type StoredPicture } from "../media/media.picture.ts";
import type { Deps } from "../platform/process/deps.ts";
import type { UserViewer } from "../user/user.schema.ts";
import { type SummaryRow, summaryColumns, summaryOfRow } from "../user/user.summary.ts";
import { commentIsReadable, commentIsVisible } from "../visibility/comment.visibility.ts";
import { postIsVisible } from "../visibility/post.visibility.ts";
import { followState, isBlocking, isMuting, userIsListed } from "../visibility/user.visibility.ts";
import type { NotificationType, NotificationView } from "./notification.schema.ts";

/** A notification as a statement finds it for its receiver. */
export interface NotificationRow extends SummaryRow, Omit<UserViewer, "isSelf"> {
  id: string;
  receiverId: string;
  groupKey: string;
  type: NotificationType;
  postId: string | null;
  commentId: string | null;
  text: string | null;
  /** The post's first. */
  picture: StoredPicture | null;
  read: boolean;
  seen: boolean;
  createdAt: Date;
}

const viewer = `n."receiverId"`;

/** SQL text: a NotificationRow of the alias `n` of `notifications`, from behind `select` to before `where`. */
export const notificationSql = {
  columns: `n.id, n."receiverId", n."groupKey", n.type, n."postId", n."commentId", n.read, n.seen, n."createdAt",
          left(coalesce(comment.text, post.caption), 400) as text,
          ${postPicturesSql(`n."postId"`)} -> 0 as picture,
          ${summaryColumns("actor")},
          ${followState(viewer, "actor.id")} as follow, ${followState("actor.id", viewer)} as "followedBy",
          ${isBlocking(viewer, "actor.id")} as "isBlocking", ${isMuting(viewer, "actor.id")} as "isMuting"`,
  /** What the columns and the rule look at besides `n`. */
  joins: `join users actor on actor.id = n."actorId"
   left join posts post on post.id = n."postId"
   left join users post_author on post_author.id = post.author_id
   left join comments comment on comment.id = n."commentId"
   left join users comment_author on comment_author.id = comment.author_id`,
  /** Its receiver may see all of it. */
  isShown: `${userIsListed({ user: "actor", viewer })}
     and (n."postId" is null or ${postIsVisible({ post: "post", author: "post_author", viewer })})
     and (n."commentId" is null
          or (${commentIsReadable({ comment: "comment", viewer })}
              and ${commentIsVisible({ comment: "comment", author: "comment_author", viewer })}))`,
};

const presentStatement: Statement<NotificationRow> = statement(
  "notification.presentNotifications",
  `select ${notificationSql.columns}
   from unnest($1::bigint[]) with ordinality as wanted (id, place)
   join notifications n on n.id = wanted.id
   ${notificationSql.joins}
   where ($2::bigint is null or n."receiverId" = $2) and ${notificationSql.isShown}
   order by wanted.place`,
);

/** Views of the viewer's own notifications, in the given order; others' ids are left out. */
export async function presentNotifications(
  deps: Pick<Deps, "db" | "storage">,
  input: { viewerId: string; ids: readonly string[] },
): Promise<NotificationView[]> {
  if (input.ids.length === 0) return [];
  const rows = await deps.db.sql.many(presentStatement, [input.ids, input.viewerId]);
  return rows.map((row) => notificationViewOfRow(deps, row));
}

/** Views by notification id, each as its own receiver may see it: for mails, which go to many people at once. */
export async function presentToReceivers(
  deps: Pick<Deps, "db" | "storage">,
  input: { ids: readonly string[] },
): Promise<Map<string, NotificationView>> {
  if (input.ids.length === 0) return new Map();
  const rows = await deps.db.sql.many(presentStatement, [input.ids, null]);
  return new Map(rows.map((row) => [row.id, notificationViewOfRow(deps, row)]));
}

export function notificationViewOfRow(deps: Pick<Deps, "storage">, row: NotificationRow): NotificationView {
  const { follow, followedBy, isBlocking, isMuting } = row;
  return {
    id: row.id,
    groupKey: row.groupKey,
    type: row.type,
    actor: { ...summaryOfRow(deps, row), viewer: { isSelf: false, follow, followedBy, isBlocking, isMuting } },
    postId: row.postId,
    commentId: row.commentId,
    preview: { text: excerptOf(row.text), imageUrl: imageUrlOf(deps, row.picture) },
    read: row.read,
    seen: row.seen,
    createdAt: row.createdAt.toISOString(),
  };
}

// The smallest file does for a glimpse; it is signed, since the post may be for few.
function imageUrlOf(deps: Pick<Deps, "storage">, picture: StoredPicture | null): string | null {
  if (picture === null) return null;
  const image = imageOf(deps.storage, picture, { isPublic: false });
  return image.variants[0]?.url ?? image.url;
}

const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });
const excerptLength = 120;

/** Each of these is one character for people, and none joins what comes behind it. */
const plainText = /^[\n\x20-\x7e]*$/;

/** The beginning of a text, cut between characters that people see; null for none. */
export function excerptOf(text: string | null): string | null {
  if (text === null || text === "") return null;
  // No text has more characters than units.
  if (text.length <= excerptLength) return text;
  const start = text.slice(0, excerptLength + 1);
  const kept = plainText.test(start) ? start.slice(0, excerptLength - 1) : keptOf(text);
  return kept === null ? text : `${kept.trimEnd()}…`;
}

function keptOf(text: string): string | null {
  let count = 0;
  let end = 0;
  for (const { index } of segmenter.segment(text)) {
    count += 1;
    if (count === excerptLength) end = index;
    if (count > excerptLength) return text.slice(0, end);
  }
  return null;
}
