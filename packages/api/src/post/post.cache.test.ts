// Cached bodies: one query for the misses of a tick, and never a word that this viewer may not read now.
import type { Db } from "@pixora/db";
import { afterAll, beforeAll, expect, test } from "vitest";
import { updateUser } from "../account/account.profile.ts";
import type { Deps } from "../platform/process/deps.ts";
import { createPerson, createPost, openTestDeps, suspend, type TestDeps, type TestPerson } from "../testing/index.ts";
import { loadPostBodies } from "./post.cache.ts";
import { updatePost } from "./post.service.ts";
import { presentPost, presentPosts, presentStates } from "./post.view.ts";

let deps: TestDeps;
let alice: TestPerson;
let bob: TestPerson;

beforeAll(async () => {
  deps = await openTestDeps();
  [alice, bob] = await Promise.all([createPerson(deps), createPerson(deps)]);
});
afterAll(() => deps?.close());

/** Deps with a cache of their own that note the names of the statements they run. */
function watched(): { on: Deps; names: string[] } {
  const names: string[] = [];
  const many: Db["sql"]["many"] = (st, values) => {
    names.push(st.name.split(":")[0] ?? "");
    return deps.db.sql.many(st, values);
  };
  return { on: { ...deps, db: { ...deps.db, sql: { ...deps.db.sql, many } } }, names };
}

test("bodies that several pages miss at once are read by one query, and then not again", async () => {
  const posts = await Promise.all(Array.from({ length: 6 }, () => createPost(deps, { authorId: alice.id })));
  const ids = posts.map((post) => post.id);
  const { on, names } = watched();
  const pages = [ids.slice(0, 4), ids.slice(2), ids];
  // Asked in one tick; pages whose states come back in different ones may each ask for theirs.
  const keysOf = (page: string[]) => page.map((id) => ({ id, version: 1, authorVersion: 1 }));
  await Promise.all(pages.map((page) => loadPostBodies(on, { keys: keysOf(page) })));
  expect(names.filter((name) => name === "post.selectBodies")).toHaveLength(1);
  const views = await presentPosts(on, { viewerId: null, ids });
  expect(names.filter((name) => name === "post.selectBodies")).toHaveLength(1);
  expect(views.map((view) => view.id)).toEqual(ids);
});

test("an edit of the post or of its author is shown at once", async () => {
  const post = await createPost(deps, { authorId: alice.id, caption: "first" });
  const read = () => presentPost(deps, { viewerId: bob.id, postId: post.id });
  expect((await read()).caption).toBe("first");
  await updatePost(deps, { actorId: alice.id, postId: post.id, caption: "second" });
  expect((await read()).caption).toBe("second");
  await updateUser(deps, { actorId: alice.id, displayName: "Alice the Second" });
  expect((await read()).author.displayName).toBe("Alice the Second");
});

test("a post that is narrowed between its state and its body is not shown", async () => {
  const post = await createPost(deps, { authorId: alice.id, caption: "for all" });
  const { on } = watched();
  const state = {
    id: post.id,
    version: 1,
    authorVersion: 1,
    likeCount: 0,
    commentCount: 0,
    rev: 1,
    mentions: null,
    isAuthor: false,
    isRemoved: false,
    isSensitive: false,
    moderation: null,
    isLiked: false,
    isBookmarked: false,
    isQuiet: false,
    follow: "none" as const,
  };
  await updatePost(deps, { actorId: alice.id, postId: post.id, caption: "for friends", visibility: "followers" });
  expect(await presentStates(on, { viewerId: bob.id, states: [state] })).toEqual([]);
  const [own] = await presentStates(on, { viewerId: alice.id, states: [state] });
  expect(own?.caption).toBe("for friends");
});

test("people who are named go from a cached post when their account is suspended", async () => {
  const { id } = await createPost(deps, { authorId: alice.id, mentionIds: [bob.id] });
  const read = async () => (await presentPost(deps, { viewerId: alice.id, postId: id })).mentions;
  expect(await read()).toEqual([{ userId: bob.id, handle: bob.handle }]);
  await suspend(deps, { userId: bob.id });
  expect(await read()).toEqual([]);
});
