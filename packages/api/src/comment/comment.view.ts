// Comments as one viewer may see them: ids in, views out, in one round trip.
// Promises: the given order; what the viewer may not see is left out; nothing here decides visibility by itself.
import { statement } from "@pixora/db";
import type { Deps } from "../platform/deps.ts";
import { AppError } from "../platform/errors.ts";
import type { MentionRef } from "../post/post.schema.ts";
import { postIsVisible } from "../post/post.visibility.ts";
import { mentionsSql } from "../user/user.mention.ts";
import { type SummaryRow, summaryColumns, summaryOfRow } from "../user/user.summary.ts";
import { userIsListed } from "../user/user.visibility.ts";
import type { CommentView } from "./comment.schema.ts";
import { commentIsVisible } from "./comment.visibility.ts";

interface CommentRow extends SummaryRow {
  id: string;
  /** Whom the row is for. */
  viewerId: string | null;
  postId: string;
  postAuthorId: string;
  parentId: string | null;
  replyTo: MentionRef | null;
  text: string;
  mentions: MentionRef[];
  createdAt: Date;
  editedAt: Date | null;
  isDeleted: boolean;
  likeCount: number;
  replyCount: number;
  rev: number;
  isLiked: boolean;
}

const viewer = "wanted.viewer_id";

const presentCommentsStatement = statement<CommentRow>(
  "comment.presentComments",
  `select comment.id, ${viewer} as "viewerId", comment.post_id as "postId", post.author_id as "postAuthorId", comment.parent_id as "parentId",
          (select json_build_object('userId', answered.id::text, 'handle', answered.handle)
           from users answered where answered.id = comment.reply_to_author_id
             and ${userIsListed({ user: "answered", viewer })}) as "replyTo",
          comment.text, ${mentionsSql("comment.mention_ids")} as mentions,
          comment.created_at as "createdAt", comment.edited_at as "editedAt",
          comment.deleted_at is not null as "isDeleted",
          counts.like_count as "likeCount", counts.reply_count as "replyCount", counts.rev,
          exists (select from comment_likes cl
                  where cl.comment_id = comment.id and cl.user_id = ${viewer}) as "isLiked",
          ${summaryColumns("author")}
   from unnest($1::bigint[], $2::bigint[]) with ordinality as wanted (id, viewer_id, place)
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
  const rows = await deps.db.sql.many(presentCommentsStatement, [input.ids, input.ids.map(() => input.viewerId)]);
  return rows.map((row) => viewOfRow(deps, row, input.viewerId));
}

/** Views of comments for many viewers at once, one a pair; pairs where the viewer may not see the comment are left out. */
export async function presentCommentsToMany(
  deps: Pick<Deps, "db" | "storage">,
  input: { pairs: readonly { commentId: string; viewerId: string | null }[] },
): Promise<{ viewerId: string | null; view: CommentView }[]> {
  const { pairs } = input;
  if (pairs.length === 0) return [];
  const values = [pairs.map((pair) => pair.commentId), pairs.map((pair) => pair.viewerId)];
  const rows = await deps.db.sql.many(presentCommentsStatement, values);
  return rows.map((row) => ({ viewerId: row.viewerId, view: viewOfRow(deps, row, row.viewerId) }));
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

function viewOfRow(deps: Pick<Deps, "storage">, row: CommentRow, viewerId: string | null): CommentView {
  const author = summaryOfRow(deps, row);
  const isAuthor = author.id === viewerId;
  return {
    id: row.id,
    postId: row.postId,
    parentId: row.parentId,
    replyTo: row.replyTo,
    author: row.isDeleted ? null : author,
    text: row.isDeleted ? null : row.text,
    mentions: row.isDeleted ? [] : row.mentions,
    likeCount: row.likeCount,
    replyCount: row.replyCount,
    createdAt: row.createdAt.toISOString(),
    editedAt: row.isDeleted ? null : (row.editedAt?.toISOString() ?? null),
    rev: row.rev,
    viewer: viewerId === null ? null : viewerOfRow(row, { isAuthor, viewerId }),
  };
}

function viewerOfRow(row: CommentRow, by: { isAuthor: boolean; viewerId: string }): CommentView["viewer"] {
  return {
    isLiked: row.isLiked,
    canEdit: !row.isDeleted && by.isAuthor,
    canDelete: !row.isDeleted && (by.isAuthor || row.postAuthorId === by.viewerId),
  };
}
