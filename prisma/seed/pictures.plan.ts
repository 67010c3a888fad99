// Which demo posts show which picture, and who has an avatar: what alice, bob and carol see first. Each drawing is shown
// more than once, far apart. Pure.
import { type Dated, giveIds, minuteMs } from "./clock.ts";
import type { Person } from "./people.ts";
import type { Post } from "./posts.ts";
import { createRandom, type Random } from "./random.ts";
import type { World } from "./world.ts";

export interface PlannedPicture extends Dated {
  owner: Person;
  /** Null for an avatar. */
  post: Post | null;
  position: number;
  /** Which drawing: of avatars, or of what its post is about. */
  drawing: number;
}

/** Different drawings: some hundreds, in seconds. */
const drawingsOfPastime = 12;
const avatarDrawings = 60;

const picturedInFeed = 160;
const picturedAnywhere = 150;
const avatars = 180;

/** The pictures of a world, oldest first. Ids are given; nothing lies in the future. */
export function planPictures(world: World, input: { seed: string }): PlannedPicture[] {
  const random = createRandom(`${input.seed}/pictures`);
  const posts = choosePosts(world);
  const people = chooseFaces(world, posts);
  const drawn = new Map<string, number>();
  function next(kind: string): number {
    const number = (drawn.get(kind) ?? 0) + 1;
    drawn.set(kind, number);
    return number;
  }
  const ofPosts = posts.flatMap((post) =>
    Array.from({ length: pictureCount(random) }, (_, at): PlannedPicture => {
      const base = { id: 0n, atMs: post.atMs - minuteMs + at * 1_000, owner: post.author };
      return { ...base, post, position: at + 1, drawing: next(post.topic.pastime) % drawingsOfPastime };
    }),
  );
  const ofPeople = people.map((owner): PlannedPicture => {
    const base = { id: 0n, atMs: owner.atMs + minuteMs, owner };
    return { ...base, post: null, position: 0, drawing: next("avatar") % avatarDrawings };
  });
  return giveIds([...ofPosts, ...ofPeople]);
}

function pictureCount(random: Random): number {
  return random.isLucky(0.85) ? 1 : 2 + random.int(3);
}

/** All posts of the three, the newest in the feed of each, and the newest of all. Newest first. */
function choosePosts(world: World): Post[] {
  const newest = world.posts.toReversed();
  const trio = world.people.filter((person) => person.isDemo);
  const chosen = new Set(newest.filter((post) => post.author.isDemo));
  for (const reader of trio) {
    const followed = new Set(reader.following);
    const inFeed = newest.filter((post) => followed.has(post.author)).slice(0, picturedInFeed);
    for (const post of inFeed) chosen.add(post);
  }
  for (const post of newest.slice(0, picturedAnywhere)) chosen.add(post);
  return [...chosen].toSorted((a, b) => b.atMs - a.atMs);
}

/** Whoever is seen with a picture, the three first. */
function chooseFaces(world: World, posts: readonly Post[]): Person[] {
  const trio = world.people.filter((person) => person.isDemo);
  return [...new Set([...trio, ...posts.map((post) => post.author)])].slice(0, avatars);
}
