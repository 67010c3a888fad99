// What goes into and comes out of the room `chat` on the wire: conversations, their members, messages.
import { z } from "zod";
import { imageView } from "../media/media.schema.ts";
import { idInput, idView, instantView, pageShape, pageView } from "../platform/call/wire.ts";
import { countGraphemes, textInput } from "../platform/text/text.ts";
import { postView } from "../post/post.schema.ts";
import { countsView, userCardView, userSummaryView } from "../user/user.schema.ts";

/** The number of a message in its conversation: from 1 on, without gaps. */
export const seqInput = z.int().min(1).max(2_147_483_647);

/** "media" shows pictures, and "post" a post alone; a picture may come with a shared post, too. */
export const messageKind = z.enum(["text", "media", "post", "system"]);
export type MessageKind = z.infer<typeof messageKind>;

/**
 * `sender` is null where that person is gone or not there for the viewer, `text` where nothing is left to read. Of a
 * "system" message the text says what happened to `sender`: "created", "joined", "left", "removed" or "changed".
 */
export const messageView = z.object({
  conversationId: idView,
  seq: z.int(),
  kind: messageKind,
  sender: userSummaryView.nullable(),
  text: z.string().nullable(),
  /** To whoever has not accepted yet, pictures come without their files: placeholders alone. */
  media: z.array(imageView),
  post: postView.nullable(),
  /** A post was shared that is not there for the viewer. */
  isPostUnavailable: z.boolean(),
  replyTo: z.object({ seq: z.int(), sender: userSummaryView.nullable(), text: z.string().nullable() }).nullable(),
  reactions: z.array(z.object({ reaction: z.string(), count: z.int(), isMine: z.boolean() })),
  /** Another member has read up to here. */
  isSeen: z.boolean(),
  createdAt: instantView,
  editedAt: instantView.nullable(),
  isDeleted: z.boolean(),
  /** Of one's own messages. */
  idempotencyKey: z.string().nullable(),
  rev: z.int(),
});
export type MessageView = z.infer<typeof messageView>;

/** What a conversation is. */
export const conversationKind = z.enum(["direct", "group"]);
export const conversationState = z.enum(["accepted", "request"]);
export type ConversationState = z.infer<typeof conversationState>;

export const conversationView = z.object({
  id: idView,
  kind: conversationKind,
  title: z.string().nullable(),
  picture: imageView.nullable(),
  /** Others than the viewer, at most five. */
  members: z.array(userCardView),
  /** All who have accepted. */
  memberCount: z.int(),
  /** The viewer's own. */
  state: conversationState,
  canSend: z.boolean(),
  lastMessage: messageView.nullable(),
  unreadCount: z.int(),
  readUpTo: z.int(),
  isMuted: z.boolean(),
  rev: z.int(),
});
export type ConversationView = z.infer<typeof conversationView>;
export const conversationPageView = pageView(conversationView);

export const openInput = z.object({ userId: idInput });
export const conversationIdInput = z.object({ conversationId: idInput });
export const listConversationsInput = z
  .object({ state: conversationState.default("accepted"), ...pageShape })
  .prefault({});
export const chatCountsView = z.object({ unread: z.int(), requests: z.int() });
export type ChatCounts = z.infer<typeof chatCountsView>;

const maxPictures = 10;
export const messageTextInput = textInput({ max: 1_000 });
const altInput = textInput({ max: 1_000 });

export const sendInput = z
  .object({
    conversationId: idInput,
    text: messageTextInput.nullish().transform((text) => text ?? ""),
    media: z
      .array(z.object({ mediaId: idInput, alt: altInput.nullish().transform((alt) => alt ?? "") }))
      .max(maxPictures, `At most ${maxPictures} pictures`)
      .nullish()
      .transform((media) => media ?? []),
    postId: idInput.nullish(),
    replyToSeq: seqInput.nullish(),
    /** Whatever happens to the answer, a message is there once. */
    idempotencyKey: z
      .string()
      .min(1)
      .max(64, { abort: true })
      .refine((key) => key.isWellFormed() && !key.includes("\0"), "Not a text"),
  })
  .refine(({ text, media, postId }) => text !== "" || media.length > 0 || postId != null, {
    path: ["text"],
    message: "Write something, or add a picture or a post",
  });
export type SendInput = z.infer<typeof sendInput>;

/** A page by numbers: the newest, or what is before, after or around one. */
export const listMessagesInput = z
  .object({
    conversationId: idInput,
    before: seqInput.nullish(),
    after: z.int().min(0).max(2_147_483_647).nullish(),
    around: seqInput.nullish(),
    limit: z.int().min(1).max(100).default(20),
  })
  .refine(({ before, after, around }) => [before, after, around].filter((seq) => seq != null).length <= 1, {
    path: ["before"],
    message: "Give one of before, after and around",
  });
export type ListMessagesInput = z.infer<typeof listMessagesInput>;

/** By number, the oldest first. */
export const messagePageView = z.object({
  items: z.array(messageView),
  hasBefore: z.boolean(),
  hasAfter: z.boolean(),
});
export type MessagePage = z.infer<typeof messagePageView>;

export const markReadInput = z.object({ conversationId: idInput, upToSeq: seqInput });
export const readMarkView = z.object({ readUpTo: z.int(), unreadCount: z.int(), counts: countsView });
export type ReadMarkView = z.infer<typeof readMarkView>;

const titleInput = textInput({ min: 1, max: 50, isSingleLine: true });
/** Besides whoever makes a group. */
const maxOthers = 49;
const userIdsInput = z
  .array(idInput)
  .min(1)
  .max(maxOthers, `At most ${maxOthers} others`)
  .transform((ids) => [...new Set(ids)]);

export const createGroupInput = z.object({ userIds: userIdsInput, title: titleInput });
/** Absent: unchanged. `pictureMediaId: null` clears. */
export const updateConversationInput = z.object({
  conversationId: idInput,
  title: titleInput.optional(),
  pictureMediaId: idInput.nullish(),
  isMuted: z.boolean().optional(),
});
export type UpdateConversationInput = z.infer<typeof updateConversationInput>;
export const addMembersInput = z.object({ conversationId: idInput, userIds: userIdsInput });
export const removeMemberInput = z.object({ conversationId: idInput, userId: idInput });
export const listMembersInput = z.object({ conversationId: idInput, ...pageShape });
export const memberView = userCardView.extend({ role: z.enum(["owner", "member"]), state: conversationState });
export type MemberView = z.infer<typeof memberView>;
export const memberPageView = pageView(memberView);

export const editMessageInput = z.object({
  conversationId: idInput,
  seq: seqInput,
  text: textInput({ min: 1, max: 1_000 }),
});
export const messageIdInput = z.object({ conversationId: idInput, seq: seqInput });
/** One emoji, as people see it; null takes it back. */
const reactionInput = z
  .string()
  .max(32, { error: "One emoji", abort: true })
  .refine((text) => /\p{RGI_Emoji}/v.test(text) && countGraphemes(text) === 1, "One emoji");
export const reactInput = z.object({ conversationId: idInput, seq: seqInput, reaction: reactionInput.nullable() });
