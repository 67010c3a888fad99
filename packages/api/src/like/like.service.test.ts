// Likes against PostgreSQL: what one may like, what it changes, who is listed. The micro-batch: like.batch.test.ts.
import { statement } from "@pixora/db";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createComment, deleteComment } from "../comment/comment.service.ts";
import {
  block,
  createPerson,
  createPost,
  follow,
  hidePost,
  openTestDeps,
  type TestDeps,
  type TestPerson,
} from "../testing/index.ts";
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
});
afterAll(() => deps?.close());
beforeEach(async () => {
  alice = await createPerson(deps);
  bob = await createPerson(deps);
  post = await createPost(deps, { authorId: alice.id });
});

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
  const payload = { postId: post.id, commentId: null, actorId: bob.id, receiverId: alice.id };
  expect(facts).toEqual(["like.created", "like.deleted", "like.created"].map((fact) => ({ fact, payload })));
});

test("what one may not see cannot be liked, and what one has liked can be unliked all the same", async () => {
  const hidden = await createPost(deps, { authorId: alice.id, visibility: "followers" });
  const notFound = { code: "post.notFound" };
  await expect(likePost(deps, { actorId: bob.id, postId: hidden.id })).rejects.toMatchObject(notFound);
  await follow(deps, { followerId: bob.id, followeeId: alice.id });
  expect(await likePost(deps, { actorId: bob.id, postId: hidden.id })).toMatchObject({ likeCount: 1 });
  await block(deps, { blockerId: alice.id, blockedId: bob.id });
  await expect(likePost(deps, { actorId: bob.id, postId: post.id })).rejects.toMatchObject(notFound);
  await expect(unlikePost(deps, { actorId: bob.id, postId: post.id })).rejects.toMatchObject(notFound);
  expect(await unlikePost(deps, { actorId: bob.id, postId: hidden.id })).toMatchObject({ likeCount: 0 });
  await expect(likePost(deps, { actorId: bob.id, postId: "1" })).rejects.toMatchObject(notFound);
});

test("comments are liked like posts, with their post in the fact", async () => {
  const comment = await createComment(deps, { actorId: alice.id, postId: post.id, text: "fine" });
  const target = { actorId: bob.id, commentId: comment.id };
  expect(await likeComment(deps, target)).toEqual({ isLiked: true, likeCount: 1, rev: 2 });
  expect(await likeComment(deps, target)).toEqual({ isLiked: true, likeCount: 1, rev: 2 });
  expect(await unlikeComment(deps, target)).toEqual({ isLiked: false, likeCount: 0, rev: 3 });
  const facts = await deps.db.sql.many(
    statement<{ payload: unknown }>(
      "test.commentFacts",
      "select payload from outbox where fact like 'like.%' and payload->>'commentId' = $1",
    ),
    [comment.id],
  );
  const payload = { postId: post.id, commentId: comment.id, actorId: bob.id, receiverId: alice.id };
  expect(facts).toEqual([{ payload }, { payload }]);
});

test("a comment on a hidden post is not found, and neither is a deleted one", async () => {
  const comment = await createComment(deps, { actorId: alice.id, postId: post.id, text: "fine" });
  const notFound = { code: "comment.notFound" };
  await deleteComment(deps, { actorId: alice.id, commentId: comment.id });
  await expect(likeComment(deps, { actorId: bob.id, commentId: comment.id })).rejects.toMatchObject(notFound);
  const second = await createComment(deps, { actorId: bob.id, postId: post.id, text: "fine" });
  await hidePost(deps, { postId: post.id });
  await expect(likeComment(deps, { actorId: bob.id, commentId: second.id })).rejects.toMatchObject(notFound);
  await expect(listLikers(deps, { viewerId: bob.id, commentId: second.id, limit: 20 })).rejects.toMatchObject(notFound);
});

test("likers are listed newest first in pages, without those the viewer may not see", async () => {
  const likers = await Promise.all(Array.from({ length: 5 }, () => createPerson(deps)));
  for (const liker of likers) await createLike(deps, { actorId: liker.id, sessionId: null, postId: post.id });
  await block(deps, { blockerId: likers[3]?.id ?? "", blockedId: bob.id });
  await deleteLike(deps, { actorId: likers[0]?.id ?? "", sessionId: null, postId: post.id });
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
