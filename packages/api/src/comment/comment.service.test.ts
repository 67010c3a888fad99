// Comments against PostgreSQL: threads, placeholders, exact counts, retries, rivals.
import { statement } from "@pixora/db";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { likeComment } from "../like/like.service.ts";
import { deletePost } from "../post/post.service.ts";
import { presentPost } from "../post/post.view.ts";
import { block, createPerson, createPost, openTestDeps, type TestDeps, type TestPerson } from "../testing/index.ts";
import { listComments, listReplies } from "./comment.list.ts";
import { createComment, deleteComment, updateComment } from "./comment.service.ts";
import { presentComment } from "./comment.view.ts";

let deps: TestDeps;
let alice: TestPerson;
let bob: TestPerson;
let carol: TestPerson;
let post: { id: string };

beforeAll(async () => {
  deps = await openTestDeps();
});
afterAll(() => deps?.close());
beforeEach(async () => {
  [alice, bob, carol] = [await createPerson(deps), await createPerson(deps), await createPerson(deps)];
  post = await createPost(deps, { authorId: alice.id });
});

const readDrift = statement<{ drift: number }>(
  "test.drift",
  `select ((select count(*) from post_counts c where c.post_id = $1 and c.comment_count <>
             (select count(*) from comments x where x.post_id = $1 and x.deleted_at is null))
     + (select count(*) from comments x join comment_counts c on c.comment_id = x.id
        cross join lateral (select count(*) as live from comments r where r.parent_id = x.id and r.deleted_at is null) r
        cross join lateral (select x.deleted_at is null or r.live > 0 as is_listed) l
        where x.post_id = $1 and (c.reply_count <> r.live
          or x.listed_under_id is distinct from case when l.is_listed then coalesce(x.parent_id, x.post_id) end
          or c.top_post_id is distinct from case when l.is_listed and x.parent_id is null then x.post_id end))
     )::int as drift`,
);
const readFacts = statement<{ fact: string }>(
  "test.facts",
  "select fact from outbox where payload->>'commentId' = $1 and fact like 'comment.%' order by id",
);

function say(author: TestPerson, input: { text?: string; parentId?: string; idempotencyKey?: string } = {}) {
  return createComment(deps, { actorId: author.id, postId: post.id, text: "words", ...input });
}

function remove(actor: TestPerson, comment: { id: string }) {
  return deleteComment(deps, { actorId: actor.id, commentId: comment.id });
}

async function expectExactCounts(): Promise<void> {
  expect(await deps.db.sql.one(readDrift, [post.id])).toEqual({ drift: 0 });
}

test("a comment answers what it says, counts on its post and stores its fact", async () => {
  const comment = await say(bob, { text: `hello @${carol.handle}` });
  expect(comment).toMatchObject({
    postId: post.id,
    parentId: null,
    replyTo: null,
    author: { id: bob.id, handle: bob.handle },
    text: `hello @${carol.handle}`,
    mentions: [{ userId: carol.id, handle: carol.handle }],
    likeCount: 0,
    replyCount: 0,
    editedAt: null,
    rev: 1,
    viewer: { isLiked: false, canEdit: true, canDelete: true },
  });
  expect(await presentPost(deps, { viewerId: null, postId: post.id })).toMatchObject({ commentCount: 1, rev: 2 });
  expect(await deps.db.sql.many(readFacts, [comment.id])).toEqual([{ fact: "comment.created" }]);
});

test("a reply to a reply stands under the top comment and says whom it answers", async () => {
  const top = await say(alice);
  const reply = await say(bob, { parentId: top.id });
  const second = await say(carol, { parentId: reply.id });
  expect(reply).toMatchObject({ parentId: top.id, replyTo: { userId: alice.id, handle: alice.handle } });
  expect(second).toMatchObject({ parentId: top.id, replyTo: { userId: bob.id, handle: bob.handle } });
  const { items } = await listReplies(deps, { viewerId: null, commentId: top.id, limit: 20 });
  expect(items.map((item) => item.id)).toEqual([reply.id, second.id]);
  expect(await presentComment(deps, { viewerId: null, commentId: top.id })).toMatchObject({ replyCount: 2, rev: 3 });
  expect((await presentPost(deps, { viewerId: null, postId: post.id })).commentCount).toBe(3);
  await expectExactCounts();
});

test("what cannot be seen cannot be answered", async () => {
  const top = await say(bob);
  const other = await createPost(deps, { authorId: alice.id });
  const foreign = await createComment(deps, { actorId: bob.id, postId: other.id, text: "elsewhere" });
  await block(deps, { blockerId: carol.id, blockedId: bob.id });
  for (const parentId of [top.id, "99", foreign.id]) {
    await expect(say(carol, { parentId })).rejects.toMatchObject({ code: "comment.notFound" });
  }
  await expect(say(bob, { parentId: "99" })).rejects.toMatchObject({ code: "comment.notFound" });
  await remove(bob, top);
  await expect(say(alice, { parentId: top.id })).rejects.toMatchObject({ code: "comment.notFound" });
  await expectExactCounts();
});

test("a post that one may not see takes no comments", async () => {
  await block(deps, { blockerId: alice.id, blockedId: bob.id });
  await expect(say(bob)).rejects.toMatchObject({ code: "post.notFound" });
  await deletePost(deps, { actorId: alice.id, postId: post.id });
  await expect(say(carol)).rejects.toMatchObject({ code: "post.notFound" });
  post = { id: "12345" };
  await expect(say(carol)).rejects.toMatchObject({ code: "post.notFound" });
});

test("a retry with its key answers the first comment, alone or at once, and refuses another text", async () => {
  const comments = await Promise.all(Array.from({ length: 8 }, () => say(bob, { idempotencyKey: "key" })));
  expect(new Set(comments.map((comment) => comment.id)).size).toBe(1);
  await expect(say(bob, { text: "other", idempotencyKey: "key" })).rejects.toMatchObject({
    code: "idempotency.reused",
  });
  expect((await presentPost(deps, { viewerId: null, postId: post.id })).commentCount).toBe(1);
});

test("an edit changes the text once, and only its author may make it", async () => {
  const comment = await say(bob);
  const edited = await updateComment(deps, { actorId: bob.id, commentId: comment.id, text: "better" });
  expect(edited).toMatchObject({ text: "better", rev: 2 });
  expect(edited.editedAt).not.toBeNull();
  expect(await updateComment(deps, { actorId: bob.id, commentId: comment.id, text: "better" })).toEqual(edited);
  await expect(updateComment(deps, { actorId: alice.id, commentId: comment.id, text: "mine" })).rejects.toMatchObject({
    code: "comment.forbidden",
  });
  const facts = await deps.db.sql.many(readFacts, [comment.id]);
  expect(facts).toEqual([{ fact: "comment.created" }, { fact: "comment.updated" }]);
});

test("the comment's author and the post's may delete it, others may not", async () => {
  const [one, two, three] = [await say(bob), await say(bob), await say(bob)];
  expect(await remove(bob, one)).toEqual({ ok: true });
  expect(await remove(alice, two)).toEqual({ ok: true });
  await expect(remove(carol, three)).rejects.toMatchObject({ code: "comment.forbidden" });
  // The second time changes nothing for either, and there is nothing for others to find.
  expect(await remove(alice, one)).toEqual({ ok: true });
  expect(await remove(bob, one)).toEqual({ ok: true });
  await expect(remove(carol, one)).rejects.toMatchObject({ code: "comment.notFound" });
  await expect(remove(bob, { id: "7" })).rejects.toMatchObject({ code: "comment.notFound" });
  expect((await presentPost(deps, { viewerId: null, postId: post.id })).commentCount).toBe(1);
  expect(await deps.db.sql.many(readFacts, [one.id])).toEqual([
    { fact: "comment.created" },
    { fact: "comment.deleted" },
  ]);
  await expectExactCounts();
});

test("a deleted comment keeps its place while replies live, and goes with the last of them", async () => {
  const top = await say(bob, { text: "secret" });
  const [one, two] = [await say(alice, { parentId: top.id }), await say(carol, { parentId: top.id })];
  await remove(bob, top);
  expect(await presentComment(deps, { viewerId: bob.id, commentId: top.id })).toMatchObject({
    author: null,
    text: null,
    mentions: [],
    replyCount: 2,
    viewer: { canEdit: false, canDelete: false },
  });
  const later = await say(alice, { parentId: one.id });
  for (const sort of ["newest", "oldest", "top"] as const) {
    const { items } = await listComments(deps, { viewerId: null, postId: post.id, sort, limit: 20 });
    expect(items.map((item) => item.id)).toEqual([top.id]);
  }
  await expectExactCounts();
  for (const reply of [one, two, later]) await remove(alice, reply);
  for (const sort of ["newest", "oldest", "top"] as const) {
    const { items } = await listComments(deps, { viewerId: null, postId: post.id, sort, limit: 20 });
    expect(items).toEqual([]);
  }
  await expect(presentComment(deps, { viewerId: bob.id, commentId: top.id })).rejects.toMatchObject({
    code: "comment.notFound",
  });
  expect(await remove(bob, top)).toEqual({ ok: true });
  await expectExactCounts();
});

test("whom a reply answered is known after the answered reply is deleted", async () => {
  const top = await say(alice);
  const reply = await say(bob, { parentId: top.id });
  const answer = await say(carol, { parentId: reply.id });
  await remove(bob, reply);
  expect((await presentComment(deps, { viewerId: null, commentId: answer.id })).replyTo).toEqual({
    userId: bob.id,
    handle: bob.handle,
  });
});

test("comments, replies, likes, edits and deletions at once leave every count exact", async () => {
  const tops = await Promise.all(Array.from({ length: 5 }, () => say(bob)));
  const replies = await Promise.all(tops.flatMap((top) => [0, 1, 2].map(() => say(carol, { parentId: top.id }))));
  const outcomes = await Promise.allSettled([
    ...tops.map((top) => remove(bob, top)),
    ...replies.map((reply) => remove(alice, reply)),
    ...tops.flatMap((top) => [say(alice, { parentId: top.id }), say(bob, { parentId: top.id })]),
    ...tops.map((top) => likeComment(deps, { actorId: carol.id, commentId: top.id })),
    ...tops.map((top) => updateComment(deps, { actorId: bob.id, commentId: top.id, text: "edited" })),
    ...replies.map((reply) => remove(carol, reply)),
  ]);
  for (const outcome of outcomes) {
    if (outcome.status === "rejected") expect(outcome.reason).toMatchObject({ code: "comment.notFound" });
  }
  await expectExactCounts();
});

test("deleting the post while people comment ends in no count without its comment", async () => {
  const outcomes = await Promise.allSettled([
    ...Array.from({ length: 8 }, () => say(bob)),
    deletePost(deps, { actorId: alice.id, postId: post.id }),
    ...Array.from({ length: 8 }, () => say(carol)),
  ]);
  for (const outcome of outcomes) {
    // One that was stored just before the post went is no more to be shown.
    if (outcome.status === "rejected") expect(outcome.reason.code).toMatch(/^(post|comment)\.notFound$/);
  }
  await expectExactCounts();
});
