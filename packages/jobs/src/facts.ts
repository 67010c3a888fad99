// Every fact the system knows: a past-tense name and the ids it carries. A fact is stored in the
// transaction that makes it true; payloads carry ids, never rows, so that handlers read the present.
import { z } from "zod";

const id = z.string().regex(/^[1-9]\d{0,18}$/);

/** A like of a post (commentId null) or of a comment, and whose that is: left out by releases before this one. */
const like = z.object({ postId: id, commentId: id.nullable(), actorId: id, receiverId: id.optional() });
/** Two people, the one who acts first. */
const pair = z.object({ actorId: id, targetId: id });
const post = z.object({ postId: id, authorId: id });
const comment = z.object({ commentId: id, postId: id, authorId: id });
const user = z.object({ userId: id });
const media = z.object({ mediaId: id });
/** Some of an author's followers, by the ids of their follows, both included: who is to get a post pushed. */
const followerRange = z.object({ postId: id, authorId: id, fromId: id, toId: id });
/** A mail about an account; whom it is for, its row tells the worker. */
const accountMail = z.object({ tokenId: id });
/** A message to a person outside the app: the actor's deed, its cause's key, and what it is grouped by. */
const message = z.object({
  userId: id,
  actorId: id,
  type: z.string(),
  postId: id.nullable(),
  commentId: id.nullable(),
  causeKey: z.string(),
  groupKey: z.string(),
});
/** A summary of what a person was told after `since` and until `until`. */
const digest = z.object({ userId: id, since: z.iso.datetime(), until: z.iso.datetime() });

export const facts = {
  "like.created": like,
  "like.deleted": like,
  "comment.created": comment,
  "comment.updated": comment,
  "comment.deleted": comment,
  "post.created": post,
  /** As post.created, of a post that mentions nobody. */
  "post.createdPlain": post,
  /** As post.created, for an index besides PostgreSQL: stored only where one is configured. */
  "post.indexRequested": post,
  "post.updated": post,
  "post.deleted": post,
  /** By a decision of the moderators, which may be reversed: then it is restored. */
  "post.removed": post,
  "post.restored": post,
  "comment.removed": comment,
  "comment.restored": comment,
  /** A message that somebody may have to be rung about. */
  "message.created": z.object({ conversationId: id, seq: z.int() }),
  "feed.rangeRequested": followerRange,
  "post.headMended": user,
  "feed.pullSwitched": user,
  "follow.created": pair,
  "follow.deleted": pair,
  "follow.requested": pair,
  "follow.requestDeleted": pair,
  "follow.accepted": pair,
  "block.created": pair,
  "block.deleted": pair,
  "mute.created": pair,
  "mute.deleted": pair,
  "user.suspended": user,
  "user.unsuspended": user,
  /** An account went private or public. */
  "user.privacyChanged": user,
  "user.deleted": user,
  "notification.pushRequested": message,
  "notification.mailRequested": message,
  "notification.digestDue": digest,
  /** A person is to be told of a decision about them, or of what came of their appeal, by mail. */
  "moderation.statementDue": z.object({ userId: id, decisionId: id, isAppeal: z.boolean() }),
  "auth.mailRequested": accountMail,
  /** Something that its owner must hear of was done to an account. */
  "auth.noticeRequested": accountMail,
  "auth.exportRequested": user,
  "media.uploaded": media,
  "media.deleted": media,
} as const;

export type FactName = keyof typeof facts;
export type FactPayload<F extends FactName> = z.infer<(typeof facts)[F]>;

/** A fact about to be stored. */
export type NewFact = { [F in FactName]: { fact: F; payload: FactPayload<F> } }[FactName];

/** A stored fact as a job receives it; `id` is its outbox row. */
export type Fact<F extends FactName = FactName> = { [K in F]: { id: string; fact: K; payload: FactPayload<K> } }[F];
