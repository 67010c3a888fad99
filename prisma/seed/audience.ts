// Who answers to whom: draws the people that like and comment, from an author's followers and from everyone else.
import { dayMs } from "./clock.ts";
import type { Person } from "./people.ts";
import type { Post } from "./posts.ts";
import { createRandom, createWeightedPick, type Random } from "./random.ts";

export interface Audience {
  /** Somebody who reads this author; may be the author. */
  draw(random: Random, author: Person): Person;
  /** How many answers a post gets, where an average post gets `mean`. */
  countFor(random: Random, post: Post, mean: number): number;
}

/** Followers answer more than strangers; well-known authors, good posts and older ones get more answers. */
export function gatherAudience(people: readonly Person[], posts: readonly Post[], input: Input): Audience {
  const drawStranger = createWeightedPick(people, (person) => person.sociability);
  const random = createRandom(`${input.seed}/audience`);
  const appealByPost = new Map(posts.map((post) => [post, appealOf(random, post, input.nowMs)]));
  const meanAppeal = appealByPost.values().reduce((sum, appeal) => sum + appeal, 0) / Math.max(1, posts.length);
  return {
    draw(chance, author) {
      const isFollower = author.followers.length > 0 && chance.isLucky(0.45);
      return isFollower ? chance.pick(author.followers) : drawStranger(chance);
    },
    countFor(chance, post, mean) {
      const expected = (mean * (appealByPost.get(post) ?? 0)) / meanAppeal;
      return Math.min(400, Math.floor(expected + chance.next()));
    },
  };
}

interface Input {
  seed: string;
  nowMs: number;
}

function appealOf(random: Random, post: Post, nowMs: number): number {
  const fame = (3 + post.author.followers.length) ** 0.6;
  const seen = 1 - Math.exp(-(nowMs - post.atMs) / (0.3 * dayMs));
  return fame * random.logNormal(0.9) * seen;
}
