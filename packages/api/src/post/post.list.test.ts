// Who sees which posts, page by page.
import { idAt } from "@pixora/db";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import {
  block,
  createPerson,
  createPost,
  createPosts,
  follow,
  openTestDeps,
  suspend,
  type TestDeps,
  type TestPerson,
} from "../testing/index.ts";
import { listPostEdits, listPostsByUser } from "./post.list.ts";
import { deletePost } from "./post.service.ts";
import { presentPost } from "./post.view.ts";

let deps: TestDeps;
let alice: TestPerson;
let bob: TestPerson;

beforeAll(async () => {
  deps = await openTestDeps();
});
afterAll(() => deps?.close());
beforeEach(async () => {
  alice = await createPerson(deps);
  bob = await createPerson(deps);
});

async function idsOf(viewerId: string | null, userId: string): Promise<string[]> {
  const page = await listPostsByUser(deps, { viewerId, userId, limit: 100 });
  expect(page.nextCursor).toBeNull();
  return page.items.map((post) => post.id);
}

/** The error code with which a post by id and its author's list are refused. */
async function refusalsOf(viewerId: string | null, post: { id: string }, userId: string): Promise<unknown[]> {
  const calls = [
    presentPost(deps, { viewerId, postId: post.id }),
    listPostEdits(deps, { viewerId, postId: post.id, limit: 20 }),
    listPostsByUser(deps, { viewerId, userId, limit: 20 }),
  ];
  return Promise.all(calls.map((call) => call.then(() => "none").catch((error: { code: string }) => error.code)));
}

test("followers see what is for followers, strangers the public posts only, newest first", async () => {
  const open = await createPost(deps, { authorId: alice.id });
  const inner = await createPost(deps, { authorId: alice.id, visibility: "followers" });
  await follow(deps, { followerId: bob.id, followeeId: alice.id });
  const carol = await createPerson(deps);
  expect(await idsOf(bob.id, alice.id)).toEqual([inner.id, open.id]);
  expect(await idsOf(alice.id, alice.id)).toEqual([inner.id, open.id]);
  expect(await idsOf(carol.id, alice.id)).toEqual([open.id]);
  expect(await idsOf(null, alice.id)).toEqual([open.id]);
  expect(await presentPost(deps, { viewerId: bob.id, postId: inner.id })).toMatchObject({
    viewer: { follow: "following", canEdit: false },
  });
});

test("a private account shows its posts to followers and itself", async () => {
  const dana = await createPerson(deps, { isPrivate: true });
  const post = await createPost(deps, { authorId: dana.id });
  expect(await refusalsOf(bob.id, post, dana.id)).toEqual(["post.notFound", "post.notFound", "user.private"]);
  expect(await refusalsOf(null, post, dana.id)).toEqual(["post.notFound", "post.notFound", "user.private"]);
  await follow(deps, { followerId: bob.id, followeeId: dana.id });
  expect(await refusalsOf(bob.id, post, dana.id)).toEqual(["none", "none", "none"]);
  expect(await idsOf(dana.id, dana.id)).toEqual([post.id]);
});

test("a block hides posts both ways, and tells the blocker so", async () => {
  const post = await createPost(deps, { authorId: alice.id });
  await block(deps, { blockerId: bob.id, blockedId: alice.id });
  expect(await refusalsOf(bob.id, post, alice.id)).toEqual(["post.notFound", "post.notFound", "block.active"]);
  const other = await createPost(deps, { authorId: bob.id });
  expect(await refusalsOf(alice.id, other, bob.id)).toEqual(["post.notFound", "post.notFound", "user.notFound"]);
});

test("posts of deleted and suspended accounts are gone, and unknown people are not found", async () => {
  const post = await createPost(deps, { authorId: alice.id });
  await suspend(deps, { userId: alice.id });
  expect(await refusalsOf(bob.id, post, alice.id)).toEqual(["post.notFound", "post.notFound", "user.notFound"]);
  expect(await refusalsOf(bob.id, { id: "5" }, "6")).toEqual(["post.notFound", "post.notFound", "user.notFound"]);
});

test("a walk gives what exists throughout once, while posts come and go and times are equal", async () => {
  // Twelve posts of one millisecond.
  const start = idAt(new Date("2025-05-05T05:05:05Z"));
  const ids = Array.from({ length: 12 }, (_, place) => (start + BigInt(place)).toString());
  await createPosts(deps, { authorId: alice.id, posts: ids.map((id) => ({ id })) });
  const [deleted] = ids;
  const seen: string[] = [];
  let cursor: string | null = null;
  do {
    const page = await listPostsByUser(deps, { viewerId: null, userId: alice.id, limit: 5, cursor });
    seen.push(...page.items.map((post) => post.id));
    cursor = page.nextCursor;
    await createPost(deps, { authorId: alice.id });
    await deletePost(deps, { actorId: alice.id, postId: deleted ?? "" });
  } while (cursor !== null);
  expect(seen).toEqual(ids.slice(1).reverse());
});

test("a cursor fits its own list and input only", async () => {
  for (let count = 0; count < 3; count += 1) {
    await createPost(deps, { authorId: alice.id });
    await createPost(deps, { authorId: bob.id });
  }
  const { nextCursor } = await listPostsByUser(deps, { viewerId: null, userId: alice.id, limit: 1 });
  for (const cursor of [nextCursor, "nonsense", Buffer.from('["",1]').toString("base64url")]) {
    await expect(listPostsByUser(deps, { viewerId: null, userId: bob.id, limit: 1, cursor })).rejects.toMatchObject({
      code: "cursor.invalid",
    });
  }
});
