// The audit finds what is wrong, mends it once, and says so.
import { statement } from "@pixora/db";
import { Registry } from "prom-client";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createComment } from "../comment/comment.service.ts";
import { createFollow } from "../follow/follow.service.ts";
import { likeComment, likePost } from "../like/like.service.ts";
import type { Deps } from "../platform/process/deps.ts";
import { createPost, deletePost } from "../post/post.service.ts";
import { listOfWindow, readFeedIds, warmUp } from "../testing/feed-stage.ts";
import { createPerson, openTestDeps, type TestDeps, type TestPerson, waitFor } from "../testing/index.ts";
import { workOff } from "../testing/work-off.ts";
import { watchAudit } from "./audit.metrics.ts";
import { mendCounters } from "./audit.service.ts";
import { driftTallyOf } from "./audit.tally.ts";

let deps: TestDeps;
let ann: TestPerson;
let bob: TestPerson;
let postId: string;
let commentId: string;

beforeAll(async () => {
  deps = await openTestDeps();
  await waitFor("redis", () => deps.redis.cache.status === "ready");
  [ann, bob] = await Promise.all([createPerson(deps), createPerson(deps)]);
  await createFollow(deps, { actorId: bob.id, userId: ann.id });
  await createFollow(deps, { actorId: ann.id, userId: bob.id });
  const post = { actorId: ann.id, caption: "hello", media: [], visibility: "public" as const };
  postId = (await createPost(deps, post)).id;
  commentId = (await createComment(deps, { actorId: bob.id, postId, text: "so true" })).id;
  await createComment(deps, { actorId: ann.id, postId, text: "no", parentId: commentId });
  for (const actorId of [ann.id, bob.id]) {
    await likePost(deps, { actorId, postId });
    await likeComment(deps, { actorId, commentId });
  }
  await workOff(deps);
});
afterAll(() => deps.close());
beforeEach(() => deps.redis.cache.del(`${deps.redis.prefix}:audit:position`));

function run(sql: string, values: unknown[] = []): Promise<number> {
  return deps.db.sql.run(statement<never>("test.run", sql), values);
}

async function read(table: string, key: string, id: string): Promise<Record<string, string | null>> {
  const find = statement<{ row: Record<string, string | null> }>(
    "test.read",
    // Texts: ids are beyond what JSON's numbers hold exactly.
    `select (select jsonb_object_agg(key, value) from jsonb_each_text(to_jsonb(t))) as row from ${table} t where ${key} = $1`,
  );
  return (await deps.db.sql.maybe(find, [id]))?.row ?? {};
}

/** A full round by a worker that has just started; answers what it found wrong. */
async function auditAll(): Promise<Record<string, number>> {
  const fresh: Deps = { ...deps };
  await mendCounters(fresh, { ranges: 1_000 });
  return Object.fromEntries([...driftTallyOf(fresh)].filter(([, count]) => count > 0));
}

const subjects = {
  user_counts: { key: "user_id", id: () => ann.id },
  author_heads: { key: "author_id", id: () => ann.id },
  post_counts: { key: "post_id", id: () => postId },
  comment_counts: { key: "comment_id", id: () => commentId },
  live_heads: { key: "user_id", id: () => ann.id },
};

const columns: [table: keyof typeof subjects, column: string, wrongs: string[]][] = [
  ["user_counts", "post_count", ["post_count + 3", "post_count - 1"]],
  ["user_counts", "follower_count", ["follower_count + 3", "follower_count - 1"]],
  ["user_counts", "following_count", ["following_count + 3", "-5"]],
  ["author_heads", "last_post_id", ["last_post_id + 3", "0"]],
  ["post_counts", "like_count", ["like_count + 3", "like_count - 1"]],
  ["post_counts", "comment_count", ["comment_count + 3", "comment_count - 1"]],
  ["comment_counts", "like_count", ["like_count + 3", "like_count - 1"]],
  ["comment_counts", "reply_count", ["reply_count + 3", "reply_count - 1"]],
  ["comment_counts", "top_post_id", ["null", "top_post_id + 1"]],
  ["live_heads", "unread", ["unread + 3", "unread - 1"]],
  ["live_heads", "unseen", ["unseen + 3", "unseen - 1"]],
  ["live_heads", "last_notification_id", ["0"]],
  ["live_heads", "seq", ["1"]],
];

describe.each(columns)("%s.%s", (table, column, wrongs) => {
  test.each(wrongs)("is found, mended and told where it is %s, and right the second time", async (wrong) => {
    const { key, id } = subjects[table];
    const before = await read(table, key, id());
    await run(`update ${table} set ${column} = ${wrong} where ${key} = $1`, [id()]);
    expect(await auditAll()).toEqual({ [`${table}.${column}`]: 1 });
    const after = await read(table, key, id());
    if (!(table === "live_heads" && column === "seq")) expect(after[column]).toEqual(before[column]);
    if ("rev" in before) expect(Number(after.rev)).toBe(Number(before.rev) + 1);
    // The owner's clients hear of it by one more event.
    if ("seq" in before) expect(Number(after.seq)).toBe(Number(before.seq) + 1);
    expect(await auditAll()).toEqual({});
  });
});

test.each(["last_notification_id", "seq"])("a person's %s may be higher than what is left", async (column) => {
  const { [column]: before = null } = await read("live_heads", "user_id", ann.id);
  await run(`update live_heads set ${column} = ${column} + 5 where user_id = $1`, [ann.id]);
  expect(await auditAll()).toEqual({});
  await run(`update live_heads set ${column} = $2 where user_id = $1`, [ann.id, before]);
});

test.each(Object.keys(subjects) as (keyof typeof subjects)[])("a missing row of %s is made anew", async (table) => {
  const { key, id } = subjects[table];
  const { rev, seq, ...before } = await read(table, key, id());
  await run(`delete from ${table} where ${key} = $1`, [id()]);
  expect(await auditAll()).toEqual({ [`${table}.missing`]: 1 });
  const after = await read(table, key, id());
  expect(after).toMatchObject(before);
  // Clients keep the newest: the new row's must be beyond the lost one's.
  if (rev !== undefined) expect(Number(after.rev)).toBeGreaterThan(Number(rev));
  if (seq !== undefined) expect(Number(after.seq)).toBeGreaterThan(Number(seq));
  expect(await auditAll()).toEqual({});
});

test("several wrong columns of one row are each counted, and raise its rev once", async () => {
  const before = await read("post_counts", "post_id", postId);
  await run("update post_counts set like_count = 100, comment_count = 200 where post_id = $1", [postId]);
  expect(await auditAll()).toEqual({ "post_counts.like_count": 1, "post_counts.comment_count": 1 });
  expect(await read("post_counts", "post_id", postId)).toEqual({ ...before, rev: String(Number(before.rev) + 1) });
});

test("a head that points at a deleted post is mended, and so are the windows that it spoilt", async () => {
  const [author, reader] = await Promise.all([createPerson(deps), createPerson(deps)]);
  await createFollow(deps, { actorId: reader.id, userId: author.id });
  const say = { actorId: author.id, caption: "hello", media: [], visibility: "public" as const };
  const [older, newer] = [await createPost(deps, say), await createPost(deps, say)];
  await deletePost(deps, { actorId: author.id, postId: newer.id });
  await workOff(deps);
  await run("update author_heads set last_post_id = $2 where author_id = $1", [author.id, newer.id]);
  expect(await auditAll()).toEqual({ "author_heads.last_post_id": 1 });
  expect((await read("author_heads", "author_id", author.id)).last_post_id).toBe(older.id);

  await workOff(deps);
  await run("update author_heads set last_post_id = 0 where author_id = $1", [author.id]);
  await warmUp(deps, reader.id);
  expect(await listOfWindow(deps, reader.id)).not.toContain(older.id);
  await auditAll();
  await workOff(deps);
  expect(await readFeedIds(deps, reader.id)).toEqual([older.id]);
  await warmUp(deps, reader.id);
  expect(await listOfWindow(deps, reader.id)).toContain(older.id);
});

test("a large account whose newest pulled post was forgotten is found", async () => {
  // The flag without the author's head: a pull that was half made.
  await run("update posts set is_pulled = true where id = $1", [postId]);
  expect(await auditAll()).toEqual({ "author_heads.last_pulled_id": 1 });
  await run("update posts set is_pulled = false where id = $1", [postId]);
  expect(await auditAll()).toEqual({});
});

test("metrics tell what was wrong, by counter, and when the last round ended", async () => {
  const worker: Deps = { ...deps };
  const registry = new Registry();
  watchAudit(registry, worker);
  expect(await registry.metrics()).toContain("pixora_counter_audit_ended_seconds Nan");
  await run("update post_counts set like_count = 50 where post_id = $1", [postId]);
  const startedAt = Date.now() / 1_000;
  await mendCounters(worker, { ranges: 1_000 });
  const text = await registry.metrics();
  expect(text).toContain('pixora_counter_drift_total{counter="post_counts.like_count"} 1');
  expect(text).toContain('pixora_counter_drift_total{counter="comment_counts.reply_count"} 0');
  expect(Number(/audit_ended_seconds ([\d.]+)/.exec(text)?.[1])).toBeGreaterThanOrEqual(startedAt);
});

test("a run without limits audits a little and comes round", async () => {
  const worker: Deps = { ...deps };
  await run("update live_heads set unread = 99 where user_id = $1", [bob.id]);
  for (let minute = 0; minute < 5; minute += 1) await mendCounters(worker);
  expect(driftTallyOf(worker).get("live_heads.unread")).toBe(1);
});
