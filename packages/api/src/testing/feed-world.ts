// A small world for the feed's tests: people who follow, block, mute, post and hide at random, a worker that comes late,
// repeats itself or dies, and what a naive query says of each feed. One seed, one history.
import { type Db, idAt, statement } from "@pixora/db";
import { updateUser } from "../account/account.profile.ts";
import { createBlock, deleteBlock } from "../block/block.service.ts";
import { acceptRequest, createFollow, deleteFollow, removeFollower } from "../follow/follow.service.ts";
import { createMute, deleteMute } from "../mute/mute.service.ts";
import { AppError } from "../platform/call/errors.ts";
import type { Deps } from "../platform/process/deps.ts";
import { createPost, deletePost, updatePost } from "../post/post.service.ts";
import { setSuspended } from "../user/user.service.ts";
import { type FeedWorker, openFeedWorker } from "./feed-worker.ts";
import { createPerson } from "./people.ts";
import { follow } from "./relations.ts";

export interface NaivePost {
  id: string;
  authorId: string;
  caption: string;
  authorName: string;
}

/** A change between two people that may hide posts from a window for a moment. */
interface Change {
  readerId: string;
  authorId: string;
  atMs: number;
}

export interface FeedWorld extends FeedWorker {
  people: readonly string[];
  random: () => number;
  pick<T>(from: readonly T[]): T;
  /** One deed of somebody; what the rules refuse changes nothing. */
  act(): Promise<void>;
  /** The whole feed of a reader, newest first. */
  readNaive(readerId: string): Promise<NaivePost[]>;
  /**
   * Whether a page that was asked for at `atMs` may lack this post: it, or what made it part of this feed, was younger
   * than the bound.
   */
  mayLack(input: { readerId: string; post: NaivePost; atMs: number }): boolean;
}

const boundMs = 5_000;
const naiveFeed = statement<NaivePost>(
  "world.naiveFeed",
  `select p.id, p.author_id as "authorId", p.caption, a.display_name as "authorName"
   from posts p join users a on a.id = p.author_id
   where (p.author_id = $1 or p.author_id in (select followee_id from follows where follower_id = $1))
     and p.author_id not in (select muted_id from mutes where muter_id = $1)
     and p.deleted_at is null and a.suspended_at is null and a.deleted_at is null
     and not exists (select from blocks where (blocker_id = $1 and blocked_id = a.id) or (blocker_id = a.id and blocked_id = $1))
   order by p.id desc`,
);
const insertOldPosts = statement<{ id: string; authorId: string }>(
  "world.oldPosts",
  `with old as (
     insert into posts (id, author_id, caption, created_at)
     select id, author_id, 'old', now() from unnest($1::bigint[], $2::bigint[]) as old (id, author_id)
     returning id, author_id
   ), counts as (
     insert into post_counts (post_id) select id from old
   ), heads as (
     update author_heads h set last_post_id = newest.id
     from (select author_id, max(id) as id from old group by author_id) newest where newest.author_id = h.author_id
   )
   select id, author_id as "authorId" from old`,
);

function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface WorldInput {
  seed: number;
  peopleCount: number;
  oldPostCount: number;
  /** Followers that fill a fan-out range. */
  rangeSize: number;
  /** How often somebody posts, for 63 of all other deeds. */
  postWeight?: number;
}

/** Makes people, their follows and a past. */
export async function openFeedWorld(deps: Deps, input: WorldInput): Promise<FeedWorld> {
  const { postWeight = 45 } = input;
  const random = seededRandom(input.seed);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const people: string[] = [];
  for (let index = 0; index < input.peopleCount; index += 1) {
    people.push((await createPerson(deps, { isPrivate: random() < 0.2 })).id);
  }
  for (const followerId of people) {
    for (const followeeId of people) {
      if (followerId !== followeeId && random() < 0.4) await follow(deps, { followerId, followeeId });
    }
  }
  const posts = await seedPosts(deps.db, { count: input.oldPostCount, people, random });
  const changes: Change[] = [];
  return {
    people,
    random,
    pick,
    act: () => act(deps, { people, posts, changes, random, pick, postWeight }),
    ...openFeedWorker(deps, { random, rangeSize: input.rangeSize }),
    readNaive: (readerId) => deps.db.sql.many(naiveFeed, [readerId]),
    mayLack({ readerId, post, atMs }) {
      if (post.authorId === readerId) return false;
      const sinceMs = atMs - boundMs;
      if (BigInt(post.id) >= idAt(new Date(sinceMs))) return true;
      return changes.some(
        (change) => change.readerId === readerId && change.authorId === post.authorId && change.atMs >= sinceMs,
      );
    },
  };
}

async function seedPosts(db: Db, input: { count: number; people: string[]; random: () => number }) {
  const { count, people, random } = input;
  // A year of posts; half of the people wrote most of them, some none.
  const ids = Array.from({ length: count }, (_, index) => {
    const ageMs = (1 + random() * 365) * 86_400_000;
    return (idAt(new Date(Date.now() - ageMs)) + BigInt(index)).toString();
  });
  const authors = ids.map(() => people[Math.floor(random() ** 2 * people.length * 0.9)]);
  return db.sql.many(insertOldPosts, [ids, authors]);
}

interface Stage {
  people: readonly string[];
  posts: { id: string; authorId: string }[];
  changes: Change[];
  random: () => number;
  pick<T>(from: readonly T[]): T;
  postWeight: number;
}

async function act(deps: Deps, stage: Stage): Promise<void> {
  const { people, posts, changes, random, pick } = stage;
  const actorId = pick(people);
  const userId = pick(people);
  const pair = { actorId, userId };
  const note = (readerId: string, authorId: string) => changes.push({ readerId, authorId, atMs: Date.now() });
  const deeds: [number, () => Promise<unknown>][] = [
    [stage.postWeight, () => publish(deps, stage, actorId)],
    [8, () => remove(deps, pick(posts))],
    [6, () => edit(deps, { post: pick(posts), caption: `edited ${random()}` })],
    [3, () => updateUser(deps, { actorId, displayName: `name ${random()}` })],
    [10, () => createFollow(deps, pair)],
    [5, () => deleteFollow(deps, pair)],
    [6, () => acceptRequest(deps, pair)],
    [2, () => removeFollower(deps, pair)],
    [3, () => createBlock(deps, pair)],
    [4, () => deleteBlock(deps, pair)],
    [4, () => createMute(deps, pair)],
    [5, () => deleteMute(deps, pair)],
    [3, () => switchPrivacy(deps, stage, actorId)],
    [1, () => suspend(deps, { userId, isSuspended: true })],
    [3, () => suspend(deps, { userId, isSuspended: false })],
  ];
  const deed = pick(deeds.flatMap(([weight, run]) => Array<typeof run>(weight).fill(run)));
  await deed().catch((error: unknown) => {
    if (!(error instanceof AppError)) throw error;
  });
  note(actorId, userId);
  note(userId, actorId);
}

// Going public accepts whoever waits: anyone's feed may have grown.
async function switchPrivacy(deps: Deps, stage: Stage, actorId: string): Promise<void> {
  await updateUser(deps, { actorId, isPrivate: stage.random() < 0.4 });
  stage.changes.push(...stage.people.map((readerId) => ({ readerId, authorId: actorId, atMs: Date.now() })));
}

async function publish(deps: Deps, stage: Stage, actorId: string): Promise<void> {
  const visibility = stage.random() < 0.3 ? "followers" : "public";
  const post = await createPost(deps, { actorId, caption: `new ${stage.random()}`, media: [], visibility });
  stage.posts.push({ id: post.id, authorId: actorId });
}

async function remove(deps: Deps, post: { id: string; authorId: string }): Promise<void> {
  await deletePost(deps, { actorId: post.authorId, postId: post.id });
}

async function edit(deps: Deps, input: { post: { id: string; authorId: string }; caption: string }): Promise<void> {
  const { post, caption } = input;
  await updatePost(deps, { actorId: post.authorId, postId: post.id, caption });
}

async function suspend(deps: Deps, input: { userId: string; isSuspended: boolean }): Promise<void> {
  await deps.db.inTransaction((tx) => setSuspended(tx, input));
}
