// The matrix of posts and of what hangs on them.
import {
  always,
  byAwayComment,
  byPost,
  byPostList,
  listsOnly,
  listsPerson,
  listsPost,
  type Rule,
  seesAwayComment,
  seesComment,
  seesPost,
} from "./rules.ts";
import type { CellWorld, RoomRows } from "./table.ts";
import { tagOf } from "./world.ts";

const ok = always("ok");
const ownersPost = ({ postId }: CellWorld) => ({ postId });
const ownersComment = ({ commentId }: CellWorld) => ({ commentId });
const awayComment = ({ awayCommentId }: CellWorld) => ({ commentId: awayCommentId });
const awayPost = ({ awayPostId }: CellWorld) => ({ postId: awayPostId });
const text = "a new word";

function isPost(world: CellWorld): (post: { id: string }) => boolean {
  return (post) => post.id === world.postId;
}

export const post: RoomRows<"post"> = {
  create: [
    { access: "signedIn", input: () => ({ caption: text }), expect: ok },
    {
      access: "signedIn",
      about: "with the owner's picture",
      input: ({ mediaId }) => ({ media: [{ mediaId }] }),
      expect: always("media.notReady"),
    },
  ],
  update: [
    {
      access: "signedIn",
      input: ({ postId }) => ({ postId, caption: text }),
      expect: byPost({
        own: "ok",
        ownRemoved: "post.forbidden",
        yes: "post.forbidden",
        no: "post.notFound",
        ownGone: "post.notFound",
      }),
    },
  ],
  delete: [
    {
      access: "signedIn",
      input: ownersPost,
      expect: byPost({
        own: "ok",
        ownRemoved: "ok",
        ownGone: "ok",
        yes: "post.forbidden",
        no: "post.notFound",
      }),
    },
  ],
  byId: [{ access: "public", input: ownersPost, expect: seesPost }],
  byUser: [
    {
      access: "public",
      input: ({ people }) => ({ userId: people.owner.id }),
      expect: byPostList({
        in: "lists",
        out: "omits",
        private: "user.private",
        blocker: "block.active",
        none: "user.notFound",
      }),
      shows: (page, world) => page.items.some(isPost(world)),
    },
  ],
  history: [{ access: "public", input: ownersPost, expect: seesPost }],
};

const ownersTag = ({ label }: CellWorld) => ({ tag: tagOf(label) });

export const explore: RoomRows<"explore"> = {
  hashtag: (["top", "newest"] as const).map((sort) => ({
    access: "public",
    about: sort,
    input: (world) => ({ ...ownersTag(world), sort, limit: 100 }),
    expect: listsPost,
    shows: (page, world) => page.items.some(isPost(world)),
  })),
  trendingTags: [{ access: "public", expect: ok }],
};

export const hashtag: RoomRows<"hashtag"> = {
  byTag: [{ access: "public", input: ownersTag, expect: ok }],
  follow: [{ access: "signedIn", input: ownersTag, expect: ok }],
  unfollow: [{ access: "signedIn", input: ownersTag, expect: ok }],
  following: [{ access: "signedIn", expect: ok }],
  feed: [{ access: "signedIn", expect: ok }],
};

export const search: RoomRows<"search"> = {
  hashtags: [{ access: "public", input: () => ({ q: "still" }), expect: ok }],
  users: [
    {
      access: "public",
      input: ({ people }) => ({ q: people.owner.handle, limit: 100 }),
      expect: listsPerson,
      shows: (page, { people }) => page.items.some((card) => card.id === people.owner.id),
    },
  ],
  posts: [
    {
      access: "public",
      input: ({ people }) => ({ q: `"lake as it is" from:${people.owner.handle}`, limit: 100 }),
      expect: listsPost,
      shows: (page, world) => page.items.some(isPost(world)),
    },
  ],
};

export const like: RoomRows<"like"> = {
  create: [
    { access: "signedIn", input: ownersPost, expect: seesPost },
    { access: "signedIn", about: "a comment", input: ownersComment, expect: seesComment },
    { access: "signedIn", about: "a comment elsewhere", input: awayComment, expect: seesAwayComment },
  ],
  // Everyone liked the post, and takes that back, seen or not; nobody liked the comments.
  delete: [
    { access: "signedIn", input: ownersPost, expect: ok },
    { access: "signedIn", about: "a comment", input: ownersComment, expect: seesComment },
    { access: "signedIn", about: "a comment elsewhere", input: awayComment, expect: seesAwayComment },
  ],
  list: [
    { access: "signedIn", input: ownersPost, expect: seesPost },
    { access: "signedIn", about: "of a comment", input: ownersComment, expect: seesComment },
    { access: "signedIn", about: "of a comment elsewhere", input: awayComment, expect: seesAwayComment },
    {
      access: "signedIn",
      about: "the owner among a post's likers",
      input: awayPost,
      expect: listsPerson,
      shows: (page, { people }) => page.items.some((card) => card.id === people.owner.id),
    },
    {
      access: "signedIn",
      about: "the owner among a comment's likers",
      input: ({ awayThreadId }) => ({ commentId: awayThreadId }),
      expect: listsPerson,
      shows: (page, { people }) => page.items.some((card) => card.id === people.owner.id),
    },
  ],
};

const isOwnComment = { yes: "comment.forbidden", no: "comment.notFound", own: "ok" } as const;

/** Under their own post the owner may delete what others wrote; the writer may, seen or not. */
const deletesUnderPost: Rule = (cell) =>
  cell.viewer === "follower" ? "ok" : byPost({ ...isOwnComment, ownRemoved: "ok", ownGone: "ok" })(cell);

export const comment: RoomRows<"comment"> = {
  create: [
    { access: "signedIn", input: ({ postId }) => ({ postId, text }), expect: seesPost },
    {
      access: "signedIn",
      about: "an answer",
      input: ({ postId, commentId }) => ({ postId, parentId: commentId, text }),
      expect: seesPost,
    },
    {
      access: "signedIn",
      about: "an answer elsewhere",
      input: ({ awayPostId, awayCommentId }) => ({ postId: awayPostId, parentId: awayCommentId, text }),
      expect: byAwayComment({
        yes: "ok",
        own: "ok",
        ownRemoved: "comment.notFound",
        no: "comment.notFound",
        ownGone: "comment.notFound",
      }),
    },
  ],
  update: [
    {
      access: "signedIn",
      input: ({ commentId }) => ({ commentId, text }),
      expect: byPost({ ...isOwnComment, ownRemoved: "ok", ownGone: "comment.notFound" }),
    },
    {
      access: "signedIn",
      about: "elsewhere",
      input: ({ awayCommentId }) => ({ commentId: awayCommentId, text }),
      expect: byAwayComment({ ...isOwnComment, ownRemoved: "comment.forbidden", ownGone: "comment.notFound" }),
    },
    {
      access: "signedIn",
      about: "one's own under the post",
      input: ({ me }) => ({ commentId: me.commentId, text }),
      expect: seesComment,
    },
  ],
  delete: [
    {
      access: "signedIn",
      input: ownersComment,
      expect: byPost({ ...isOwnComment, ownRemoved: "ok", ownGone: "ok" }),
    },
    {
      access: "signedIn",
      about: "elsewhere",
      input: awayComment,
      expect: byAwayComment({ ...isOwnComment, ownRemoved: "ok", ownGone: "ok" }),
    },
    {
      access: "signedIn",
      about: "one's own under the post",
      input: ({ me }) => ({ commentId: me.commentId }),
      expect: ok,
    },
    {
      access: "signedIn",
      about: "the follower's under the post",
      input: ({ people }) => ({ commentId: people.follower.commentId }),
      expect: deletesUnderPost,
    },
  ],
  byId: [
    { access: "public", input: ownersComment, expect: seesComment },
    { access: "public", about: "elsewhere", input: awayComment, expect: seesAwayComment },
    { access: "public", about: "one's own", input: ({ me }) => ({ commentId: me.commentId }), expect: seesComment },
    { access: "public", about: "a reply", input: ({ replyId }) => ({ commentId: replyId }), expect: seesComment },
  ],
  list: [
    { access: "public", input: ownersPost, expect: seesPost },
    {
      access: "public",
      about: "the owner's elsewhere",
      input: awayPost,
      expect: byAwayComment({ yes: "lists", own: "lists", ownRemoved: "lists", no: "omits", ownGone: "omits" }),
      shows: (page, { awayCommentId }) => page.items.some((view) => view.id === awayCommentId),
    },
  ],
  replies: [
    { access: "public", input: ownersComment, expect: seesComment },
    {
      access: "public",
      about: "the owner's elsewhere",
      input: ({ awayThreadId }) => ({ commentId: awayThreadId }),
      expect: listsPerson,
      shows: (page, { awayReplyId }) => page.items.some((view) => view.id === awayReplyId),
    },
  ],
};

export const bookmark: RoomRows<"bookmark"> = {
  create: [{ access: "signedIn", input: ownersPost, expect: seesPost }],
  // Everyone keeps it.
  delete: [{ access: "signedIn", input: ownersPost, expect: ok }],
  list: [
    {
      access: "signedIn",
      about: "kept while it was public",
      expect: listsPost,
      shows: (page, world) => page.items.some(isPost(world)),
    },
  ],
};

export const feed: RoomRows<"feed"> = {
  home: [
    {
      access: "signedIn",
      expect: listsOnly(
        "owner/public",
        "owner/followersOnly",
        "owner/privateAccount",
        "owner/removedPost",
        "follower/public",
        "follower/followersOnly",
        "follower/privateAccount",
      ),
      shows: (page, world) => page.items.some(isPost(world)),
    },
  ],
};

const onlyOwner: Rule = ({ viewer }) => (viewer === "owner" ? "ok" : "media.notFound");
const ownersMedia = ({ mediaId }: CellWorld) => ({ mediaId });

export const media: RoomRows<"media"> = {
  create: [
    {
      access: "signedIn",
      input: () => ({ purpose: "post", contentType: "image/jpeg", byteSize: 1_000 }),
      expect: ok,
    },
  ],
  complete: [{ access: "signedIn", input: ownersMedia, expect: onlyOwner }],
  byId: [{ access: "signedIn", input: ownersMedia, expect: onlyOwner }],
};
