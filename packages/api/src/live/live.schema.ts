// What goes into and comes out of the room `live` on the wire: events, each an object with its name as `type`.
import { z } from "zod";
import { conversationView, messageView } from "../chat/chat.schema.ts";
import { commentView } from "../comment/comment.schema.ts";
import { decisionView } from "../decision/decision.schema.ts";
import { mediaView } from "../media/media.schema.ts";
import { markedView, notificationView } from "../notification/notification.schema.ts";
import { vouched } from "../platform/call/vouched.ts";
import { idInput, idView } from "../platform/call/wire.ts";
import { countsView, userSummaryView } from "../user/user.schema.ts";

/** Where a stream goes on: the id of the last event received. Anything that is no such id is unknown: a resync. */
export const onEventInput = z.object({ lastEventId: z.string().max(100).nullish() }).prefault({});

export const personalEventView = z.discriminatedUnion("type", [
  z.object({ type: z.literal("ready"), counts: countsView }),
  z.object({ type: z.literal("resync"), counts: countsView }),
  z.object({ type: z.literal("notification.created"), notification: notificationView, counts: countsView }),
  z.object({ type: z.literal("notification.removed"), ids: z.array(idView), counts: countsView }),
  z.object({ type: z.literal("notification.read"), marked: markedView, counts: countsView }),
  z.object({ type: z.literal("notification.seen"), upToId: idView, counts: countsView }),
  z.object({ type: z.literal("media.ready"), media: mediaView }),
  z.object({ type: z.literal("media.failed"), media: mediaView }),
  z.object({
    type: z.literal("message.created"),
    message: messageView,
    conversation: z.object({ id: idView, unreadCount: z.int() }),
    counts: countsView,
  }),
  z.object({ type: z.literal("message.updated"), message: messageView }),
  z.object({ type: z.literal("message.deleted"), conversationId: idView, seq: z.int(), counts: countsView }),
  z.object({ type: z.literal("conversation.updated"), conversation: conversationView, counts: countsView }),
  z.object({ type: z.literal("conversation.removed"), conversationId: idView, counts: countsView }),
  z.object({ type: z.literal("conversation.read"), conversationId: idView, readUpTo: z.int(), counts: countsView }),
  z.object({ type: z.literal("session.revoked"), sessionId: idView }),
  z.object({ type: z.enum(["moderation.decided", "appeal.decided"]), decision: decisionView }),
]);
export type PersonalEvent = z.infer<typeof personalEventView>;

export const onConversationInput = z.object({ conversationId: idInput });

/** What is told to whoever looks on, and kept nowhere. `typing` is over after six seconds without another. */
export const conversationEventView = z.discriminatedUnion("type", [
  z.object({ type: z.literal("typing"), user: userSummaryView }),
  z.object({ type: z.literal("read"), userId: idView, readUpTo: z.int() }),
]);
export type ConversationEvent = z.infer<typeof conversationEventView>;

export const onPostInput = z.object({ postId: idInput });

/** Events of posts are shared by all who hear them: they are checked where they are made. */
export const postEventView = vouched(
  z.discriminatedUnion("type", [
    z.object({
      type: z.literal("post.counts"),
      likeCount: z.int(),
      commentCount: z.int(),
      rev: z.int(),
    }),
    z.object({ type: z.literal("comment.created"), comment: commentView }),
    z.object({ type: z.literal("comment.updated"), comment: commentView }),
    z.object({ type: z.literal("comment.deleted"), commentId: idView }),
    z.object({ type: z.literal("post.deleted") }),
    // Made by the SDK after a gap, never by the server.
    z.object({ type: z.literal("post.resync") }),
  ]),
);
export type PostEvent = z.infer<typeof postEventView>;
