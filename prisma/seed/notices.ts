// What alice, bob and carol were told: one notification for each like, comment, follow and mention that concerns them,
// as the worker drafts them (notification.draft.ts). The older ones have been read.
import {
  type Draft,
  draftOfFollow,
  draftOfLike,
  draftsOfComment,
  draftsOfPost,
  groupKeyOf,
} from "../../packages/api/src/notification/notification.draft.ts";
import { type Dated, giveIds, hourMs } from "./clock.ts";
import type { Comment } from "./comments.ts";
import type { Follow } from "./follows.ts";
import type { Mark } from "./likes.ts";
import type { Person } from "./people.ts";
import type { Post } from "./posts.ts";

export interface Notice extends Dated {
  draft: Draft;
  groupKey: string;
  isRead: boolean;
  isSeen: boolean;
}

/** All that people may be told of. */
interface Happenings {
  people: readonly Person[];
  follows: readonly Follow[];
  posts: readonly Post[];
  postLikes: readonly Mark<Post>[];
  comments: readonly Comment[];
  commentLikes: readonly Mark<Comment>[];
}

/** Makes the notifications, oldest first. */
export function makeNotifications(happenings: Happenings, input: { nowMs: number }): Notice[] {
  const receiverIds = new Set(happenings.people.filter(({ isDemo }) => isDemo).map(({ id }) => String(id)));
  const dated = draftAll(happenings).filter(
    ({ draft }) => receiverIds.has(draft.receiverId) && draft.receiverId !== draft.actorId,
  );
  const notices = dated.map(({ draft, atMs }) => {
    // A worker needs a moment; but none of this lies in the future.
    const madeAtMs = Math.min(atMs + 400, input.nowMs - 1);
    return {
      id: 0n,
      atMs: madeAtMs,
      draft,
      groupKey: groupKeyOf(draft, new Date(madeAtMs)),
      isRead: madeAtMs < input.nowMs - 40 * hourMs,
      isSeen: madeAtMs < input.nowMs - 8 * hourMs,
    };
  });
  return giveIds(notices);
}

interface DatedDraft {
  draft: Draft;
  atMs: number;
}

function draftAll(happenings: Happenings): DatedDraft[] {
  const { follows, posts, postLikes, comments, commentLikes } = happenings;
  return [
    // Sifted before they are drafted: a hundred of these concern nobody who can sign in for each that does.
    ...follows.filter(({ followee }) => followee.isDemo).map(draftFollow),
    ...postLikes.filter(({ target }) => target.author.isDemo).map((like) => draftLike(like, like.target, null)),
    ...commentLikes
      .filter(({ target }) => target.author.isDemo)
      .map((like) => draftLike(like, like.target.post, like.target)),
    ...posts.filter(({ mentioned }) => mentioned?.isDemo).flatMap(draftPost),
    ...comments.flatMap(draftComment),
  ];
}

function draftFollow({ follower, followee, atMs }: Follow): DatedDraft {
  const people = { actorId: String(follower.id), receiverId: String(followee.id) };
  return { draft: draftOfFollow({ type: "FOLLOW", ...people, isAsked: true }), atMs };
}

function draftLike(like: Mark<Post | Comment>, post: Post, comment: Comment | null): DatedDraft {
  const draft = draftOfLike({
    postId: String(post.id),
    commentId: comment === null ? null : String(comment.id),
    actorId: String(like.person.id),
    receiverId: String(like.target.author.id),
    isAsked: true,
  });
  return { draft, atMs: like.atMs };
}

function draftPost({ id, author, mentioned, atMs }: Post): DatedDraft[] {
  const mentionIds = mentioned === null ? [] : [String(mentioned.id)];
  const drafts = draftsOfPost({ postId: String(id), authorId: String(author.id), mentionIds });
  return drafts.map((draft) => ({ draft, atMs }));
}

function draftComment({ id, post, author, replyTo, mentioned, atMs }: Comment): DatedDraft[] {
  const drafts = draftsOfComment({
    commentId: String(id),
    postId: String(post.id),
    authorId: String(author.id),
    answeredId: replyTo === null ? null : String(replyTo.author.id),
    mentionIds: mentioned === null ? [] : [String(mentioned.id)],
    postAuthorId: String(post.author.id),
  });
  return drafts.map((draft) => ({ draft, atMs }));
}
