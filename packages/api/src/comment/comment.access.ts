// How one person stands to one comment: one place, so that every call refuses alike.
import { type Sql, statement } from "@pixora/db";
import { AppError } from "../platform/call/errors.ts";
import { commentIsVisible } from "../visibility/comment.visibility.ts";
import { postIsVisible } from "../visibility/post.visibility.ts";

/** How the viewer stands to a comment. */
export interface CommentStanding {
  postId: string;
  /** The top comment of its thread, or null for a top comment. */
  parentId: string | null;
  isAuthor: boolean;
  isPostAuthor: boolean;
  isDeleted: boolean;
  /** A moderator has taken it away, from all but its author. */
  isRemoved: boolean;
  /** The viewer may see the comment and its post; true for a placeholder too. */
  isVisible: boolean;
}

const viewer = "$2::bigint";

const selectStanding = statement<CommentStanding>(
  "comment.selectStanding",
  `select comment.post_id as "postId", comment.parent_id as "parentId",
          coalesce(comment.author_id = ${viewer}, false) as "isAuthor",
          coalesce(post.author_id = ${viewer}, false) as "isPostAuthor",
          comment.deleted_at is not null as "isDeleted", comment.removed_by is not null as "isRemoved",
          coalesce(${postIsVisible({ post: "post", author: "post_author", viewer })}
            and ${commentIsVisible({ comment: "comment", author: "author", viewer })}, false) as "isVisible"
   from comments comment
   left join users author on author.id = comment.author_id
   join posts post on post.id = comment.post_id
   join users post_author on post_author.id = post.author_id
   where comment.id = $1`,
);

/** Throws comment.notFound where there is no such comment; whether it may be seen is for the caller to ask. */
export async function readStanding(
  sql: Sql,
  input: { viewerId: string | null; commentId: string },
): Promise<CommentStanding> {
  const standing = await sql.maybe(selectStanding, [input.commentId, input.viewerId]);
  if (standing === null) throw new AppError("comment.notFound");
  return standing;
}
