// What can be reported and decided about: a post, a comment, a person. One line a kind says how it is found, read and
// changed; another kind of subject is another line. Promise: what moderators read of it passes by no rule of sight.
import { type Statement, statement, type Tx } from "@pixora/db";
import { setCommentRemoval } from "../comment/comment.removal.ts";
import type { DecisionAction } from "../decision/decision.schema.ts";
import { avatarSql, postPicturesSql, type StoredPicture } from "../media/media.picture.ts";
import { AppError, type AppErrorCode } from "../platform/call/errors.ts";
import { setPostMarks } from "../post/post.mark.ts";
import { setPostRemoval } from "../post/post.removal.ts";
import { setUserMarks } from "../user/user.mark.ts";
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
  /** Roughly how many people it reaches. */
  reach: number;
}

export interface AuthorCard {
  handle: string;
  displayName: string;
  bio: string;
}

type SubjectKind = "post" | "comment" | "user";

interface KindOfSubject {
  find: Statement<{ userId: string }>;
  notFound: AppErrorCode;
  read: Statement<SubjectContent>;
  /** Sets what stands of each action that leaves a mark on it: a decision's id, or null. */
  effects: Partial<Record<DecisionAction | "hold", (tx: Tx, id: string, standing: string | null) => Promise<void>>>;
}

const viewer = "$1::bigint";
const postRule = postIsVisible({ post: "post", author: "post_author", viewer });
const author = (user: string) =>
  `json_build_object('handle', ${user}.handle, 'displayName', ${user}.display_name, 'bio', ${user}.bio) as author`;
const followers = (user: string) => `coalesce((select follower_count from user_counts where user_id = ${user}.id), 0)`;

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
              array(select id::text from media where post_id = post.id) as "mediaIds",
              counts.like_count + counts.comment_count + ${followers("u")} as reach
       from posts post join users u on u.id = post.author_id join post_counts counts on counts.post_id = post.id
       where post.id = $1 and post.deleted_at is null`,
    ),
    effects: {
      remove: (tx, postId, decisionId) => setPostRemoval(tx, { postId, decisionId }),
      markSensitive: (tx, postId, sensitiveBy) => setPostMarks(tx, { postId, sensitiveBy }),
      limitDiscovery: (tx, postId, limitedBy) => setPostMarks(tx, { postId, limitedBy }),
      hold: (tx, postId, heldBy) => setPostMarks(tx, { postId, heldBy }),
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
              '[]'::json as pictures, '{}'::text[] as "mediaIds", counts.like_count + counts.reply_count as reach
       from comments comment join users u on u.id = comment.author_id
       join comment_counts counts on counts.comment_id = comment.id
       where comment.id = $1 and comment.deleted_at is null`,
    ),
    effects: { remove: (tx, commentId, decisionId) => setCommentRemoval(tx, { commentId, decisionId }) },
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
              coalesce(json_build_array(${avatarSql("u")}), '[]'::json) as pictures, '{}'::text[] as "mediaIds",
              ${followers("u")} as reach
       from users u where u.id = $1 and u.deleted_at is null`,
    ),
    effects: {
      limitDiscovery: (tx, userId, limitedBy) => setUserMarks(tx, { userId, limitedBy }),
      hold: (tx, userId, heldBy) => setUserMarks(tx, { userId, heldBy }),
    },
  },
};

/** What the actor reports. Throws post.notFound, comment.notFound or user.notFound for what they may not see. */
export async function findSubject(tx: Tx, input: { actorId: string; target: ReportTargetInput }): Promise<Subject> {
  const { postId = null, commentId = null, userId = null } = input.target;
  const [kind, id] =
    postId !== null
      ? (["post", postId] as const)
      : commentId !== null
        ? (["comment", commentId] as const)
        : (["user", userId ?? ""] as const);
  const found = await tx.maybe(kinds[kind].find, [input.actorId, id]);
  if (found === null) throw new AppError(kinds[kind].notFound);
  return subjectOfIds({ userId: found.userId, postId, commentId });
}

/** A subject by the ids that a row names it with. */
export function subjectOfIds(ids: Omit<Subject, "key">): Subject {
  const { userId, postId, commentId } = ids;
  const key = postId !== null ? `post/${postId}` : commentId !== null ? `comment/${commentId}` : `user/${userId}`;
  return { key, ...ids };
}

/** A person as a subject. */
export function personAsSubject(userId: string): Subject {
  return subjectOfIds({ userId, postId: null, commentId: null });
}

function placeOf(subject: Subject): { kind: KindOfSubject; id: string } {
  if (subject.postId !== null) return { kind: kinds.post, id: subject.postId };
  if (subject.commentId !== null) return { kind: kinds.comment, id: subject.commentId };
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

/** Makes a subject agree with what stands of an action: a decision's id (of a hold: a case's), or null. */
export async function setEffect(
  tx: Tx,
  input: { subject: Subject; action: DecisionAction | "hold"; standing: string | null },
): Promise<void> {
  const { kind, id } = placeOf(input.subject);
  await kind.effects[input.action]?.(tx, id, input.standing);
}
