// The words of a push, by language and type. Promise: a new type without its words does not compile; the message fits
// the 4,096 bytes that every push service takes.

import type { MessageContent } from "../delivery/delivery.content.ts";
import type { NotificationType } from "../notification/notification.schema.ts";
import { defaultLanguage, type Language } from "../platform/text/language.ts";

/** What comes after the name of who did it. */
type PushWords = Record<NotificationType, string>;

const words: Record<Language, PushWords> = {
  en: {
    LIKE: "liked your post",
    COMMENT: "commented on your post",
    FOLLOW: "started following you",
    FOLLOW_REQUEST: "asked to follow you",
    FOLLOW_ACCEPTED: "accepted your request to follow",
    MENTION: "mentioned you",
    REPLY: "replied to your comment",
    COMMENT_LIKE: "liked your comment",
  },
};

/** What a service worker gets; `tag` makes a newer one of its group take the older one's place on the screen. */
export interface PushMessage {
  type: NotificationType;
  title: string;
  body: string;
  tag: string;
  postId: string | null;
  commentId: string | null;
  actorHandle: string;
}

/** What a service worker gets about a message; a newer one of the conversation takes its place on the screen. */
export interface MessagePush {
  type: "MESSAGE";
  title: string;
  body: string;
  tag: string;
  conversationId: string;
  seq: number;
  actorHandle: string;
}

/** What a push about a message is written from. */
export interface RingingMessage {
  conversationId: string;
  seq: number;
  kind: "text" | "media" | "post";
  /** The beginning of its text, or null. */
  excerpt: string | null;
  /** Of a group that has one. */
  groupTitle: string | null;
  actorHandle: string;
  actorName: string;
}

const messageWords: Record<Language, Record<RingingMessage["kind"], string>> = {
  en: { text: "sent you a message", media: "sent a picture", post: "shared a post" },
};

/** Below what is left of 4,096 bytes when they are encrypted. */
const maxBytes = 3_800;

/** The push of a message as JSON; the words that were sent, as far as they fit. */
export function writeMessagePush(message: RingingMessage, input: { tag: string; language?: Language }): string {
  const { conversationId, seq, kind, excerpt, groupTitle, actorHandle, actorName } = message;
  const did = messageWords[input.language ?? defaultLanguage][kind];
  const base = { type: "MESSAGE", tag: input.tag, conversationId, seq, actorHandle } as const;
  const title = groupTitle === null ? actorName : `${actorName} · ${groupTitle}`;
  const whole: MessagePush = { ...base, title, body: excerpt ?? did };
  const text = JSON.stringify(whole);
  if (Buffer.byteLength(text) <= maxBytes) return text;
  const plain: MessagePush = { ...base, title: `@${actorHandle}`, body: did };
  return JSON.stringify(plain);
}

/** The message of a push as JSON. */
export function writePushMessage(content: MessageContent, input: { tag: string; language?: Language }): string {
  const { type, actorHandle, actorName, postId, commentId, excerpt } = content;
  const did = words[input.language ?? defaultLanguage][type];
  const base = { type, tag: input.tag, postId, commentId, actorHandle };
  const whole: PushMessage = { ...base, title: actorName, body: excerpt === null ? did : `${did}: “${excerpt}”` };
  const text = JSON.stringify(whole);
  if (Buffer.byteLength(text) <= maxBytes) return text;
  // A name or text of extravagant characters gives way.
  const plain: PushMessage = { ...base, title: `@${actorHandle}`, body: did };
  return JSON.stringify(plain);
}
