// The one rule of who may see a comment on a post that they may see, as SQL text. `comment` is an alias of
// `comments`, `author` of its author's `users` row (left-joined: a placeholder may have none), `viewer` an SQL expression
// (null::bigint for strangers).
import { userIsListed } from "./user.visibility.ts";

/** Its text may be read: it is neither deleted nor, save for its author, removed by a moderator. Never null. */
export function commentIsReadable(scope: { comment: string; viewer: string }): string {
  const { comment, viewer } = scope;
  return `(${comment}.deleted_at is null
           and (${comment}.removed_by is null or coalesce(${comment}.author_id = ${viewer}, false)))`;
}

/**
 * Its author is listed for the viewer, and so is the author of its top comment: a blocked or suspended author's
 * thread goes as a whole. A deleted or removed one stays only while live replies need its place.
 */
export function commentIsVisible(scope: { comment: string; author: string; viewer: string }): string {
  const { comment, author, viewer } = scope;
  return `(${comment}.id is not null
           and (${commentIsReadable({ comment, viewer })}
            or exists (select from comment_counts cc where cc.comment_id = ${comment}.id and cc.reply_count > 0))
           and ${userIsListed({ user: author, viewer })}
           and (${comment}.parent_id is null
                or exists (select from comments top left join users top_author on top_author.id = top.author_id
                           where top.id = ${comment}.parent_id
                             and ${userIsListed({ user: "top_author", viewer })})))`;
}
