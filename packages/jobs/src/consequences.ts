// The page that explains the system: what each fact causes. A fact without a decision does not compile;
// an empty list is a decision too: nothing has to follow, and the fact is not even stored for long.
import type { FactName } from "./facts.ts";
import type { FactJobName } from "./jobs.ts";

export const consequences = {
  "like.created": ["notification.notifyLikes"],
  "like.deleted": ["notification.notifyLikes"],
  "comment.created": ["notification.notifyComments"],
  "comment.updated": [],
  "comment.deleted": ["notification.notifyComments"],
  "post.created": [],
  "post.updated": [],
  "post.deleted": ["notification.removeOfPosts", "post.purgePosts"],
  "follow.created": ["notification.notifyFollows"],
  "follow.deleted": ["notification.notifyFollows"],
  "follow.requested": ["notification.notifyFollows"],
  "follow.requestDeleted": ["notification.notifyFollows"],
  "follow.accepted": ["notification.notifyFollows"],
  "block.created": ["notification.removeOfBlocks"],
  "block.deleted": [],
  "mute.created": [],
  "mute.deleted": [],
  "user.suspended": [],
  "user.unsuspended": [],
  "user.deleted": [],
} as const satisfies Record<FactName, readonly FactJobName[]>;
