// Comments as one viewer may see them: ids in, views out, in one round trip.
// Promises: the given order; what the viewer may not see is left out; nothing here decides visibility by itself.
import { statement } from "@pixora/db";
import { weighImage } from "../media/media.picture.ts";
import { bytesOfText } from "../platform/call/cursor.ts";
import { AppError } from "../platform/call/errors.ts";
import type { Deps } from "../platform/process/deps.ts";
import type { MentionRef } from "../post/post.schema.ts";
import { mentionsSql } from "../user/user.mention.ts";
import { type SummaryRow, summaryColumns, summaryOfRow } from "../user/user.summary.ts";
import { commentIsReadable, commentIsVisible } from "../visibility/comment.visibility.ts";
import { type ModerationMark, moderationMarkSql } from "../visibility/moderation.visibility.ts";
import { postIsVisible } from "../visibility/post.visibility.ts";
import { userIsListed } from "../visibility/user.visibility.ts";
import type { CommentView } from "./comment.schema.ts";

/** A comment as a statement finds it for some viewer. */
export interface CommentRow extends SummaryRow {
  id: string;
  postId: string;
  parentId: string | null;
  replyTo: MentionRef | null;
  text: string;
  mentions: MentionRef[];
  createdAt: Date;
  editedAt: Date | null;
  /** Nothing of it is shown but its place. */
  isDeleted: boolean;
  isRemoved: boolean;
  /** For its author only. */
  moderation: ModerationMark | null;
  likeCount: number;
  replyCount: number;
  rev: number;
  isLiked: boolean;
}

const mark = moderationMarkSql({ removedBy: "comment.removed_by", limitedBy: "null::bigint", heldBy: "null::bigint" });

/**
 * SQL text: the columns of a CommentRow that are the same for all who may read it (`isReadable`), of the aliases
 * `comment`, `author` (its author) and `counts`.
 */
export function commentColumns(isReadable: string): string {
  return `comment.id, comment.post_id as "postId", comment.parent_id as "parentId",
          comment.text, comment.created_at as "createdAt", comment.edited_at as "editedAt",
          not ${isReadable} as "isDeleted", comment.removed_by is not null as "isRemoved",
          ${mark} as moderation,
          counts.like_count as "likeCount", counts.reply_count as "replyCount", counts.rev,
          ${summaryColumns("author")}`;
}

/** SQL text: the viewer likes the alias `comment`. */
export function commentIsLiked(viewer: string): string {
  return `exists (select from comment_likes cl where cl.comment_id = comment.id and cl.user_id = ${viewer})`;
}

const viewer = "$2::bigint";

const presentCommentsStatement = statement<CommentRow & { postAuthorId: string }>(
  "comment.presentComments",
  `select ${commentColumns(commentIsReadable({ comment: "comment", viewer }))}, post.author_id as "postAuthorId",
          ${mentionsSql({ ids: "comment.mention_ids", viewer })} as mentions,
          (select json_build_object('userId', answered.id::text, 'handle', answered.handle)
           from users answered where answered.id = comment.reply_to_author_id
             and ${userIsListed({ user: "answered", viewer })}) as "replyTo",
          ${commentIsLiked(viewer)} as "isLiked"
   from unnest($1::bigint[]) with ordinality as wanted (id, place)
   join comments comment on comment.id = wanted.id
   left join users author on author.id = comment.author_id
   join comment_counts counts on counts.comment_id = comment.id
   join posts post on post.id = comment.post_id
   join users post_author on post_author.id = post.author_id
   where ${postIsVisible({ post: "post", author: "post_author", viewer })}
     and ${commentIsVisible({ comment: "comment", author: "author", viewer })}
   order by wanted.place`,
);

/** Views of comments by id, as `viewerId` (null: a stranger) may see them and their posts. */
export async function presentComments(
  deps: Pick<Deps, "db" | "storage">,
  input: { viewerId: string | null; ids: readonly string[] },
): Promise<CommentView[]> {
  if (input.ids.length === 0) return [];
  const { viewerId } = input;
  const rows = await deps.db.sql.many(presentCommentsStatement, [input.ids, viewerId]);
  return rows.map((row) =>
    commentViewOfRow(deps, row, {
      isStranger: viewerId === null,
      isAuthor: row.personId === viewerId,
      isPostAuthor: row.postAuthorId === viewerId,
    }),
  );
}

/** One comment as `viewerId` may see it. Throws comment.notFound. */
export async function presentComment(
  deps: Pick<Deps, "db" | "storage">,
  input: { viewerId: string | null; commentId: string },
): Promise<CommentView> {
  const [view] = await presentComments(deps, { viewerId: input.viewerId, ids: [input.commentId] });
  if (view === undefined) throw new AppError("comment.notFound");
  return view;
}

/** Who a comment is shown to, as far as what they may do with it depends on it. */
export interface CommentReader {
  isStranger: boolean;
  isAuthor: boolean;
  isPostAuthor: boolean;
}

export function commentViewOfRow(deps: Pick<Deps, "storage">, row: CommentRow, reader: CommentReader): CommentView {
  return {
    id: row.id,
    postId: row.postId,
    parentId: row.parentId,
    replyTo: row.replyTo,
    author: row.isDeleted ? null : summaryOfRow(deps, row),
    text: row.isDeleted ? null : row.text,
    mentions: row.isDeleted ? [] : row.mentions,
    likeCount: row.likeCount,
    replyCount: row.replyCount,
    createdAt: row.createdAt.toISOString(),
    editedAt: row.isDeleted ? null : (row.editedAt?.toISOString() ?? null),
    rev: row.rev,
    viewer: reader.isStranger ? null : viewerOfRow(row, reader),
  };
}

function viewerOfRow(row: CommentRow, { isAuthor, isPostAuthor }: CommentReader): CommentView["viewer"] {
  return {
    isLiked: row.isLiked,
    canEdit: !row.isDeleted && !row.isRemoved && isAuthor,
    canDelete: !row.isDeleted && (isAuthor || isPostAuthor),
    moderation: isAuthor && !row.isDeleted ? row.moderation : null,
  };
}

/** What a comment comes to in an answer, in bytes, at most. */
export function weighComment({ author, text, mentions }: CommentView): number {
  const avatarBytes = author?.avatar ? weighImage(author.avatar) : 0;
  return 800 + avatarBytes + bytesOfText(author?.displayName ?? "") + bytesOfText(text ?? "") + 100 * mentions.length;
}
