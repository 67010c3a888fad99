// The end of deleted posts.
import { statement } from "@pixora/db";
import type { FactOf } from "@pixora/jobs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createBookmark } from "../bookmark/bookmark.service.ts";
import { createComment } from "../comment/comment.service.ts";
import { deletePost, updatePost } from "../post/post.service.ts";
import {
  addCommentLike,
  addLike,
  createPerson,
  createPost,
  openTestDeps,
  type TestDeps,
  type TestPerson,
} from "../testing/index.ts";
import { purgePosts } from "./purge.post.ts";

let deps: TestDeps;
let alice: TestPerson;

beforeAll(async () => {
  deps = await openTestDeps();
  alice = await createPerson(deps);
});
afterAll(() => deps?.close());

const countHangers = statement<{ rows: number }>(
  "test.countHangers",
  `select ((select count(*) from posts where id = $1) + (select count(*) from post_counts where post_id = $1)
     + (select count(*) from post_likes where post_id = $1) + (select count(*) from bookmarks where post_id = $1)
     + (select count(*) from comments where post_id = $1) + (select count(*) from post_edits where post_id = $1)
     + (select count(*) from comment_likes) + (select count(*) from comment_counts))::int as rows`,
);
const readFact = statement<FactOf<"post.purgePosts">>(
  "test.fact",
  "select id, fact, payload from outbox where fact = 'post.deleted' and payload->>'postId' = $1",
);
const readCompletions = statement<{ job: string }>(
  "test.completions",
  "select job from outbox_completions where fact_id = $1",
);

async function deletedPost(): Promise<{ id: string; fact: FactOf<"post.purgePosts"> }> {
  const post = await createPost(deps, { authorId: alice.id });
  const top = await createComment(deps, { actorId: alice.id, postId: post.id, text: "top" });
  await createComment(deps, { actorId: alice.id, postId: post.id, text: "reply", parentId: top.id });
  await addLike(deps, { userId: alice.id, postId: post.id });
  await createBookmark(deps, { actorId: alice.id, sessionId: null, postId: post.id });
  await updatePost(deps, { actorId: alice.id, postId: post.id, caption: "edited" });
  await addCommentLike(deps, { userId: alice.id, commentId: top.id });
  await deletePost(deps, { actorId: alice.id, postId: post.id });
  return { id: post.id, fact: await deps.db.sql.one(readFact, [post.id]) };
}

test("a deleted post goes with all that hangs on it, the fact is recorded done, and a repeat changes nothing", async () => {
  const { id, fact } = await deletedPost();
  for (let time = 0; time < 2; time += 1) {
    await purgePosts(deps, { facts: [fact] });
    expect((await deps.db.sql.one(countHangers, [id])).rows).toBe(0);
    expect(await deps.db.sql.many(readCompletions, [fact.id])).toEqual([{ job: "post.purgePosts" }]);
  }
});

test("deleting a purged post again is no error for its author, and nothing to find for others", async () => {
  const { id, fact } = await deletedPost();
  await purgePosts(deps, { facts: [fact] });
  const bob = await createPerson(deps);
  expect(await deletePost(deps, { actorId: alice.id, postId: id })).toEqual({ ok: true });
  await expect(deletePost(deps, { actorId: bob.id, postId: id })).rejects.toMatchObject({ code: "post.notFound" });
});

test("a post that was not deleted is left alone", async () => {
  const post = await createPost(deps, { authorId: alice.id });
  const fact = { id: "1", fact: "post.deleted", payload: { postId: post.id, authorId: alice.id } } as const;
  await purgePosts(deps, { facts: [fact] });
  expect((await deps.db.sql.one(countHangers, [post.id])).rows).toBe(2);
});
