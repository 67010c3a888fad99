// Comments as many viewers may see them, at once: most see the very same, so each way to see a comment is one row.
// Promises: one statement; what a viewer may not see is not theirs; nothing here decides visibility by itself.
import { type Statement, statement } from "@pixora/db";
import type { Deps } from "../platform/process/deps.ts";
import { mentionedIdsSql, mentionsSql } from "../user/user.mention.ts";
import { commentIsReadable, commentIsVisible } from "../visibility/comment.visibility.ts";
import { postIsVisible } from "../visibility/post.visibility.ts";
import { isUnblocked, userIsListed } from "../visibility/user.visibility.ts";
import type { CommentView } from "./comment.schema.ts";
import {
  type CommentReader,
  type CommentRow,
  commentColumns,
  commentIsLiked,
  commentViewOfRow,
} from "./comment.view.ts";

/** A comment in one of the ways to see it, and who sees it so: their places in the list of viewers. */
export interface SharedComment {
  view: CommentView;
  places: number[];
}

const viewer = "viewer.id";

// The comments come first, by their key: a viewer's post may have very many others.
const presentStatement: Statement<CommentRow & CommentReader & { places: number[] }> = statement(
  "comment.presentToMany",
  `with said as materialized (
     select * from comments where id = any ($1::bigint[]) and deleted_at is null
   ), seen as (
     select comment.id, ${viewer} is null as is_stranger,
            comment.author_id is not distinct from ${viewer} as is_author,
            post.author_id is not distinct from ${viewer} as is_post_author,
            ${commentIsLiked(viewer)} as is_liked,
            answered.id is not null and ${userIsListed({ user: "answered", viewer })} as is_answered_listed,
            ${mentionedIdsSql({ ids: "comment.mention_ids", viewer })} as mention_ids,
            json_agg(viewer.place - 1) as places
     from unnest($2::bigint[], $3::bigint[]) with ordinality as viewer (post_id, id, place)
     join said comment on comment.post_id = viewer.post_id
     join users author on author.id = comment.author_id
     join posts post on post.id = comment.post_id
     join users post_author on post_author.id = post.author_id
     left join users answered on answered.id = comment.reply_to_author_id
     where ${postIsVisible({ post: "post", author: "post_author", viewer })}
       and ${commentIsReadable({ comment: "comment", viewer })}
       and ${commentIsVisible({ comment: "comment", author: "author", viewer })}
     group by 1, 2, 3, 4, 5, 6, 7
   )
   select ${commentColumns("true")}, seen.is_stranger as "isStranger", seen.is_author as "isAuthor",
          seen.is_post_author as "isPostAuthor", seen.is_liked as "isLiked", seen.places,
          ${mentionsSql({ ids: "seen.mention_ids", viewer: "null::bigint" })} as mentions,
          case when seen.is_answered_listed
               then json_build_object('userId', answered.id::text, 'handle', answered.handle) end as "replyTo"
   from seen
   join comments comment on comment.id = seen.id
   join users author on author.id = comment.author_id
   join comment_counts counts on counts.comment_id = comment.id
   left join users answered on answered.id = comment.reply_to_author_id`,
);

/**
 * Comments by id in each way that some of `viewers` (null: a stranger) on their posts may see them. Comments that are
 * deleted are left out, and viewers who may not see a comment or its post have no place in it.
 */
export async function presentCommentsToMany(
  deps: Pick<Deps, "db" | "storage">,
  input: { commentIds: readonly string[]; viewers: readonly { postId: string; viewerId: string | null }[] },
): Promise<SharedComment[]> {
  const { commentIds, viewers } = input;
  if (commentIds.length === 0 || viewers.length === 0) return [];
  const rows = await deps.db.sql.many(presentStatement, [
    commentIds,
    viewers.map((viewer) => viewer.postId),
    viewers.map((viewer) => viewer.viewerId),
  ]);
  return rows.map((row) => ({ view: commentViewOfRow(deps, row, row), places: row.places }));
}

const unblocked = (author: string) => isUnblocked(viewer, author);

// A comment that is gone altogether was of an account that is: nobody blocks it any more.
const hiddenStatement: Statement<{ id: string; places: number[] }> = statement(
  "comment.hiddenFromMany",
  `select comment.id, json_agg(viewer.place - 1) as places
   from unnest($2::bigint[], $3::bigint[]) with ordinality as viewer (post_id, id, place)
   join comments comment on comment.post_id = viewer.post_id and comment.id = any ($1::bigint[])
   left join comments top on top.id = comment.parent_id
   where ${viewer} is not null and not (${unblocked("comment.author_id")} and ${unblocked("top.author_id")})
   group by comment.id`,
);

/**
 * From whom of `viewers` a block hides these comments, deleted or not, by comment: their places in the list. Of what a
 * block hid, not even the end is told.
 */
export async function hideCommentsFromMany(
  deps: Pick<Deps, "db">,
  input: { commentIds: readonly string[]; viewers: readonly { postId: string; viewerId: string | null }[] },
): Promise<Map<string, ReadonlySet<number>>> {
  const { commentIds, viewers } = input;
  if (commentIds.length === 0 || viewers.length === 0) return new Map();
  const rows = await deps.db.sql.many(hiddenStatement, [
    commentIds,
    viewers.map((viewer) => viewer.postId),
    viewers.map((viewer) => viewer.viewerId),
  ]);
  return new Map(rows.map((row) => [row.id, new Set(row.places)]));
}
