// A small world for the feed's tests: people who follow, block, mute, post and hide at random, a worker that comes late,
// repeats itself or dies, and what a naive query says of each feed. One seed, one history.
import { type Db, idAt, statement } from "@pixora/db";
import { facts as factSchemas } from "@pixora/jobs";
import { createBlock, deleteBlock } from "../block/block.service.ts";
import { dropWindowsOfFacts } from "../feed/feed.drop.ts";
import { pushPosts } from "../feed/feed.fanout.ts";
import { acceptRequest, createFollow, deleteFollow, removeFollower } from "../follow/follow.service.ts";
import { createMute, deleteMute } from "../mute/mute.service.ts";
import type { Deps } from "../platform/deps.ts";
import { AppError } from "../platform/errors.ts";
import { isStoreAway } from "../platform/failure.ts";
import { createPost, deletePost, updatePost } from "../post/post.service.ts";
import { updateUser } from "../user/user.profile.ts";
import { setSuspended } from "../user/user.service.ts";
import { createPerson, follow } from "./people.ts";

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

export interface FeedWorld {
  people: readonly string[];
  random: () => number;
  pick<T>(from: readonly T[]): T;
  /** One deed of somebody; what the rules refuse changes nothing. */
  act(): Promise<void>;
  /** Takes some of the feed's unfinished facts, as a worker would; `share` of them, in any order. */
  work(input: { share: number }): Promise<void>;
  /** Takes all of them; afterwards nothing is unfinished. */
  drain(): Promise<void>;
  hasUnfinished(): Promise<boolean>;
  /** The whole feed of a reader, newest first. */
  readNaive(readerId: string): Promise<NaivePost[]>;
  /** Whether a window may lack this post for now: it, or what made it part of this feed, is younger than the bound. */
  mayLack(input: { readerId: string; post: NaivePost }): boolean;
}

const boundMs = 5_000;
const awaitedSql = `
  select o.id, o.fact, o.payload, awaited.job
  from outbox o join unnest($1::text[], $2::text[]) as awaited (fact, job) on awaited.fact = o.fact
  where not exists (select from outbox_completions c where c.fact_id = o.id and c.job = awaited.job)
  order by o.id`;
const selectUnfinished = statement<{ id: string; fact: string; payload: unknown; job: string }>(
  "world.unfinished",
  awaitedSql,
);
// Other rooms' jobs do not run here: what the feed has finished with may go.
const forgetFinished = statement<never>(
  "world.forget",
  `delete from outbox o where not exists (
     select from unnest($1::text[], $2::text[]) as awaited (fact, job)
     where awaited.fact = o.fact
       and not exists (select from outbox_completions c where c.fact_id = o.id and c.job = awaited.job))`,
);
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

const feedFacts: Record<string, string> = {
  "post.created": "feed.pushPosts",
  "feed.rangeRequested": "feed.pushPosts",
  "feed.pullSwitched": "feed.dropWindows",
  "follow.created": "feed.dropWindows",
  "follow.deleted": "feed.dropWindows",
  "follow.accepted": "feed.dropWindows",
  "block.created": "feed.dropWindows",
  "mute.created": "feed.dropWindows",
  "mute.deleted": "feed.dropWindows",
};
const awaitedPairs = [Object.keys(feedFacts), Object.values(feedFacts)];

function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Makes people, their follows and a past. `rangeSize` followers fill a fan-out range. */
export async function openFeedWorld(
  deps: Deps,
  input: { seed: number; peopleCount: number; oldPostCount: number; rangeSize: number },
): Promise<FeedWorld> {
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
    act: () => act(deps, { people, posts, changes, random, pick }),
    ...openWorker(deps, { random, rangeSize: input.rangeSize }),
    readNaive: (readerId) => deps.db.sql.many(naiveFeed, [readerId]),
    mayLack({ readerId, post }) {
      if (post.authorId === readerId) return false;
      const sinceMs = Date.now() - boundMs;
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
}

async function act(deps: Deps, stage: Stage): Promise<void> {
  const { people, posts, changes, random, pick } = stage;
  const actorId = pick(people);
  const userId = pick(people);
  const pair = { actorId, userId };
  const note = (readerId: string, authorId: string) => changes.push({ readerId, authorId, atMs: Date.now() });
  const deeds: [number, () => Promise<unknown>][] = [
    [45, () => publish(deps, stage, actorId)],
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
    [3, () => updateUser(deps, { actorId, isPrivate: random() < 0.4 })],
    [1, () => suspend(deps, { userId, isSuspended: true })],
    [3, () => suspend(deps, { userId, isSuspended: false })],
  ];
  note(actorId, userId);
  note(userId, actorId);
  const deed = pick(deeds.flatMap(([weight, run]) => Array<typeof run>(weight).fill(run)));
  await deed().catch((error: unknown) => {
    if (!(error instanceof AppError)) throw error;
  });
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

/** A worker for the feed's jobs alone, whose lateness and deaths come from the seed. */
function openWorker(deps: Deps, input: { random: () => number; rangeSize: number }) {
  const { random, rangeSize } = input;
  const clockAhead = (ms: number) => ({ ...deps, clock: { now: () => new Date(deps.clock.now().getTime() + ms) } });
  const late = clockAhead(60_000);
  const hopeless = clockAhead(11 * 60_000);
  const killed = () => Promise.reject(new Error("killed before it recorded what it did"));
  const dying = { ...deps, db: { ...deps.db, inTransaction: killed } };

  async function take(part: { id: string; fact: string; payload: unknown; job: string }[]): Promise<void> {
    const luck = random();
    const on = luck < 0.05 ? hopeless : luck < 0.15 ? late : luck < 0.25 ? dying : deps;
    const facts = part.map(({ id, fact, payload }) => {
      const schema = factSchemas[fact as keyof typeof factSchemas];
      return { id, fact, payload: schema.parse(payload) };
    });
    const isPush = part[0]?.job === "feed.pushPosts";
    // The types of single facts are checked by the worker's own parser; here the schemas vouch for them.
    const list = facts as never[];
    const run = isPush ? pushPosts(on, { facts: list, rangeSize }) : dropWindowsOfFacts(on, { facts: list });
    await run.catch((error: unknown) => {
      if (on !== dying && !isStoreAway(error)) throw error;
    });
  }

  async function work({ share }: { share: number }): Promise<number> {
    const rows = await deps.db.sql.many(selectUnfinished, awaitedPairs);
    const taken = rows.filter(() => random() < share);
    const lists = new Map<string, typeof rows>();
    for (const row of taken) {
      const key = `${row.job}/${Math.floor(random() * 3)}`;
      lists.set(key, [...(lists.get(key) ?? []), row]);
    }
    // Lists of several workers at once.
    await Promise.all([...lists.values()].map(take));
    await deps.db.sql.run(forgetFinished, awaitedPairs);
    return rows.length;
  }

  return {
    async work(part: { share: number }) {
      await work(part);
    },
    async drain() {
      // Facts stay while Redis is away: then it is asked again.
      while ((await work({ share: 1 })) > 0) await new Promise((resolve) => setTimeout(resolve, 1));
    },
    async hasUnfinished() {
      return (await deps.db.sql.many(selectUnfinished, awaitedPairs)).length > 0;
    },
  };
}
