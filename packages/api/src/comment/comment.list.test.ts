// Pages of comments: orders, walks, and who is left out.
import { idAt } from "@pixora/db";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { likeComment } from "../like/like.service.ts";
import {
  addCommentLike,
  block,
  createComments,
  createPerson,
  createPost,
  openTestDeps,
  type TestDeps,
  type TestPerson,
} from "../testing/index.ts";
import { listComments, listReplies } from "./comment.list.ts";
import type { CommentSort } from "./comment.schema.ts";
import { createComment, deleteComment } from "./comment.service.ts";

let deps: TestDeps;
let alice: TestPerson;
let bob: TestPerson;
let post: { id: string };

beforeAll(async () => {
  deps = await openTestDeps();
});
afterAll(() => deps?.close());
beforeEach(async () => {
  [alice, bob] = [await createPerson(deps), await createPerson(deps)];
  post = await createPost(deps, { authorId: alice.id });
});

function say(author: TestPerson, parentId?: string) {
  return createComment(deps, { actorId: author.id, postId: post.id, text: "words", parentId });
}

async function idsOf(sort: CommentSort, viewer: TestPerson | null = null): Promise<string[]> {
  const viewerId = viewer?.id ?? null;
  return (await listComments(deps, { viewerId, postId: post.id, sort, limit: 100 })).items.map((item) => item.id);
}

/** Every id of a walk in pages of three, with something done between them. */
async function walk(sort: CommentSort, between: () => Promise<unknown> = async () => {}): Promise<string[]> {
  const seen: string[] = [];
  let cursor: string | null = null;
  do {
    const page = await listComments(deps, { viewerId: null, postId: post.id, sort, limit: 3, cursor });
    seen.push(...page.items.map((item) => item.id));
    cursor = page.nextCursor;
    await between();
  } while (cursor !== null && seen.length < 50);
  return seen;
}

test("newest, oldest and most liked come first, each in its order", async () => {
  const [one, two, three] = [await say(bob), await say(bob), await say(bob)];
  await say(alice, one.id);
  await likeComment(deps, { actorId: alice.id, commentId: two.id });
  expect(await idsOf("newest")).toEqual([three.id, two.id, one.id]);
  expect(await idsOf("oldest")).toEqual([one.id, two.id, three.id]);
  expect(await idsOf("top")).toEqual([two.id, three.id, one.id]);
});

test("a walk gives every comment once in each order, also among equal times and equal likes", async () => {
  const start = idAt(new Date("2025-05-05T05:05:05Z"));
  const ids = Array.from({ length: 10 }, (_, place) => (start + BigInt(place)).toString());
  await createComments(deps, { postId: post.id, authorId: bob.id, ids });
  for (const commentId of ids.filter((id) => BigInt(id) % 2n === 1n)) {
    await addCommentLike(deps, { userId: alice.id, commentId });
  }
  expect(await walk("newest")).toEqual([...ids].reverse());
  expect(await walk("oldest")).toEqual(ids);
  const liked = ids.filter((id) => BigInt(id) % 2n === 1n).reverse();
  const others = ids.filter((id) => BigInt(id) % 2n === 0n).reverse();
  expect(await walk("top")).toEqual([...liked, ...others]);
});

test("what comes and goes during a walk disturbs nobody else", async () => {
  const comments = [];
  for (let count = 0; count < 9; count += 1) comments.push(await say(bob));
  const [first] = comments;
  const seen = await walk("newest", async () => {
    await say(bob);
    if (first !== undefined) await deleteComment(deps, { actorId: bob.id, commentId: first.id });
  });
  expect(seen).toEqual(
    comments
      .slice(1)
      .map((comment) => comment.id)
      .reverse(),
  );
});

test("replies are walked oldest first, and a reply has none of its own", async () => {
  const top = await say(alice);
  const replies = [];
  for (let count = 0; count < 5; count += 1) replies.push(await say(bob, top.id));
  const first = await listReplies(deps, { viewerId: null, commentId: top.id, limit: 3 });
  const second = await listReplies(deps, { viewerId: null, commentId: top.id, limit: 3, cursor: first.nextCursor });
  expect([...first.items, ...second.items].map((item) => item.id)).toEqual(replies.map((reply) => reply.id));
  expect(second.nextCursor).toBeNull();
  const [reply] = replies;
  const none = await listReplies(deps, { viewerId: null, commentId: reply?.id ?? "", limit: 3 });
  expect(none).toEqual({ items: [], nextCursor: null });
});

test("a blocked author's comments go, and their top comment with its whole thread", async () => {
  const theirs = await say(bob);
  const answer = await say(alice, theirs.id);
  const own = await say(alice);
  const inside = await say(bob, own.id);
  const carol = await createPerson(deps);
  await block(deps, { blockerId: carol.id, blockedId: bob.id });
  expect(await idsOf("oldest", carol)).toEqual([own.id]);
  expect(await idsOf("oldest", alice)).toEqual([theirs.id, own.id]);
  const replies = await listReplies(deps, { viewerId: carol.id, commentId: own.id, limit: 20 });
  expect(replies.items).toEqual([]);
  for (const commentId of [theirs.id, inside.id]) {
    await expect(listReplies(deps, { viewerId: carol.id, commentId, limit: 20 })).rejects.toMatchObject({
      code: "comment.notFound",
    });
  }
  await expect(listReplies(deps, { viewerId: carol.id, commentId: answer.id, limit: 20 })).rejects.toMatchObject({
    code: "comment.notFound",
  });
});

test("comments of a post that one may not see are not listed", async () => {
  const dana = await createPerson(deps, { isPrivate: true });
  const hidden = await createPost(deps, { authorId: dana.id });
  const comment = await createComment(deps, { actorId: dana.id, postId: hidden.id, text: "inside" });
  await expect(
    listComments(deps, { viewerId: bob.id, postId: hidden.id, sort: "newest", limit: 20 }),
  ).rejects.toMatchObject({ code: "post.notFound" });
  await expect(listReplies(deps, { viewerId: null, commentId: comment.id, limit: 20 })).rejects.toMatchObject({
    code: "comment.notFound",
  });
});

test("a cursor fits its own post and order only", async () => {
  for (let count = 0; count < 3; count += 1) await say(bob);
  const { nextCursor } = await listComments(deps, { viewerId: null, postId: post.id, sort: "top", limit: 1 });
  await expect(
    listComments(deps, { viewerId: null, postId: post.id, sort: "newest", limit: 1, cursor: nextCursor }),
  ).rejects.toMatchObject({ code: "cursor.invalid" });
});
