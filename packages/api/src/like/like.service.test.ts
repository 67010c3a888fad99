// Likes against PostgreSQL: exact counts, exact answers, and what failures and rivals do to them.
import { statement } from "@pixora/db";
import { Client } from "pg";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Deps } from "../platform/deps.ts";
import { createPerson, createPost, follow, openTestDeps, type TestDeps, type TestPerson } from "../testing/index.ts";
import { likeInput, listLikesInput } from "./like.schema.ts";
import {
  createLike,
  deleteLike,
  likeComment,
  likePost,
  listLikers,
  unlikeComment,
  unlikePost,
} from "./like.service.ts";

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
const insertBlock = statement<never>("test.block", "insert into blocks (blocker_id, blocked_id) values ($1, $2)");
const hidePost = statement<never>("test.hidePost", "update posts set deleted_at = now() where id = $1");
const insertComment = statement<{ id: string }>(
  "test.comment",
  `with comment as (insert into comments (post_id, author_id, text) values ($1, $2, 'fine') returning id),
        counts as (insert into comment_counts (comment_id) select id from comment)
   select id from comment`,
);

test("liking twice counts once, and taking it back twice counts once", async () => {
  const first = await likePost(deps, { actorId: bob.id, postId: post.id });
  expect(first).toEqual({ isLiked: true, likeCount: 1, rev: 2 });
  expect(await likePost(deps, { actorId: bob.id, postId: post.id })).toEqual(first);
  const undone = await unlikePost(deps, { actorId: bob.id, postId: post.id });
  expect(undone).toEqual({ isLiked: false, likeCount: 0, rev: 3 });
  expect(await unlikePost(deps, { actorId: bob.id, postId: post.id })).toEqual(undone);
});

test("each real change stores one fact, repeats store none", async () => {
  for (const run of [likePost, likePost, unlikePost, unlikePost, likePost]) {
    await run(deps, { actorId: bob.id, postId: post.id });
  }
  const facts = await deps.db.sql.many(
    statement<{ fact: string; payload: unknown }>(
      "test.facts",
      "select fact, payload from outbox where payload->>'postId' = $1 order by id",
    ),
    [post.id],
  );
  const payload = { postId: post.id, commentId: null, actorId: bob.id };
  expect(facts).toEqual(["like.created", "like.deleted", "like.created"].map((fact) => ({ fact, payload })));
});

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

test("what one may not see can be neither liked nor unliked", async () => {
  const hidden = await createPost(deps, { authorId: alice.id, visibility: "followers" });
  const notFound = { code: "post.notFound" };
  await expect(likePost(deps, { actorId: bob.id, postId: hidden.id })).rejects.toMatchObject(notFound);
  await follow(deps, { followerId: bob.id, followeeId: alice.id });
  expect(await likePost(deps, { actorId: bob.id, postId: hidden.id })).toMatchObject({ likeCount: 1 });
  await deps.db.sql.run(insertBlock, [alice.id, bob.id]);
  await expect(likePost(deps, { actorId: bob.id, postId: post.id })).rejects.toMatchObject(notFound);
  await expect(unlikePost(deps, { actorId: bob.id, postId: hidden.id })).rejects.toMatchObject(notFound);
  await expect(likePost(deps, { actorId: bob.id, postId: "1" })).rejects.toMatchObject(notFound);
});

test("a blocker's call and a stranger's call in one batch end each in its own way", async () => {
  await deps.db.sql.run(insertBlock, [bob.id, alice.id]);
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

const settle = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

test("a post purged while the batch runs is not found, and its neighbours get their likes", async () => {
  const other = await createPost(deps, { authorId: alice.id });
  const rival = await openRival();
  await rival.query("select from post_counts where post_id = $1 for update", [post.id]);
  const calls = Promise.allSettled([post, other].map(({ id }) => likePost(deps, { actorId: bob.id, postId: id })));
  await settle(100);
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
  await settle(100);
  await rival.query("select from post_counts where post_id = $1 for update", [post.id]);
  await settle(50);
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

test("comments are liked like posts, with their post in the fact", async () => {
  const comment = await deps.db.sql.one(insertComment, [post.id, alice.id]);
  const target = { actorId: bob.id, commentId: comment.id };
  expect(await likeComment(deps, target)).toEqual({ isLiked: true, likeCount: 1, rev: 2 });
  expect(await likeComment(deps, target)).toEqual({ isLiked: true, likeCount: 1, rev: 2 });
  expect(await unlikeComment(deps, target)).toEqual({ isLiked: false, likeCount: 0, rev: 3 });
  const facts = await deps.db.sql.many(
    statement<{ payload: unknown }>("test.commentFacts", "select payload from outbox where payload->>'commentId' = $1"),
    [comment.id],
  );
  const payload = { postId: post.id, commentId: comment.id, actorId: bob.id };
  expect(facts).toEqual([{ payload }, { payload }]);
});

test("a comment on a hidden post is not found, and neither is a deleted one", async () => {
  const comment = await deps.db.sql.one(insertComment, [post.id, alice.id]);
  const notFound = { code: "comment.notFound" };
  await deps.db.sql.run(statement<never>("test.dropComment", "update comments set deleted_at = now() where id = $1"), [
    comment.id,
  ]);
  await expect(likeComment(deps, { actorId: bob.id, commentId: comment.id })).rejects.toMatchObject(notFound);
  const second = await deps.db.sql.one(insertComment, [post.id, bob.id]);
  await deps.db.sql.run(hidePost, [post.id]);
  await expect(likeComment(deps, { actorId: bob.id, commentId: second.id })).rejects.toMatchObject(notFound);
  await expect(listLikers(deps, { viewerId: bob.id, commentId: second.id, limit: 20 })).rejects.toMatchObject(notFound);
});

test("likers are listed newest first in pages, without those the viewer may not see", async () => {
  const likers = await Promise.all(Array.from({ length: 5 }, () => createPerson(deps)));
  for (const liker of likers) await createLike(deps, { actorId: liker.id, postId: post.id });
  await deps.db.sql.run(insertBlock, [likers[3]?.id, bob.id]);
  await deleteLike(deps, { actorId: likers[0]?.id ?? "", postId: post.id });
  const seen: string[] = [];
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof listLikers>> = await listLikers(deps, {
      viewerId: bob.id,
      postId: post.id,
      limit: 2,
      cursor,
    });
    seen.push(...page.items.map((card) => card.id));
    cursor = page.nextCursor;
  } while (cursor !== null);
  expect(seen).toEqual([likers[4]?.id, likers[2]?.id, likers[1]?.id]);
});

test("a cursor of one post's likers is refused for another's", async () => {
  for (const liker of [alice, bob]) await likePost(deps, { actorId: liker.id, postId: post.id });
  const page = await listLikers(deps, { viewerId: bob.id, postId: post.id, limit: 1 });
  const other = await createPost(deps, { authorId: alice.id });
  await expect(
    listLikers(deps, { viewerId: bob.id, postId: other.id, limit: 1, cursor: page.nextCursor }),
  ).rejects.toMatchObject({ code: "cursor.invalid" });
});

test("the input takes exactly one of postId and commentId", () => {
  expect(likeInput.safeParse({ postId: "5" }).success).toBe(true);
  expect(listLikesInput.parse({ commentId: "5", direction: "forward" })).toEqual({ commentId: "5", limit: 20 });
  expect(likeInput.safeParse({ postId: "5", commentId: "6" }).success).toBe(false);
  expect(likeInput.safeParse({}).success).toBe(false);
  expect(listLikesInput.safeParse({ limit: 5 }).success).toBe(false);
  expect(likeInput.safeParse({ postId: "x" }).error?.issues[0]?.path).toEqual(["postId"]);
});
