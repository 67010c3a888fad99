// The home feed from SQL, with Redis down, against a naive query, in a random graph with everything that hides posts.
import { statement } from "@pixora/db";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  createPerson,
  createPost,
  follow,
  hidePost,
  mute,
  openTestDeps,
  suspend,
  type TestDeps,
  type TestPerson,
} from "../testing/index.ts";
import { listHomeFeed } from "./feed.service.ts";

let deps: TestDeps;
let people: TestPerson[];

function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
const random = seededRandom(41);
const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;

// A block ends follows. Here they stay: the page has to leave out whoever is blocked by itself.
const insertBlock = statement<never>(
  "test.block",
  "insert into blocks (blocker_id, blocked_id) values ($1, $2) on conflict do nothing",
);
const naiveFeed = statement<{ id: string }>(
  "test.naiveFeed",
  `select p.id from posts p join users a on a.id = p.author_id
   where (p.author_id = $1 or p.author_id in (select followee_id from follows where follower_id = $1))
     and p.author_id not in (select muted_id from mutes where muter_id = $1)
     and p.deleted_at is null and a.suspended_at is null and a.deleted_at is null
     and not exists (select from blocks where (blocker_id = $1 and blocked_id = a.id) or (blocker_id = a.id and blocked_id = $1))
   order by p.id desc`,
);

beforeAll(async () => {
  // No Redis behind this address: the cold path alone, as it is while Redis is down.
  deps = await openTestDeps({ env: { REDIS_CACHE_URL: "redis://127.0.0.1:1" } });
  people = [];
  for (let index = 0; index < 40; index += 1) people.push(await createPerson(deps, { isPrivate: index % 5 === 0 }));
  for (const reader of people) {
    const count = pick([0, 1, 3, 10, 30]);
    for (let index = 0; index < count; index += 1) {
      const followee = pick(people);
      if (followee !== reader) await follow(deps, { followerId: reader.id, followeeId: followee.id });
    }
    const muted = pick(people);
    if (random() < 0.3 && muted !== reader) await mute(deps, { muterId: reader.id, mutedId: muted.id });
  }
  for (const reader of people) {
    const blocked = pick(people);
    if (random() < 0.3 && blocked !== reader) await deps.db.sql.run(insertBlock, [reader.id, blocked.id]);
  }
  // Half of the people wrote nothing; a few wrote most.
  const authors = people.filter((_, index) => index % 2 === 0);
  for (let index = 0; index < 600; index += 1) {
    const author = random() < 0.5 ? pick(authors.slice(0, 4)) : pick(authors);
    const post = await createPost(deps, { authorId: author.id, visibility: random() < 0.5 ? "public" : "followers" });
    if (random() < 0.2) await hidePost(deps, { postId: post.id });
  }
  await suspend(deps, { userId: authors[5]?.id ?? "" });
});
afterAll(() => deps?.close());

/** All ids of a walk from the first page to the last; `between` runs after every page. */
async function walk(viewerId: string, limit: number, between?: () => Promise<void>): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof listHomeFeed>> = await listHomeFeed(deps, { viewerId, limit, cursor });
    expect(page.items.length).toBeLessThanOrEqual(limit);
    ids.push(...page.items.map((post) => post.id));
    cursor = page.nextCursor;
    await between?.();
  } while (cursor !== null);
  return ids;
}

async function readNaive(viewerId: string): Promise<string[]> {
  return (await deps.db.sql.many(naiveFeed, [viewerId])).map((row) => row.id);
}

test("all pages of everyone equal a naive query", async () => {
  for (const person of people) {
    expect(await walk(person.id, pick([3, 7, 20, 100]))).toEqual(await readNaive(person.id));
  }
});

test("while posts come and go, each that is there throughout comes exactly once, in order", async () => {
  const readers = people.filter((_, index) => index % 4 === 1);
  for (const reader of readers) {
    const before = await readNaive(reader.id);
    const seen = await walk(reader.id, 10, async () => {
      const post = await createPost(deps, { authorId: pick(people).id });
      if (random() < 0.5) await hidePost(deps, { postId: post.id });
      if (before.length > 0) await hidePost(deps, { postId: pick(before) });
    });
    const after = new Set(await readNaive(reader.id));
    const throughout = before.filter((id) => after.has(id));
    expect(seen.filter((id) => throughout.includes(id))).toEqual(throughout);
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.map(BigInt)).toEqual(seen.map(BigInt).sort((a, b) => (a < b ? 1 : -1)));
  }
});

test("one's own post is in one's feed at once, and it is the only one of someone who follows nobody", async () => {
  const loner = await createPerson(deps);
  expect(await walk(loner.id, 20)).toEqual([]);
  const post = await createPost(deps, { authorId: loner.id });
  expect(await walk(loner.id, 20)).toEqual([post.id]);
});

test("a feed whose newest posts are all hidden goes on behind them", async () => {
  const [reader, author, other] = await Promise.all([createPerson(deps), createPerson(deps), createPerson(deps)]);
  for (const followee of [author, other]) await follow(deps, { followerId: reader.id, followeeId: followee.id });
  const post = await createPost(deps, { authorId: author.id });
  for (let index = 0; index < 30; index += 1) await createPost(deps, { authorId: other.id });
  await suspend(deps, { userId: other.id });
  const page = await listHomeFeed(deps, { viewerId: reader.id, limit: 10 });
  expect(page.items.map((item) => item.id)).toEqual([post.id]);
});

test("a cursor that is broken or of another list is refused", async () => {
  const viewerId = people[0]?.id ?? "";
  for (const cursor of ["x", Buffer.from('["",5]').toString("base64url")]) {
    await expect(listHomeFeed(deps, { viewerId, limit: 5, cursor })).rejects.toMatchObject({ code: "cursor.invalid" });
  }
});
