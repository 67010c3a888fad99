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

/** Below what is left of 4,096 bytes when they are encrypted. */
const maxBytes = 3_800;

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
