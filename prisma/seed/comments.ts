// Comments of the demo: top comments, and replies that answer one of their thread, each later than what it answers.

import type { Audience } from "./audience.ts";
import { writeComment, writeReply } from "./captions.ts";
import { type Dated, giveIds, hourMs, momentAfter } from "./clock.ts";
import type { Person } from "./people.ts";
import type { Post } from "./posts.ts";
import { createRandom, type Random } from "./random.ts";

export interface Comment extends Dated {
  post: Post;
  author: Person;
  /** The top comment of its thread; null for a top comment. */
  parent: Comment | null;
  /** The comment it answers, in the same thread; null for a top comment. */
  replyTo: Comment | null;
  text: string;
  mentioned: Person | null;
}

interface CommentsInput {
  seed: string;
  audience: Audience;
  nowMs: number;
}

/** Top comments a post, on average. */
const meanComments = 0.44;
/** How often a comment is answered at all, and how many more answers follow then. */
const answeredShare = 0.3;
const meanMoreReplies = 0.75;

/** Makes about 30,000 comments on 50,000 posts, oldest first. */
export function makeComments(posts: readonly Post[], input: CommentsInput): Comment[] {
  const random = createRandom(`${input.seed}/comments`);
  const comments: Comment[] = [];
  for (const post of posts) {
    const count = input.audience.countFor(random, post, meanComments);
    for (let made = 0; made < count; made += 1) {
      const top = makeTopComment(random, post, input);
      if (top !== null) comments.push(top, ...makeReplies(random, top, input));
    }
  }
  return giveIds(comments);
}

function makeTopComment(random: Random, post: Post, input: CommentsInput): Comment | null {
  const author = input.audience.draw(random, post.author);
  if (author === post.author) return null;
  const atMs = momentAfter(random, { afterMs: post.atMs, meanMs: 9 * hourMs, nowMs: input.nowMs });
  if (atMs === null) return null;
  const text = writeComment(random, { topic: post.topic });
  return { id: 0n, post, author, parent: null, replyTo: null, text, mentioned: null, atMs };
}

function makeReplies(random: Random, top: Comment, input: CommentsInput): Comment[] {
  if (!random.isLucky(answeredShare)) return [];
  const thread = [top];
  const count = 1 + Math.floor(random.exponential(meanMoreReplies));
  for (let made = 0; made < count; made += 1) {
    const replyTo = random.isLucky(0.5) ? (thread.at(-1) ?? top) : top;
    const author = random.isLucky(0.5) ? top.post.author : input.audience.draw(random, top.post.author);
    if (author === replyTo.author) continue;
    // Later than all of its thread, so that a conversation reads from top to bottom.
    const afterMs = thread.at(-1)?.atMs ?? top.atMs;
    const atMs = momentAfter(random, { afterMs, meanMs: 3 * hourMs, nowMs: input.nowMs });
    if (atMs === null) break;
    const mentioned = replyTo !== top && random.isLucky(0.5) ? replyTo.author : null;
    const text = writeReply(random, { mentioned: mentioned?.handle ?? null });
    thread.push({ id: 0n, post: top.post, author, parent: top, replyTo, text, mentioned, atMs });
  }
  return thread.slice(1);
}
