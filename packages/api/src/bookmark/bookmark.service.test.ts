// Bookmarks against PostgreSQL: kept once, listed by when they were made, never of what one may not see.
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import {
  createPerson,
  createPost,
  follow,
  hidePost,
  openTestDeps,
  type TestDeps,
  type TestPerson,
  unfollow,
} from "../testing/index.ts";
import { createBookmark, deleteBookmark, listBookmarks } from "./bookmark.service.ts";

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

async function listAll(viewerId: string, limit: number): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof listBookmarks>> = await listBookmarks(deps, { viewerId, limit, cursor });
    ids.push(...page.items.map((post) => post.id));
    cursor = page.nextCursor;
  } while (cursor !== null);
  return ids;
}

test("bookmarking twice keeps one, and deleting twice is fine", async () => {
  const post = await createPost(deps, { authorId: alice.id });
  const target = { actorId: bob.id, sessionId: null, postId: post.id };
  expect(await createBookmark(deps, target)).toEqual({ isBookmarked: true });
  expect(await createBookmark(deps, target)).toEqual({ isBookmarked: true });
  expect(await listAll(bob.id, 20)).toEqual([post.id]);
  expect(await deleteBookmark(deps, target)).toEqual({ isBookmarked: false });
  expect(await deleteBookmark(deps, target)).toEqual({ isBookmarked: false });
  expect(await listAll(bob.id, 20)).toEqual([]);
});

test("many calls at once end in the state of each person's last one", async () => {
  const post = await createPost(deps, { authorId: alice.id });
  const people = await Promise.all(Array.from({ length: 10 }, () => createPerson(deps)));
  await Promise.all(
    people.flatMap((person, index) =>
      [createBookmark, createBookmark, deleteBookmark, deleteBookmark, createBookmark]
        .slice(0, index % 2 === 0 ? 5 : 4)
        .map((run) => run(deps, { actorId: person.id, sessionId: null, postId: post.id })),
    ),
  );
  const kept = await Promise.all(people.map(async (person) => (await listAll(person.id, 5)).length));
  expect(kept).toEqual(people.map((_, index) => (index % 2 === 0 ? 1 : 0)));
});

test("the list is in the order of bookmarking, newest first, and pages lose nothing", async () => {
  const posts = await Promise.all(Array.from({ length: 7 }, () => createPost(deps, { authorId: alice.id })));
  const order = [3, 0, 6, 2, 5, 1, 4].map((index) => posts[index]?.id ?? "");
  for (const postId of order) await createBookmark(deps, { actorId: bob.id, sessionId: null, postId });
  await hidePost(deps, { postId: order[3] ?? "" });
  expect(await listAll(bob.id, 2)).toEqual(order.filter((_, index) => index !== 3).reverse());
});

test("what one may not see can be neither kept nor found among the kept", async () => {
  const post = await createPost(deps, { authorId: alice.id, visibility: "followers" });
  const target = { actorId: bob.id, sessionId: null, postId: post.id };
  await expect(createBookmark(deps, target)).rejects.toMatchObject({ code: "post.notFound" });
  await expect(deleteBookmark(deps, target)).rejects.toMatchObject({ code: "post.notFound" });
  await follow(deps, { followerId: bob.id, followeeId: alice.id });
  await createBookmark(deps, target);
  expect(await listAll(bob.id, 20)).toEqual([post.id]);
  await unfollow(deps, { followerId: bob.id, followeeId: alice.id });
  expect(await listAll(bob.id, 20)).toEqual([]);
});
