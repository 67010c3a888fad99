// The micro-batch of likes against PostgreSQL: exact counters and true answers among rivals, deadlocks and purges.
import { statement } from "@pixora/db";
import { Client } from "pg";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Deps } from "../platform/process/deps.ts";
import { block, createPerson, createPost, openTestDeps, type TestDeps, type TestPerson } from "../testing/index.ts";
import { likePost, unlikePost } from "./like.service.ts";

let deps: TestDeps;
let alice: TestPerson;
let bob: TestPerson;
let post: { id: string };

beforeAll(async () => {
  deps = await openTestDeps();
  await deps.db.sql.run(likeHistoryTable);
  await deps.db.sql.run(likeHistoryFunction);
  await deps.db.sql.run(likeHistoryTrigger("insert"));
  await deps.db.sql.run(likeHistoryTrigger("delete"));
});
afterAll(() => deps?.close());
beforeEach(async () => {
  alice = await createPerson(deps);
  bob = await createPerson(deps);
  post = await createPost(deps, { authorId: alice.id });
});

// Every state that a post's likes went through, as a trigger saw it within the very statement.
const likeHistoryTable = statement<never>(
  "test.historyTable",
  "create table like_history (post_id bigint, likers bigint[], rev int)",
);
const likeHistoryFunction = statement<never>(
  "test.historyFunction",
  `create function log_likes() returns trigger language plpgsql as $$ begin
     insert into like_history
     select counts.post_id, array(select user_id from post_likes l where l.post_id = counts.post_id), counts.rev
     from post_counts counts where counts.post_id in (select post_id from touched);
     return null;
   end $$`,
);
const likeHistoryTrigger = (event: "insert" | "delete") =>
  statement<never>(
    `test.historyTrigger.${event}`,
    `create trigger log_${event} after ${event} on post_likes
     referencing ${event === "insert" ? "new" : "old"} table as touched for each statement execute function log_likes()`,
  );
const readHistory = statement<{ likers: string[]; rev: number }>(
  "test.readHistory",
  "select likers::text[] as likers, rev from like_history where post_id = $1",
);
const readCounts = statement<{ likeCount: number; rows: number; rev: number; facts: number }>(
  "test.readCounts",
  `select like_count as "likeCount", rev, (select count(*)::int from post_likes l where l.post_id = c.post_id) as rows,
     (select coalesce(sum(case fact when 'like.created' then 1 else -1 end), 0)::int from outbox
      where payload->>'postId' = c.post_id::text and payload->>'commentId' is null) as facts
   from post_counts c where c.post_id = $1`,
);

interface TimedAnswer {
  userId: string;
  startedAt: number;
  answer: { isLiked: boolean; likeCount: number; rev: number };
  endedAt: number;
  wanted: boolean;
}

/** All calls at once, each timed by one logical clock. */
async function runTimed(calls: { deps: Deps; userId: string; isLike: boolean }[]): Promise<TimedAnswer[]> {
  let clock = 0;
  return Promise.all(
    calls.map(async ({ deps: on, userId, isLike }) => {
      const startedAt = clock++;
      const answer = await (isLike ? likePost : unlikePost)(on, { actorId: userId, postId: post.id });
      return { userId, startedAt, answer, endedAt: clock++, wanted: isLike };
    }),
  );
}

/** Every answer is a state that the post was really in, not older than any answer given before its call began. */
async function expectLinear(answers: TimedAnswer[]): Promise<void> {
  const states = new Map<number, Set<string>[]>([[1, [new Set()]]]);
  for (const { rev, likers } of await deps.db.sql.many(readHistory, [post.id])) {
    states.set(rev, [...(states.get(rev) ?? []), new Set(likers)]);
  }
  for (const { userId, answer, startedAt, wanted } of answers) {
    expect(answer.isLiked).toBe(wanted);
    const isTrue = (states.get(answer.rev) ?? []).some(
      (likers) => likers.size === answer.likeCount && likers.has(userId) === answer.isLiked,
    );
    expect(isTrue, `an answer of a state that was: ${JSON.stringify({ userId, answer })}`).toBe(true);
    const before = answers.filter((other) => other.endedAt < startedAt).map((other) => other.answer.rev);
    expect(answer.rev).toBeGreaterThanOrEqual(Math.max(0, ...before));
  }
}

async function expectExact(expectedRows: number): Promise<void> {
  const counts = await deps.db.sql.one(readCounts, [post.id]);
  expect(counts).toMatchObject({ likeCount: expectedRows, rows: expectedRows, facts: expectedRows });
}

function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

test("400 concurrent likes and unlikes of 20 people: the counter equals the rows, every answer is the state after its call", async () => {
  const random = seededRandom(20_261);
  const people = await Promise.all(Array.from({ length: 20 }, () => createPerson(deps)));
  // Repeats stand beside each other: every call is sent twice in a row.
  const calls = Array.from({ length: 200 }, (_, index) => {
    const userId = people[index % people.length]?.id ?? "";
    return { deps, userId, isLike: random() < 0.5 };
  }).flatMap((call) => [call, { ...call }]);
  await expectLinear(await runTimed(calls));
  const last = new Map(calls.map((call) => [call.userId, call.isLike]));
  await expectExact([...last.values()].filter((isLike) => isLike).length);
});

test("three processes at once, one person in all of them: still exact", async () => {
  const random = seededRandom(7);
  const people = await Promise.all(Array.from({ length: 5 }, () => createPerson(deps)));
  const processes: Deps[] = [deps, { ...deps }, { ...deps }];
  for (let round = 0; round < 10; round += 1) {
    const calls = Array.from({ length: 60 }, () => ({
      deps: processes[Math.floor(random() * 3)] ?? deps,
      userId: people[Math.floor(random() * 5)]?.id ?? "",
      isLike: random() < 0.5,
    }));
    await expectLinear(await runTimed(calls));
  }
  const counts = await deps.db.sql.one(readCounts, [post.id]);
  expect(counts).toMatchObject({ likeCount: counts.rows, facts: counts.rows });
});

test("calls for many posts in one batch answer each for its own post", async () => {
  const posts = await Promise.all(Array.from({ length: 30 }, () => createPost(deps, { authorId: alice.id })));
  const likers = await Promise.all(Array.from({ length: 4 }, () => createPerson(deps)));
  const answers = await Promise.all(
    posts.flatMap((target, index) =>
      likers.slice(0, index % 5).map((liker) => likePost(deps, { actorId: liker.id, postId: target.id })),
    ),
  );
  const expected = posts.flatMap((_, index) => Array.from({ length: index % 5 }, () => index % 5));
  expect(answers.every((answer) => answer.isLiked)).toBe(true);
  // The first call may have run before the others were there.
  expect(answers.map((answer) => answer.likeCount).slice(1)).toEqual(expected.slice(1));
});

test("a blocker's call and a stranger's call in one batch end each in its own way", async () => {
  await block(deps, { blockerId: bob.id, blockedId: alice.id });
  const carol = await createPerson(deps);
  const [blocked, fine] = await Promise.allSettled([
    likePost(deps, { actorId: bob.id, postId: post.id }),
    likePost(deps, { actorId: carol.id, postId: post.id }),
  ]);
  expect(blocked).toMatchObject({ status: "rejected", reason: { code: "post.notFound" } });
  expect(fine).toMatchObject({ status: "fulfilled", value: { likeCount: 1 } });
});

async function openRival(): Promise<Client> {
  const rival = new Client({ connectionString: deps.databaseUrl });
  await rival.connect();
  await rival.query("begin");
  return rival;
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

test("a post purged while the batch runs is not found, and its neighbours get their likes", async () => {
  const other = await createPost(deps, { authorId: alice.id });
  const rival = await openRival();
  await rival.query("select from post_counts where post_id = $1 for update", [post.id]);
  const calls = Promise.allSettled([post, other].map(({ id }) => likePost(deps, { actorId: bob.id, postId: id })));
  await pause(100);
  await rival.query("delete from posts where id = $1", [post.id]);
  await rival.query("commit");
  await rival.end();
  const [gone, liked] = await calls;
  expect(gone).toMatchObject({ status: "rejected", reason: { code: "post.notFound" } });
  expect(liked).toMatchObject({ status: "fulfilled", value: { likeCount: 1 } });
});

test("a batch that loses a deadlock runs again", async () => {
  const other = await createPost(deps, { authorId: alice.id });
  const rival = await openRival();
  // The rival waits longer before it looks for deadlocks: the batch finds this one and is its victim.
  await rival.query("set local deadlock_timeout = '30s'");
  await rival.query("select from post_counts where post_id = $1 for update", [other.id]);
  const calls = Promise.all([post, other].map(({ id }) => likePost(deps, { actorId: bob.id, postId: id })));
  await pause(100);
  await rival.query("select from post_counts where post_id = $1 for update", [post.id]);
  await pause(50);
  await rival.query("commit");
  await rival.end();
  expect((await calls).map((answer) => answer.likeCount)).toEqual([1, 1]);
});

test("an error of one call does not reach its neighbours", async () => {
  const calls = Promise.allSettled([
    // Nobody has this id: the row that the like would point at is not there.
    likePost(deps, { actorId: "1", postId: post.id }),
    likePost(deps, { actorId: bob.id, postId: post.id }),
  ]);
  const [failed, fine] = await calls;
  expect(failed).toMatchObject({ status: "rejected", reason: { code: "23503" } });
  expect(fine).toMatchObject({ status: "fulfilled", value: { isLiked: true, likeCount: 1 } });
});
