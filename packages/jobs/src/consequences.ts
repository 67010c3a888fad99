// The page that explains the system: what each fact causes. A fact without a decision does not compile;
// an empty list is a decision too: nothing has to follow, and the fact is not even stored for long.
import type { Fact, FactName } from "./facts.ts";
import type { FactJobName } from "./jobs.ts";

export const consequences = {
  "like.created": ["notification.notifyLikes"],
  "like.deleted": ["notification.notifyLikes"],
  "comment.created": ["notification.notifyComments"],
  "comment.updated": ["notification.notifyComments"],
  "comment.deleted": ["notification.notifyComments"],
  "post.created": ["notification.notifyMentions", "feed.pushPosts"],
  "post.createdPlain": ["feed.pushPosts"],
  "post.indexRequested": ["search.indexPosts"],
  "post.updated": ["search.indexPosts", "live.tellPosts", "notification.notifyMentions", "notification.reviseSight"],
  "post.deleted": [
    "search.indexPosts",
    "live.tellPosts",
    "notification.removeOfPosts",
    "post.purgePosts",
    "media.deleteFiles",
  ],
  "post.removed": ["live.tellPosts", "notification.reviseSight"],
  "post.restored": ["live.tellPosts", "notification.notifyMentions", "notification.reviseSight"],
  "comment.removed": ["live.tellPosts", "notification.reviseSight"],
  "comment.restored": ["live.tellPosts", "notification.reviseSight"],
  "message.created": ["push.ringMembers"],
  "post.headMended": ["feed.dropWindows"],
  "feed.rangeRequested": ["feed.pushPosts"],
  "feed.pullSwitched": ["feed.dropWindows"],
  "follow.created": ["notification.notifyFollows", "notification.reviseSight", "feed.dropWindows"],
  "follow.deleted": ["notification.notifyFollows", "notification.reviseSight", "feed.dropWindows"],
  "follow.requested": ["notification.notifyFollows"],
  "follow.requestDeleted": ["notification.notifyFollows"],
  "follow.accepted": ["notification.notifyFollows", "notification.reviseSight", "feed.dropWindows"],
  "block.created": ["notification.removeOfBlocks", "notification.reviseSight", "feed.dropWindows"],
  "block.deleted": ["notification.reviseSight"],
  "mute.created": ["feed.dropWindows"],
  "mute.deleted": ["feed.dropWindows"],
  "user.suspended": ["notification.reviseSight", "hashtag.recountAuthors"],
  "user.unsuspended": ["notification.reviseSight", "hashtag.recountAuthors"],
  "user.privacyChanged": ["notification.reviseSight", "hashtag.recountAuthors"],
  "user.deleted": ["auth.purgeAccounts"],
  "notification.pushRequested": ["push.sendPushes"],
  "notification.mailRequested": ["notification.sendMails"],
  "notification.digestDue": ["notification.sendDigests"],
  "moderation.statementDue": ["moderation.sendStatements"],
  "auth.mailRequested": ["auth.sendMails"],
  "auth.noticeRequested": ["auth.sendNotices"],
  "auth.exportRequested": ["auth.makeExports"],
  "media.uploaded": ["media.makeVariants"],
  "media.deleted": ["media.deleteFiles"],
} as const satisfies Record<FactName, readonly FactJobName[]>;

type FactNamesOf<J extends FactJobName> = {
  [F in FactName]: J extends (typeof consequences)[F][number] ? F : never;
}[FactName];

/** The facts that reach a job. */
export type FactOf<J extends FactJobName> = Fact<FactNamesOf<J>>;

/** The jobs that a fact causes; null for a fact that this release does not know. */
export function jobsOf(fact: string): readonly FactJobName[] | null {
  return isFactName(fact) ? consequences[fact] : null;
}

function isFactName(name: string): name is FactName {
  return Object.hasOwn(consequences, name);
}
