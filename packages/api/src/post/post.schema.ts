// What goes into and comes out of the room `post` on the wire.
import { z } from "zod";
import { imageView } from "../media/media.schema.ts";
import { vouched } from "../platform/call/vouched.ts";
import { idempotencyKeyInput, idInput, idView, instantView, pageShape, pageView } from "../platform/call/wire.ts";
import { textInput } from "../platform/text/text.ts";
import { followStateView, userSummaryView } from "../user/user.schema.ts";

const maxPictures = 10;

const captionInput = textInput({ max: 2_200 });
const altInput = textInput({ max: 1_000 });
export const postVisibility = z.enum(["public", "followers"]);
export type PostVisibility = z.infer<typeof postVisibility>;

/** Someone named in a text, as a link. */
export const mentionRef = z.object({ userId: idView, handle: z.string() });
export type MentionRef = z.infer<typeof mentionRef>;

/**
 * What moderators did to what the viewer made: removed (only they see it), limited (kept out of what people discover), or
 * under review (so until somebody has looked). Decision, rule and words are null while nobody has decided.
 */
export const moderationMarkView = z.object({
  state: z.enum(["removed", "limited", "underReview"]),
  decisionId: idView.nullable(),
  rule: z.string().nullable(),
  text: z.string().nullable(),
});

export const postView = z.object({
  id: idView,
  author: userSummaryView,
  caption: z.string(),
  media: vouched(z.array(imageView)),
  hashtags: z.array(z.string()),
  mentions: z.array(mentionRef),
  visibility: postVisibility,
  /** To be shown blurred until the viewer wants to see it. */
  isSensitive: z.boolean(),
  likeCount: z.int(),
  commentCount: z.int(),
  createdAt: instantView,
  editedAt: instantView.nullable(),
  rev: z.int(),
  viewer: z
    .object({
      isLiked: z.boolean(),
      isBookmarked: z.boolean(),
      /** Of the author. */
      follow: followStateView,
      canEdit: z.boolean(),
      canComment: z.boolean(),
      isQuiet: z.boolean(),
      moderation: moderationMarkView.nullable(),
    })
    .nullable(),
});
export type PostView = z.infer<typeof postView>;
export const postPageView = pageView(postView);

export const createPostInput = z
  .object({
    caption: captionInput.nullish().transform((caption) => caption ?? ""),
    media: z
      .array(z.object({ mediaId: idInput, alt: altInput.nullish() }))
      .max(maxPictures, `At most ${maxPictures} pictures`)
      .nullish()
      .transform((media) => media ?? []),
    visibility: postVisibility.default("public"),
    idempotencyKey: idempotencyKeyInput,
  })
  .refine((input) => input.caption !== "" || input.media.length > 0, {
    path: ["caption"],
    message: "Write a caption or add a picture",
  });
export type CreatePostInput = z.infer<typeof createPostInput>;

/** Absent keys stay as they are; `caption: null` clears it. */
export const updatePostInput = z.object({
  postId: idInput,
  caption: captionInput.nullish(),
  media: z
    .array(z.object({ mediaId: idInput, alt: altInput.nullable() }))
    .max(maxPictures, `At most ${maxPictures} pictures`)
    .optional(),
  visibility: postVisibility.optional(),
});
export type UpdatePostInput = z.infer<typeof updatePostInput>;

export const postIdInput = z.object({ postId: idInput });
export const listPostsByUserInput = z.object({ userId: idInput, ...pageShape });
export const listPostEditsInput = z.object({ postId: idInput, ...pageShape });

/** A caption that an edit replaced, and when. */
export const postEditView = z.object({ caption: z.string(), editedAt: instantView });
export type PostEditView = z.infer<typeof postEditView>;
export const postEditPageView = pageView(postEditView);
