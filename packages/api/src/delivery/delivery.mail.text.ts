// The words of mails about notifications, by language and type. Promise: a new type without its words does not compile.
// What others wrote stands in quotation marks and links nowhere; nor does anybody's name.

import type { NotificationType } from "../notification/notification.schema.ts";
import type { Mail } from "../platform/mailer/mailer.ts";
import { defaultLanguage, type Language } from "../platform/text/language.ts";
import { unlinked } from "../platform/text/unlinked.ts";
import type { MessageContent } from "./delivery.content.ts";
import { renderHtml, renderText, type Sheet } from "./delivery.mail.sheet.ts";

/** The words for one type; `who` is one name or several. */
interface MailTemplate {
  happened(who: string): string;
  /** What the button says. */
  action: string;
}

interface MailWords {
  types: Record<NotificationType, MailTemplate>;
  /** "ann", "ann and bob", "ann, bob and 3 others". */
  list(names: readonly string[], others: number): string;
  digestSubject(count: number, hasMore: boolean): string;
  digestTitle: string;
  openAll: string;
  reason(handle: string): string;
  stop: string;
}

const others = (count: number) => `${count} ${count === 1 ? "other" : "others"}`;

const words: Record<Language, MailWords> = {
  en: {
    types: {
      LIKE: { happened: (who) => `${who} liked your post`, action: "See the post" },
      COMMENT: { happened: (who) => `${who} commented on your post`, action: "See the comment" },
      FOLLOW: { happened: (who) => `${who} started following you`, action: "See the profile" },
      FOLLOW_REQUEST: { happened: (who) => `${who} asked to follow you`, action: "Answer the request" },
      FOLLOW_ACCEPTED: { happened: (who) => `${who} accepted your request to follow`, action: "See the profile" },
      MENTION: { happened: (who) => `${who} mentioned you`, action: "See where" },
      REPLY: { happened: (who) => `${who} replied to your comment`, action: "See the reply" },
      COMMENT_LIKE: { happened: (who) => `${who} liked your comment`, action: "See the comment" },
    },
    list(names, count) {
      const all = count > 0 ? [...names, others(count)] : [...names];
      return all.length < 2 ? all.join("") : `${all.slice(0, -1).join(", ")} and ${all.at(-1)}`;
    },
    digestSubject: (count, hasMore) =>
      count === 1
        ? "One thing you missed on Pixora"
        : `${count}${hasMore ? " and more" : ""} things you missed on Pixora`,
    digestTitle: "What you missed",
    openAll: "See all notifications",
    reason: (handle) => `This mail is for @${handle}, who asked to be told by e-mail.`,
    stop: "Stop these mails",
  },
};

/** Where a mail goes, and what it offers. */
export interface MailAddressee {
  email: string;
  handle: string;
  /** Where links start. */
  webUrl: string;
  unsubscribeUrl: string;
  language?: Language;
}

/** A mail about one notification. */
export function writeNotificationMail(content: MessageContent, to: MailAddressee): Mail {
  const { types } = words[to.language ?? defaultLanguage];
  const { happened, action } = types[content.type];
  const handle = unlinked(content.actorHandle);
  const title = happened(`@${handle}`);
  const name = content.actorName === content.actorHandle ? `@${handle}` : `${unlinked(content.actorName)} (@${handle})`;
  const lines = [{ text: happened(name), quote: content.excerpt, path: null }];
  return writeMail({ subject: title, title, lines, action: { text: action, path: pathOf(content) } }, to);
}

/** What a digest says of a group of notifications. */
export interface DigestLine extends Omit<MessageContent, "actorHandle" | "actorName"> {
  /** Of the newest. */
  actorNames: readonly string[];
  actorHandle: string;
  actorCount: number;
}

/** A mail about several groups, the newest first; `hasMore` where there were too many to tell. */
export function writeDigestMail(input: { lines: readonly DigestLine[]; hasMore: boolean }, to: MailAddressee): Mail {
  const { types, list, digestSubject, digestTitle, openAll } = words[to.language ?? defaultLanguage];
  const lines = input.lines.map((line) => {
    const unnamed = Math.max(line.actorCount - line.actorNames.length, 0);
    return {
      text: types[line.type].happened(list(line.actorNames.map(unlinked), unnamed)),
      quote: line.excerpt,
      path: pathOf(line),
    };
  });
  const subject = digestSubject(lines.length, input.hasMore);
  return writeMail({ subject, title: digestTitle, lines, action: { text: openAll, path: "/notifications" } }, to);
}

function writeMail(sheet: Omit<Sheet, "footer"> & { subject: string }, to: MailAddressee): Mail {
  const { reason, stop } = words[to.language ?? defaultLanguage];
  const footer = { reason: reason(unlinked(to.handle)), stop, stopUrl: to.unsubscribeUrl };
  const whole = { ...sheet, footer };
  const from = { webUrl: to.webUrl, language: to.language ?? defaultLanguage };
  return {
    to: to.email,
    subject: sheet.subject,
    text: renderText(whole, from),
    html: renderHtml(whole, from),
    headers: {
      // One click, as in RFC 8058: the mail program posts, and nobody has to sign in.
      "List-Unsubscribe": `<${to.unsubscribeUrl}>`,
      "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
      // Answering machines keep quiet (RFC 3834).
      "Auto-Submitted": "auto-generated",
    },
  };
}

/** Where the web app shows what it is about. */
function pathOf(content: Pick<MessageContent, "type" | "postId" | "commentId" | "actorHandle">): string {
  if (content.type === "FOLLOW_REQUEST") return "/requests";
  if (content.postId === null) return `/users/${content.actorHandle.replaceAll(".", "%2E")}`;
  return `/posts/${content.postId}${content.commentId === null ? "" : `#comment-${content.commentId}`}`;
}
