// The end of deleted posts.
import { statement } from "@pixora/db";
import type { FactOf } from "@pixora/jobs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createComment } from "../comment/comment.service.ts";
import { deletePost } from "../post/post.service.ts";
import { createPerson, createPost, openTestDeps, type TestDeps, type TestPerson } from "../testing/index.ts";
import { purgePosts } from "./purge.post.ts";

let deps: TestDeps;
let alice: TestPerson;

beforeAll(async () => {
  deps = await openTestDeps();
  alice = await createPerson(deps);
});
afterAll(() => deps?.close());

const insertHangers = statement<never>(
  "test.hangers",
  `with liked as (insert into post_likes (post_id, user_id) values ($1, $2)),
        kept as (insert into bookmarks (post_id, user_id) values ($1, $2)),
        edited as (insert into post_edits (post_id, caption, edited_at) values ($1, 'before', now()))
   insert into comment_likes (comment_id, user_id) select id, $2 from comments where post_id = $1`,
);
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
  await deps.db.sql.run(insertHangers, [post.id, alice.id]);
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
