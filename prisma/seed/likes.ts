// Likes of posts and of comments, and what alice, bob and carol keep: one a person and thing, none of one's own.
import type { Audience } from "./audience.ts";
import { type Dated, dayMs, giveIds, hourMs, momentAfter } from "./clock.ts";
import type { Comment } from "./comments.ts";
import type { Person } from "./people.ts";
import type { Post } from "./posts.ts";
import { createRandom, drawDistinct } from "./random.ts";

/** A person's mark on a post or comment: a like, or a bookmark. */
export interface Mark<Target> extends Dated {
  target: Target;
  person: Person;
}

interface MarksInput {
  seed: string;
  audience: Audience;
  nowMs: number;
}

/** Likes a post, on average. */
const meanPostLikes = 3.1;

/** Makes about 155,000 likes of 50,000 posts, oldest first. */
export function makePostLikes(posts: readonly Post[], input: MarksInput): Mark<Post>[] {
  const random = createRandom(`${input.seed}/post likes`);
  const likes: Mark<Post>[] = [];
  for (const post of posts) {
    const count = input.audience.countFor(random, post, meanPostLikes);
    const people = drawDistinct(
      count,
      () => input.audience.draw(random, post.author),
      (person) => person !== post.author,
    );
    for (const person of people) {
      const atMs = momentAfter(random, { afterMs: post.atMs, meanMs: 14 * hourMs, nowMs: input.nowMs });
      if (atMs !== null) likes.push({ id: 0n, target: post, person, atMs });
    }
  }
  return giveIds(likes);
}

/** Makes likes of comments, about 1.3 each, oldest first. */
export function makeCommentLikes(comments: readonly Comment[], input: MarksInput): Mark<Comment>[] {
  const random = createRandom(`${input.seed}/comment likes`);
  const likes: Mark<Comment>[] = [];
  for (const comment of comments) {
    const people = drawDistinct(
      Math.floor(random.exponential(1.8)),
      () => input.audience.draw(random, comment.post.author),
      (person) => person !== comment.author,
    );
    for (const person of people) {
      const atMs = momentAfter(random, { afterMs: comment.atMs, meanMs: 8 * hourMs, nowMs: input.nowMs });
      if (atMs !== null) likes.push({ id: 0n, target: comment, person, atMs });
    }
  }
  return giveIds(likes);
}

/** Lets alice, bob and carol keep some posts of those they follow. */
export function makeBookmarks(people: readonly Person[], posts: readonly Post[], input: MarksInput): Mark<Post>[] {
  const random = createRandom(`${input.seed}/bookmarks`);
  const bookmarks: Mark<Post>[] = [];
  for (const person of people.filter(({ isDemo }) => isDemo)) {
    const followed = new Set(person.following);
    const known = posts.filter(({ author }) => followed.has(author));
    for (const post of drawDistinct(25, () => random.pick(known))) {
      const atMs = momentAfter(random, { afterMs: post.atMs, meanMs: 2 * dayMs, nowMs: input.nowMs });
      if (atMs !== null) bookmarks.push({ id: 0n, target: post, person, atMs });
    }
  }
  return giveIds(bookmarks);
}
