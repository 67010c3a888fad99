// While people like, follow, post and comment, the audit finds nothing wrong; and while it mends, nothing gets lost.
// PIXORA_RACE_ROUNDS=200 is the long form.
import { type Sql, statement } from "@pixora/db";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createComment, deleteComment } from "../comment/comment.service.ts";
import { createFollow, deleteFollow } from "../follow/follow.service.ts";
import { likeComment, likePost, unlikeComment, unlikePost } from "../like/like.service.ts";
import { markRead } from "../notification/notification.service.ts";
import { AppError } from "../platform/call/errors.ts";
import type { Deps } from "../platform/process/deps.ts";
import { createPost, deletePost } from "../post/post.service.ts";
import { createPerson, openTestDeps, type TestDeps, waitFor } from "../testing/index.ts";
import { workOff } from "../testing/work-off.ts";
import { mendCounters } from "./audit.service.ts";
import { driftTallyOf } from "./audit.tally.ts";

const rounds = Number(process.env.PIXORA_RACE_ROUNDS ?? 8);

let deps: TestDeps;
let people: string[];
beforeAll(async () => {
  deps = await openTestDeps({ env: { DATABASE_POOL_SIZE: "20" } });
  await waitFor("redis", () => deps.redis.cache.status === "ready");
  people = (await Promise.all(Array.from({ length: 6 }, () => createPerson(deps)))).map(({ id }) => id);
});
afterAll(() => deps.close());

function pick<Item>(items: readonly Item[]): Item {
  const item = items[Math.floor(Math.random() * items.length)];
  if (item === undefined) throw new Error("nothing to pick from");
  return item;
}

/** Posts and comments that stand, or stood a moment ago. */
const stands = { posts: [] as string[], comments: [] as { id: string; postId: string }[] };

async function publish(actorId: string): Promise<void> {
  const post = await createPost(deps, { actorId, caption: "hello", media: [], visibility: "public" });
  stands.posts = [...stands.posts.slice(-3), post.id];
}

async function say(actorId: string): Promise<void> {
  const answered = Math.random() < 0.5 ? stands.comments.at(-1) : undefined;
  const postId = answered?.postId ?? pick(stands.posts);
  const comment = await createComment(deps, { actorId, postId, text: "so true", parentId: answered?.id });
  stands.comments = [...stands.comments.slice(-5), { id: comment.id, postId }];
}

const calls: ((actorId: string) => Promise<unknown>)[] = [
  publish,
  say,
  say,
  (actorId) => deletePost(deps, { actorId, postId: pick(stands.posts) }),
  (actorId) => deleteComment(deps, { actorId, commentId: pick(stands.comments).id }),
  (actorId) => likePost(deps, { actorId, postId: pick(stands.posts) }),
  (actorId) => likePost(deps, { actorId, postId: pick(stands.posts) }),
  (actorId) => unlikePost(deps, { actorId, postId: pick(stands.posts) }),
  (actorId) => likeComment(deps, { actorId, commentId: pick(stands.comments).id }),
  (actorId) => unlikeComment(deps, { actorId, commentId: pick(stands.comments).id }),
  (actorId) => createFollow(deps, { actorId, userId: pick(people.filter((id) => id !== actorId)) }),
  (actorId) => deleteFollow(deps, { actorId, userId: pick(people.filter((id) => id !== actorId)) }),
  (actorId) => markRead(deps, { actorId, which: { upToId: "9000000000000000000" } }),
];

/** Everybody does something, many times over, and jobs make notifications of it, while `beside` runs again and again. */
async function live(beside: () => Promise<unknown>): Promise<void> {
  stands.posts = [];
  stands.comments = [];
  for (const actorId of people) await publish(actorId);
  for (const actorId of people) await say(actorId);
  let isOver = false;
  const besides = [workOff.bind(null, deps), beside].map(async (work) => {
    while (!isOver) await work();
  });
  const lives = people
    .flatMap((actorId) => [actorId, actorId])
    .map(async (actorId) => {
      for (let step = 0; step < rounds * 5; step += 1) {
        await pick(calls)(actorId).catch((error) => {
          // What others deleted meanwhile, or somebody else's.
          if (!(error instanceof AppError)) throw error;
        });
      }
    });
  const livesOver = Promise.all(lives).finally(() => {
    isOver = true;
  });
  await Promise.all([livesOver, ...besides]);
  await workOff(deps);
}

function driftOf(worker: Deps): Record<string, number> {
  return Object.fromEntries([...driftTallyOf(worker)].filter(([, count]) => count > 0));
}

test("what is under way is never taken for drift", async () => {
  const worker: Deps = { ...deps };
  let audits = 0;
  await live(async () => {
    await mendCounters(worker, { ranges: 1_000, maxSubjects: 50 });
    audits += 1;
  });
  await mendCounters(worker, { ranges: 1_000 });
  expect(driftOf(worker)).toEqual({});
  expect(audits).toBeGreaterThan(2);
});

const spoilt = [
  ["user_counts", "user_id", "update user_counts set post_count = post_count + 1, follower_count = 0"],
  ["post_counts", "post_id", "update post_counts set like_count = like_count + 7, comment_count = 0"],
  ["comment_counts", "comment_id", "update comment_counts set like_count = 0, reply_count = reply_count + 2"],
  ["author_heads", "author_id", "update author_heads set last_post_id = 0"],
  ["live_heads", "user_id", "update live_heads set unread = unread + 1, unseen = unseen - 1"],
  ["post_counts", "post_id", "delete from post_counts"],
  ["comment_counts", "comment_id", "delete from comment_counts"],
] as const;

/** Makes a whole table wrong; in the order of all others, so that it does not merely make them wait for a deadlock. */
async function spoil(turn: number): Promise<void> {
  const [table, key, sql] = spoilt[turn % spoilt.length] ?? spoilt[0];
  await deps.db.inTransaction(async (tx) => {
    await tx.many(statement("test.lock", `select from ${table} order by ${key} for no key update`));
    await tx.run(statement<never>("test.spoil", sql));
  });
}

test("what drifts while everybody is busy is exact in the end", async () => {
  const worker: Deps = { ...deps };
  let turn = 0;
  await live(async () => {
    await spoil(turn);
    turn += 1;
    await mendCounters(worker, { ranges: 1_000, maxSubjects: 50 });
  });
  await mendCounters(worker, { ranges: 1_000 });
  const last: Deps = { ...deps };
  await mendCounters(last, { ranges: 1_000 });
  expect(driftOf(worker)).not.toEqual({});
  expect(driftOf(last)).toEqual({});
});

const isWaiting = statement<{ pid: number }>(
  "test.isWaiting",
  `select pid from pg_stat_activity
   where datname = current_database() and wait_event_type = 'Lock' and query like '%post_counts%'`,
);
const readLikes = statement<{ stored: number; rows: number }>(
  "test.readLikes",
  `select like_count as stored, (select count(*)::int from post_likes where post_id = $1) as rows
   from post_counts where post_id = $1`,
);

test("what is not yet committed when a counter is mended is counted all the same", async () => {
  const [author = "", liker = ""] = people;
  await publish(author);
  const postId = stands.posts.at(-1) ?? "";
  const run = (tx: Pick<Sql, "run">, sql: string) => tx.run(statement<never>("test.run", sql), [postId]);
  await run(deps.db.sql, "update post_counts set like_count = 10 where post_id = $1");
  const worker: Deps = { ...deps };
  let audit: Promise<void> = Promise.resolve();
  await deps.db.inTransaction(async (tx) => {
    await run(tx, "select from post_counts where post_id = $1 for no key update");
    // The parts of a like by hand: the audit has to come between them and their commit.
    await run(tx, `insert into post_likes (post_id, user_id) values ($1, ${liker})`);
    await run(tx, "update post_counts set like_count = like_count + 1, rev = rev + 1 where post_id = $1");
    audit = mendCounters(worker, { ranges: 1_000 });
    await waitFor("the audit at the lock", async () => (await deps.db.sql.many(isWaiting)).length > 0);
  });
  await audit;
  expect(await deps.db.sql.one(readLikes, [postId])).toEqual({ stored: 1, rows: 1 });
  expect(driftOf(worker)).toEqual({ "post_counts.like_count": 1 });
});
