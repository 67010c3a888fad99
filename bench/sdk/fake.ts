// The server of the `sdk` workload, inside the page: the same posts and the same answers for every side, at once.

export interface FakePost {
  id: string;
  caption: string;
  likeCount: number;
  isLiked: boolean;
  rev: number;
  author: typeof author;
  media: never[];
  commentCount: number;
  hashtags: string[];
  createdAt: string;
}

export type ListName = "home" | "profile";

const author = { id: "7", handle: "alice", displayName: "Alice", avatar: null, isPrivate: false };
const bornAt = "2026-01-01T00:00:00.000Z";

/** As many posts as the largest list has. */
export const postCount = 2_000;

const posts = new Map<string, FakePost>(
  Array.from({ length: postCount }, (_, index) => {
    const id = String(1_000_000 - index);
    const text = { caption: `Post number ${index}, with some words`, hashtags: [], media: [], createdAt: bornAt };
    return [id, { id, ...text, likeCount: index, commentCount: 0, isLiked: false, rev: 1, author }];
  }),
);

/** A page of either list: both hold the same posts. */
export async function loadPage(input: { after: string | null; limit: number }) {
  const ids = [...posts.keys()];
  const start = input.after === null ? 0 : ids.indexOf(input.after) + 1;
  const items = ids.slice(start, start + input.limit).flatMap((id) => posts.get(id) ?? []);
  const last = items.at(-1);
  return { items: structuredClone(items), nextCursor: start + input.limit < ids.length && last ? last.id : null };
}

/** Likes or unlikes; answers what the like now is. */
export async function setLike(postId: string, isLiked: boolean) {
  const post = posts.get(postId);
  if (post === undefined) throw new Error("refused");
  if (post.isLiked !== isLiked) {
    post.isLiked = isLiked;
    post.likeCount += isLiked ? 1 : -1;
    post.rev += 1;
  }
  return { postId, isLiked, likeCount: post.likeCount, rev: post.rev };
}

/** A post as the API's view shows it. */
export function viewOf({ isLiked, ...post }: FakePost) {
  return {
    ...post,
    mentions: [],
    visibility: "public",
    commentPolicy: "everyone",
    isSensitive: false,
    editedAt: null,
    viewer: { isLiked, isBookmarked: false, isQuiet: false, follow: "following", canEdit: false, canComment: true },
  };
}
