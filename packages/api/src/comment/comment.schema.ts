// What goes into and comes out of the room `comment` on the wire.
import { z } from "zod";
import { idempotencyKeyInput, idInput, idView, instantView, pageShape, pageView } from "../platform/call/wire.ts";
import { textInput } from "../platform/text/text.ts";
import { mentionRef, moderationMarkView } from "../post/post.schema.ts";
import { userSummaryView } from "../user/user.schema.ts";

export const commentTextInput = textInput({ min: 1, max: 1_000 });

/** `author` and `text` are null in a deleted comment that is kept for its replies. */
export const commentView = z.object({
  id: idView,
  postId: idView,
  /** The top comment of its thread; null for a top comment. */
  parentId: idView.nullable(),
  /** Whom a reply answers; null for a top comment, or where that person is not there for the viewer. */
  replyTo: mentionRef.nullable(),
  author: userSummaryView.nullable(),
  text: z.string().nullable(),
  mentions: z.array(mentionRef),
  likeCount: z.int(),
  replyCount: z.int(),
  createdAt: instantView,
  editedAt: instantView.nullable(),
  rev: z.int(),
  viewer: z
    .object({
      isLiked: z.boolean(),
      canEdit: z.boolean(),
      canDelete: z.boolean(),
      moderation: moderationMarkView.nullable(),
    })
    .nullable(),
});
export type CommentView = z.infer<typeof commentView>;
export const commentPageView = pageView(commentView);

export const createCommentInput = z.object({
  postId: idInput,
  text: commentTextInput,
  /** Any comment of the post; the reply is stored under its top comment. */
  parentId: idInput.nullish(),
  idempotencyKey: idempotencyKeyInput,
});
export const updateCommentInput = z.object({ commentId: idInput, text: commentTextInput });
export const commentIdInput = z.object({ commentId: idInput });

export const commentSort = z.enum(["newest", "oldest", "top"]);
export type CommentSort = z.infer<typeof commentSort>;
export const listCommentsInput = z.object({ postId: idInput, sort: commentSort.default("newest"), ...pageShape });
export const listRepliesInput = z.object({ commentId: idInput, ...pageShape });
