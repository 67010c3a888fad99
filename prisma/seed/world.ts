// The whole of the demo data as plain objects. Promises: the same seed and the same `now` make the same world, and
// everything in it is as if people had made it through the API, one after the other.
import { gatherAudience } from "./audience.ts";
import { type Comment, makeComments } from "./comments.ts";
import { type Follow, makeFollows } from "./follows.ts";
import type { GraphPerson } from "./graph.ts";
import { type Mark, makeBookmarks, makeCommentLikes, makePostLikes } from "./likes.ts";
import { makeNotifications, type Notice } from "./notices.ts";
import { makePeople, type Person } from "./people.ts";
import { makePosts, type Post } from "./posts.ts";

export interface World {
  people: Person[];
  follows: Follow[];
  posts: Post[];
  postLikes: Mark<Post>[];
  comments: Comment[];
  commentLikes: Mark<Comment>[];
  bookmarks: Mark<Post>[];
  notifications: Notice[];
}

/** Makes the world as it stands at `now`, which must lie after 2026-01-01: people joined up to two years before. */
export function makeWorld(graph: readonly GraphPerson[], input: { seed: string; now: Date; postCount: number }): World {
  const common = { seed: input.seed, nowMs: input.now.getTime() };
  const people = makePeople(graph, common);
  const follows = makeFollows(people, { ...common, graph });
  const posts = makePosts(people, { ...common, count: input.postCount });
  const audience = gatherAudience(people, posts, common);
  const postLikes = makePostLikes(posts, { ...common, audience });
  const comments = makeComments(posts, { ...common, audience });
  const commentLikes = makeCommentLikes(comments, { ...common, audience });
  const bookmarks = makeBookmarks(people, posts, { ...common, audience });
  const notifications = makeNotifications({ people, follows, posts, postLikes, comments, commentLikes }, common);
  return { people, follows, posts, postLikes, comments, commentLikes, bookmarks, notifications };
}
