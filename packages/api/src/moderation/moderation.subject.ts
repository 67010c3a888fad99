// What can be reported and decided about: a post, a comment, a message, a person. One line a kind says how it is found, read and
// changed; another kind of subject is another line. Promise: what moderators read of it passes by no rule of sight.
import { type Statement, statement, type Tx } from "@pixora/db";
import { setMessageRemoval } from "../chat/chat.removal.ts";
import { setCommentRemoval } from "../comment/comment.removal.ts";
import type { DecisionAction } from "../decision/decision.schema.ts";
import { messageOfKey } from "../decision/decision.view.ts";
import type { LivePosition } from "../log/log.head.ts";
import { avatarSql, messagePicturesSql, postPicturesSql, type StoredPicture } from "../media/media.picture.ts";
import { AppError, type AppErrorCode } from "../platform/call/errors.ts";
import { setPostMarks } from "../post/post.mark.ts";
import { setPostRemoval } from "../post/post.removal.ts";
import { setUserMarks } from "../user/user.mark.ts";
import { messageIsReadable, messagesAreVisible, senderIsShown } from "../visibility/chat.visibility.ts";
import { commentIsReadable, commentIsVisible } from "../visibility/comment.visibility.ts";
import { postIsVisible } from "../visibility/post.visibility.ts";
import { profileIsVisible } from "../visibility/user.visibility.ts";
import type { ReportTargetInput } from "./moderation.schema.ts";

/** What a case is about, and who made it. */
export interface Subject {
  /** As in "post/1". */
  key: string;
  userId: string;
  postId: string | null;
  commentId: string | null;
  /** Conversation and number, as in "1/2". */
  messageKey: string | null;
}

/** A subject as it stands now. */
export interface SubjectContent {
  text: string;
  /** Another one after every edit. */
  version: string;
  author: AuthorCard;
  pictures: StoredPicture[];
  /** Whose files have to outlive it. */
  mediaIds: string[];
  /** Of a message: it, and the five before and after. */
  messages: SaidMessage[];
  /** Roughly how many people it reaches. */
  reach: number;
}

export interface SaidMessage {
  seq: number;
  handle: string | null;
  text: string;
  /** ISO. */
  sentAt: string;
}

export interface AuthorCard {
  handle: string;
  displayName: string;
  bio: string;
}

type SubjectKind = "post" | "comment" | "message" | "user";

/** Answers whom it was told to, in the same transaction. */
type Effect = (tx: Tx, id: string, standing: string | null) => Promise<LivePosition[]>;

/** An effect whose facts tell of it. */
function byFacts(set: (tx: Tx, id: string, standing: string | null) => Promise<void>): Effect {
  return async (tx, id, standing) => {
    await set(tx, id, standing);
    return [];
  };
}

interface KindOfSubject {
  find: Statement<{ userId: string }>;
  notFound: AppErrorCode;
  read: Statement<SubjectContent>;
  /** Sets what stands of each action that leaves a mark on it: a decision's id, or null. */
  effects: Partial<Record<DecisionAction | "hold", Effect>>;
}

const viewer = "$1::bigint";
const postRule = postIsVisible({ post: "post", author: "post_author", viewer });
const author = (user: string) =>
  `json_build_object('handle', ${user}.handle, 'displayName', ${user}.display_name, 'bio', ${user}.bio) as author`;
const followers = (user: string) => `coalesce((select follower_count from user_counts where user_id = ${user}.id), 0)`;

/** Messages before and after a reported one that moderators see too. */
const around = 5;
/** `message` is the one that a key, as in "1/2", names. */
const isMessage = (message: string, key: string) =>
  `(${message}.conversation_id = split_part(${key}::text, '/', 1)::bigint
    and ${message}.seq = split_part(${key}::text, '/', 2)::int)`;

const kinds: Record<SubjectKind, KindOfSubject> = {
  post: {
    find: statement(
      "moderation.findPost",
      `select post.author_id as "userId" from posts post join users post_author on post_author.id = post.author_id
       where post.id = $2 and ${postRule}`,
    ),
    notFound: "post.notFound",
    read: statement(
      "moderation.readPost",
      `select post.caption as text, post.version::text as version, ${author("u")},
              ${postPicturesSql("post.id")} as pictures,
              array(select id::text from media where post_id = post.id) as "mediaIds", '[]'::json as messages,
              counts.like_count + counts.comment_count + ${followers("u")} as reach
       from posts post join users u on u.id = post.author_id join post_counts counts on counts.post_id = post.id
       where post.id = $1 and post.deleted_at is null`,
    ),
    effects: {
      remove: byFacts((tx, postId, decisionId) => setPostRemoval(tx, { postId, decisionId })),
      markSensitive: byFacts((tx, postId, sensitiveBy) => setPostMarks(tx, { postId, sensitiveBy })),
      limitDiscovery: byFacts((tx, postId, limitedBy) => setPostMarks(tx, { postId, limitedBy })),
      hold: byFacts((tx, postId, heldBy) => setPostMarks(tx, { postId, heldBy })),
    },
  },
  comment: {
    find: statement(
      "moderation.findComment",
      `select comment.author_id as "userId" from comments comment
       join users author on author.id = comment.author_id
       join posts post on post.id = comment.post_id
       join users post_author on post_author.id = post.author_id
       where comment.id = $2 and ${postRule} and ${commentIsReadable({ comment: "comment", viewer })}
         and ${commentIsVisible({ comment: "comment", author: "author", viewer })}`,
    ),
    notFound: "comment.notFound",
    read: statement(
      "moderation.readComment",
      `select comment.text, coalesce(extract(epoch from comment.edited_at), 0)::text as version, ${author("u")},
              '[]'::json as pictures, '{}'::text[] as "mediaIds", '[]'::json as messages, counts.like_count + counts.reply_count as reach
       from comments comment join users u on u.id = comment.author_id
       join comment_counts counts on counts.comment_id = comment.id
       where comment.id = $1 and comment.deleted_at is null`,
    ),
    effects: { remove: byFacts((tx, commentId, decisionId) => setCommentRemoval(tx, { commentId, decisionId })) },
  },
  message: {
    find: statement(
      "moderation.findMessage",
      `select msg.sender_id as "userId" from messages msg
       join conversation_members me on me.conversation_id = msg.conversation_id and me.user_id = ${viewer}
       join users sender on sender.id = msg.sender_id
       where ${isMessage("msg", "$2")} and msg.kind <> 'system' and msg.seq > me.after_seq
         and ${messagesAreVisible("me")} and ${messageIsReadable({ message: "msg", viewer })}
         and ${senderIsShown({ sender: "sender", viewer })}`,
    ),
    notFound: "chat.notFound",
    read: statement(
      "moderation.readMessage",
      `select msg.text, coalesce(extract(epoch from msg.edited_at), 0)::text as version, ${author("u")},
              ${messagePicturesSql("msg.conversation_id", "msg.seq")} as pictures,
              array(select id::text from media where conversation_id = msg.conversation_id and message_seq = msg.seq
                      and deleted_at is null) as "mediaIds",
              (select json_agg(json_build_object('seq', near.seq, 'handle', said.handle, 'text', near.text,
                        'sentAt', to_char(timestamptz '2024-01-01 00:00:00Z' at time zone 'UTC'
                                          + make_interval(secs => (near.id >> 22) / 1000.0),
                                          'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) order by near.seq)
               from messages near left join users said on said.id = near.sender_id
               where near.conversation_id = msg.conversation_id and near.seq between msg.seq - ${around} and msg.seq + ${around}
                 and near.kind <> 'system' and near.deleted_at is null) as messages,
              (select count(*)::int from conversation_members member
               where member.conversation_id = msg.conversation_id and member.state = 'accepted') as reach
       from messages msg join users u on u.id = msg.sender_id
       where ${isMessage("msg", "$1")} and msg.deleted_at is null`,
    ),
    effects: { remove: (tx, key, decisionId) => setMessageRemoval(tx, { ...messageOfKey(key), decisionId }) },
  },
  user: {
    find: statement(
      "moderation.findPerson",
      `select u.id as "userId" from users u where u.id = $2 and ${profileIsVisible({ user: "u", viewer })}`,
    ),
    notFound: "user.notFound",
    read: statement(
      "moderation.readPerson",
      `select u.bio as text, u.version::text as version, ${author("u")},
              coalesce(json_build_array(${avatarSql("u")}), '[]'::json) as pictures, '{}'::text[] as "mediaIds", '[]'::json as messages,
              ${followers("u")} as reach
       from users u where u.id = $1 and u.deleted_at is null`,
    ),
    effects: {
      limitDiscovery: byFacts((tx, userId, limitedBy) => setUserMarks(tx, { userId, limitedBy })),
      hold: byFacts((tx, userId, heldBy) => setUserMarks(tx, { userId, heldBy })),
    },
  },
};

/** What the actor reports. Throws post.notFound, comment.notFound, user.notFound or chat.notFound for what they may not see. */
export async function findSubject(tx: Tx, input: { actorId: string; target: ReportTargetInput }): Promise<Subject> {
  const { postId = null, commentId = null, userId, conversationId, seq } = input.target;
  const messageKey = conversationId === undefined ? null : `${conversationId}/${seq}`;
  const ids = { userId: userId ?? "", postId, commentId, messageKey };
  const { kind, id } = placeOf(ids);
  const found = await tx.maybe(kind.find, [input.actorId, id]);
  if (found === null) throw new AppError(kind.notFound);
  return subjectOfIds({ ...ids, userId: found.userId });
}

/** A subject by the ids that a row names it with. */
export function subjectOfIds(ids: Omit<Subject, "key">): Subject {
  const { userId, postId, commentId, messageKey } = ids;
  if (messageKey !== null) return { key: `message/${messageKey}`, ...ids };
  const key = postId !== null ? `post/${postId}` : commentId !== null ? `comment/${commentId}` : `user/${userId}`;
  return { key, ...ids };
}

/** A person as a subject. */
export function personAsSubject(userId: string): Subject {
  return subjectOfIds({ userId, postId: null, commentId: null, messageKey: null });
}

function placeOf(subject: Omit<Subject, "key">): { kind: KindOfSubject; id: string } {
  if (subject.postId !== null) return { kind: kinds.post, id: subject.postId };
  if (subject.commentId !== null) return { kind: kinds.comment, id: subject.commentId };
  if (subject.messageKey !== null) return { kind: kinds.message, id: subject.messageKey };
  return { kind: kinds.user, id: subject.userId };
}

/** A subject as it stands; null where its author, or the account, has taken it away. */
export async function readSubject(tx: Tx, subject: Subject): Promise<SubjectContent | null> {
  const { kind, id } = placeOf(subject);
  const content = await tx.maybe(kind.read, [id]);
  if (content === null) return null;
  return { ...content, pictures: content.pictures.filter((picture) => picture !== null) };
}

/** Whether an action can be decided about such a subject; a warning and a suspension are about its maker. */
export function isPossible(subject: Subject, action: DecisionAction): boolean {
  if (action === "dismiss" || action === "warn" || action === "suspend") return true;
  return placeOf(subject).kind.effects[action] !== undefined;
}

/** Whether a subject can be held at all: comments stand in nobody's discovery. */
export function canBeHeld(subject: Subject): boolean {
  return placeOf(subject).kind.effects.hold !== undefined;
}

/** Makes a subject agree with what stands of an action: a decision's id (of a hold: a case's), or null. Answers whom it was told to. */
export async function setEffect(
  tx: Tx,
  input: { subject: Subject; action: DecisionAction | "hold"; standing: string | null },
): Promise<LivePosition[]> {
  const { kind, id } = placeOf(input.subject);
  return (await kind.effects[input.action]?.(tx, id, input.standing)) ?? [];
}
