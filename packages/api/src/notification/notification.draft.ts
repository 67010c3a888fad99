// What a fact asks to be told, to whom, and whether it may be: pure. The keys of causes and groups are made here.
// Promise: a comment tells each person once: whom it answers (REPLY), else whom it names (MENTION), else the author of
// the post (COMMENT).
import type { NotificationType } from "./notification.schema.ts";

/** A notification that may have to be made, or taken away. */
export interface Draft {
  type: NotificationType;
  receiverId: string;
  actorId: string;
  postId: string | null;
  commentId: string | null;
  /** One row a cause and person, for ever. */
  causeKey: string;
  /** A fact says that the cause came to be; otherwise one says that it ended. */
  isAsked: boolean;
}

/** How things stand, read under the receiver's lock. */
export interface Judgement {
  /** The cause holds. */
  isPresent: boolean;
  /** The post or comment it speaks of is gone. */
  isSubjectGone: boolean;
  /** The receiver may see all of it and wants to be told; by which ways is another question. */
  isWelcome: boolean;
}

export type Verdict = "make" | "removeUnread" | "remove" | "leave";

/** What becomes of a draft. Undoing a cause takes back only what was not read; a subject that is gone takes all. */
export function judgeDraft(draft: Draft, judgement: Judgement): Verdict {
  if (judgement.isSubjectGone) return "remove";
  if (judgement.isPresent) return draft.isAsked && judgement.isWelcome ? "make" : "leave";
  // A request that was withdrawn or turned down leaves nothing to act upon.
  return draft.type === "FOLLOW_REQUEST" ? "remove" : "removeUnread";
}

export function draftOfLike(input: {
  postId: string;
  commentId: string | null;
  actorId: string;
  receiverId: string;
  isAsked: boolean;
}): Draft {
  const { commentId, postId, actorId } = input;
  return commentId === null
    ? { ...input, type: "LIKE", causeKey: `like/${postId}/${actorId}` }
    : { ...input, type: "COMMENT_LIKE", causeKey: `commentLike/${commentId}/${actorId}` };
}

/** The cause of what a comment, or a caption, tells people. */
export function causeOfText(text: { postId: string; commentId: string | null }): string {
  return text.commentId === null ? `mention/${text.postId}` : `comment/${text.commentId}`;
}

export function draftsOfComment(input: {
  commentId: string;
  postId: string;
  authorId: string;
  answeredId: string | null;
  mentionIds: readonly string[];
  postAuthorId: string;
}): Draft[] {
  const typeByPerson = new Map<string, NotificationType>();
  if (input.answeredId !== null) typeByPerson.set(input.answeredId, "REPLY");
  for (const id of input.mentionIds) if (!typeByPerson.has(id)) typeByPerson.set(id, "MENTION");
  if (!typeByPerson.has(input.postAuthorId)) typeByPerson.set(input.postAuthorId, "COMMENT");
  return [...typeByPerson].map(([receiverId, type]) => ({
    type,
    receiverId,
    actorId: input.authorId,
    postId: input.postId,
    commentId: input.commentId,
    causeKey: causeOfText(input),
    isAsked: true,
  }));
}

export function draftsOfPost(input: { postId: string; authorId: string; mentionIds: readonly string[] }): Draft[] {
  return [...new Set(input.mentionIds)].map((receiverId) => ({
    type: "MENTION",
    receiverId,
    actorId: input.authorId,
    postId: input.postId,
    commentId: null,
    causeKey: causeOfText({ postId: input.postId, commentId: null }),
    isAsked: true,
  }));
}

type FollowType = "FOLLOW" | "FOLLOW_REQUEST" | "FOLLOW_ACCEPTED";

const followCauses: Record<FollowType, string> = {
  FOLLOW: "follow",
  FOLLOW_REQUEST: "followRequest",
  FOLLOW_ACCEPTED: "followAccepted",
};

export function draftOfFollow(input: {
  type: FollowType;
  actorId: string;
  receiverId: string;
  isAsked: boolean;
}): Draft {
  return { ...input, postId: null, commentId: null, causeKey: `${followCauses[input.type]}/${input.actorId}` };
}

/** Drafts of one cause and person become one, which is asked for if any of them is. */
export function mergeDrafts(drafts: readonly Draft[]): Draft[] {
  const merged = new Map<string, Draft>();
  for (const draft of drafts) {
    if (draft.receiverId === draft.actorId) continue;
    const key = `${draft.receiverId} ${draft.causeKey}`;
    const known = merged.get(key);
    merged.set(key, known === undefined ? draft : { ...known, isAsked: known.isAsked || draft.isAsked });
  }
  return [...merged.values()];
}

/** The group that a notification is shown in: type, subject and UTC day; types that stand alone get one of their own. */
export function groupKeyOf(draft: Draft, now: Date): string {
  const day = now.toISOString().slice(0, 10);
  switch (draft.type) {
    case "LIKE":
    case "COMMENT":
      return `${draft.type}/${draft.postId}/${day}`;
    case "COMMENT_LIKE":
      return `${draft.type}/${draft.commentId}/${day}`;
    case "FOLLOW":
      return `${draft.type}/${day}`;
    default:
      return `${draft.type}/${draft.causeKey}`;
  }
}
