// Posts against PostgreSQL: writes, heads and counts, retries, rivals.
import { statement } from "@pixora/db";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createBookmark } from "../bookmark/bookmark.service.ts";
import { likePost } from "../like/like.service.ts";
import {
  block,
  createPerson,
  createPosts,
  follow,
  createPost as insertPost,
  openTestDeps,
  type TestDeps,
  type TestPerson,
} from "../testing/index.ts";
import { listPostEdits } from "./post.list.ts";
import { createPostInput } from "./post.schema.ts";
import { createPost, deletePost, updatePost } from "./post.service.ts";
import { presentPost, presentPosts } from "./post.view.ts";

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

const readAuthor = statement<{ head: string; newest: string; postCount: number; posts: number }>(
  "test.author",
  `select last_post_id as head, post_count as "postCount",
     (select coalesce(max(id), 0) from posts where author_id = $1 and deleted_at is null) as newest,
     (select count(*)::int from posts where author_id = $1 and deleted_at is null) as posts
   from author_heads join user_counts on user_id = author_id where author_id = $1`,
);
const readFacts = statement<{ fact: string }>(
  "test.facts",
  "select fact from outbox where payload->>'postId' = $1 order by id",
);
const readPostIds = statement<{ id: string }>("test.postIds", "select id from posts where author_id = $1");
const ageKeys = statement<never>(
  "test.ageKeys",
  "update idempotency_keys set created_at = created_at - interval '25 hours' where user_id = $1",
);

/** Publishes with the defaults of the wire. */
function publish(actorId: string, input: { caption?: string; visibility?: "followers"; idempotencyKey?: string } = {}) {
  return createPost(deps, { actorId, ...createPostInput.parse({ caption: "a caption", ...input }) });
}

async function expectExactHead(authorId: string): Promise<void> {
  const author = await deps.db.sql.one(readAuthor, [authorId]);
  expect(author.head).toBe(author.newest);
  expect(author.postCount).toBe(author.posts);
}

test("a post answers what it says, counts for its author and stores its fact", async () => {
  const post = await publish(alice.id, { caption: `#Sunset with @${bob.handle.toUpperCase()} and @nobody.here` });
  expect(post).toMatchObject({
    author: { id: alice.id, handle: alice.handle, avatar: null },
    media: [],
    hashtags: ["Sunset"],
    mentions: [{ userId: bob.id, handle: bob.handle }],
    visibility: "public",
    likeCount: 0,
    commentCount: 0,
    editedAt: null,
    rev: 1,
    viewer: { isLiked: false, isBookmarked: false, follow: "none", canEdit: true, canComment: true, isQuiet: false },
  });
  expect(Date.now() - Date.parse(post.createdAt)).toBeLessThan(10_000);
  expect(await deps.db.sql.many(readFacts, [post.id])).toEqual([{ fact: "post.created" }]);
  const plain = await publish(alice.id, { caption: "#Sunset with @nobody.here" });
  expect(await deps.db.sql.many(readFacts, [plain.id])).toEqual([{ fact: "post.createdPlain" }]);
  await expectExactHead(alice.id);
});

test("people who are blocked either way are not mentioned", async () => {
  await block(deps, { blockerId: bob.id, blockedId: alice.id });
  expect((await publish(alice.id, { caption: `@${bob.handle}` })).mentions).toEqual([]);
});

test("whoever is named and has a block with the viewer is not named to them, and is to all others", async () => {
  const cat = await createPerson(deps);
  const post = await publish(alice.id, { caption: `@${bob.handle} and @${cat.handle}` });
  const namesTo = async (viewerId: string | null) =>
    (await presentPost(deps, { viewerId, postId: post.id })).mentions.map((mention) => mention.userId);
  await block(deps, { blockerId: bob.id, blockedId: cat.id });
  expect(await Promise.all([cat.id, bob.id, alice.id, null].map(namesTo))).toEqual([
    [cat.id],
    [bob.id],
    [bob.id, cat.id],
    [bob.id, cat.id],
  ]);
});

test("a sentence's dot is not part of a handle, unless somebody is called so", async () => {
  const dotted = await createPerson(deps, { handle: "dotted." });
  const post = await publish(alice.id, { caption: `Hi @${bob.handle}. Hi @dotted.` });
  expect(post.mentions.map((mention) => mention.userId)).toEqual([bob.id, dotted.id]);
});

test("pictures are refused until there are any", async () => {
  const input = createPostInput.parse({ media: [{ mediaId: "1" }] });
  await expect(createPost(deps, { actorId: alice.id, ...input })).rejects.toMatchObject({ code: "media.notReady" });
  await expectExactHead(alice.id);
});

test("twenty concurrent posts of one author get rising ids, and the head is the newest", async () => {
  const posts = await Promise.all(Array.from({ length: 20 }, () => publish(alice.id)));
  expect(new Set(posts.map((post) => post.id)).size).toBe(20);
  expect((await deps.db.sql.one(readAuthor, [alice.id])).postCount).toBe(20);
  await expectExactHead(alice.id);
});

test("an id is above the author's last even where the clock went back", async () => {
  const last = await publish(alice.id);
  const ahead = (BigInt(last.id) + (3_600_000n << 22n)).toString();
  await createPosts(deps, { authorId: alice.id, posts: [{ id: ahead }] });
  expect(BigInt((await publish(alice.id)).id)).toBeGreaterThan(BigInt(ahead));
});

test("creates racing deletes leave head and count exact", async () => {
  const first = await Promise.all(Array.from({ length: 6 }, () => publish(alice.id)));
  await Promise.all([
    ...first.map((post) => deletePost(deps, { actorId: alice.id, postId: post.id })),
    ...first.map(() => publish(alice.id)),
    ...first.map((post) => deletePost(deps, { actorId: alice.id, postId: post.id })),
  ]);
  expect((await deps.db.sql.one(readAuthor, [alice.id])).posts).toBe(6);
  await expectExactHead(alice.id);
});

test("a retry with its key answers the first post as it is now", async () => {
  const first = await publish(alice.id, { idempotencyKey: "one" });
  await updatePost(deps, { actorId: alice.id, postId: first.id, caption: "changed" });
  const again = await publish(alice.id, { idempotencyKey: "one" });
  expect(again).toMatchObject({ id: first.id, caption: "changed" });
  await expect(publish(alice.id, { caption: "another", idempotencyKey: "one" })).rejects.toMatchObject({
    code: "idempotency.reused",
  });
  // Keys belong to a user, and to a day.
  expect((await publish(bob.id, { idempotencyKey: "one" })).id).not.toBe(first.id);
  await deps.db.sql.run(ageKeys, [alice.id]);
  expect((await publish(alice.id, { caption: "another", idempotencyKey: "one" })).id).not.toBe(first.id);
});

test("concurrent calls with one key make one post, and all answer it", async () => {
  const posts = await Promise.all(Array.from({ length: 10 }, () => publish(alice.id, { idempotencyKey: "race" })));
  expect(new Set(posts.map((post) => post.id)).size).toBe(1);
  expect(await deps.db.sql.many(readPostIds, [alice.id])).toHaveLength(1);
  await expectExactHead(alice.id);
});

test("a refused call is not remembered under its key", async () => {
  const refused = createPostInput.parse({ caption: "a caption", media: [{ mediaId: "1" }], idempotencyKey: "again" });
  await expect(createPost(deps, { actorId: alice.id, ...refused })).rejects.toMatchObject({ code: "media.notReady" });
  expect(await publish(alice.id, { idempotencyKey: "again" })).toMatchObject({ caption: "a caption" });
});

test("a retry whose first post was deleted says that it is gone", async () => {
  const first = await publish(alice.id, { idempotencyKey: "gone" });
  await deletePost(deps, { actorId: alice.id, postId: first.id });
  await expect(publish(alice.id, { idempotencyKey: "gone" })).rejects.toMatchObject({ code: "post.notFound" });
});

test("an edit replaces caption, tags and mentions and raises the revision; the same edit again changes nothing", async () => {
  const post = await publish(alice.id, { caption: "#one" });
  const edited = await updatePost(deps, { actorId: alice.id, postId: post.id, caption: `#two @${bob.handle}` });
  expect(edited).toMatchObject({ hashtags: ["two"], mentions: [{ userId: bob.id }], rev: 2 });
  expect(edited.editedAt).not.toBeNull();
  const again = await updatePost(deps, { actorId: alice.id, postId: post.id, caption: `#two @${bob.handle}` });
  expect(again).toEqual(edited);
  expect(await deps.db.sql.many(readFacts, [post.id])).toEqual([
    { fact: "post.createdPlain" },
    { fact: "post.updated" },
  ]);
});

test("an edit that says nothing changes nothing, and none may leave a post empty", async () => {
  const post = await publish(alice.id);
  expect(await updatePost(deps, { actorId: alice.id, postId: post.id })).toEqual(post);
  await expect(updatePost(deps, { actorId: alice.id, postId: post.id, caption: "" })).rejects.toMatchObject({
    code: "input.invalid",
    fieldErrors: { caption: [expect.any(String)] },
  });
});

test("the history keeps replaced captions, newest first, until the post becomes public", async () => {
  const { id: postId } = await publish(alice.id, { caption: "first", visibility: "followers" });
  await updatePost(deps, { actorId: alice.id, postId, caption: "second" });
  const third = await updatePost(deps, { actorId: alice.id, postId, caption: "third" });
  const page = await listPostEdits(deps, { viewerId: alice.id, postId, limit: 1 });
  expect(page.items).toEqual([{ caption: "second", editedAt: third.editedAt }]);
  const rest = await listPostEdits(deps, { viewerId: alice.id, postId, limit: 1, cursor: page.nextCursor });
  expect(rest).toMatchObject({ items: [{ caption: "first" }], nextCursor: null });

  await updatePost(deps, { actorId: alice.id, postId, caption: "for all", visibility: "public" });
  expect((await listPostEdits(deps, { viewerId: null, postId, limit: 20 })).items).toEqual([]);
  await updatePost(deps, { actorId: alice.id, postId, caption: "for all again" });
  await updatePost(deps, { actorId: alice.id, postId, visibility: "followers" });
  const items = (await listPostEdits(deps, { viewerId: alice.id, postId, limit: 20 })).items;
  expect(items.map((edit) => edit.caption)).toEqual(["for all"]);
});

test("deleting twice is no error and counts once", async () => {
  const post = await publish(alice.id);
  for (let time = 0; time < 2; time += 1) {
    expect(await deletePost(deps, { actorId: alice.id, postId: post.id })).toEqual({ ok: true });
  }
  await expect(presentPost(deps, { viewerId: alice.id, postId: post.id })).rejects.toMatchObject({
    code: "post.notFound",
  });
  await expect(updatePost(deps, { actorId: alice.id, postId: post.id, caption: "x" })).rejects.toMatchObject({
    code: "post.notFound",
  });
  expect(await deps.db.sql.many(readFacts, [post.id])).toEqual([
    { fact: "post.createdPlain" },
    { fact: "post.deleted" },
  ]);
  await expectExactHead(alice.id);
});

test("others may not change what they see, and find nothing where they see nothing", async () => {
  const seen = await publish(alice.id);
  const hidden = await publish(alice.id, { visibility: "followers" });
  for (const [postId, code] of [
    [seen.id, "post.forbidden"],
    [hidden.id, "post.notFound"],
    ["1", "post.notFound"],
  ] as const) {
    await expect(updatePost(deps, { actorId: bob.id, postId, caption: "mine" })).rejects.toMatchObject({ code });
    await expect(deletePost(deps, { actorId: bob.id, postId })).rejects.toMatchObject({ code });
  }
});

test("posts are presented in the order asked for, without those that may not be seen", async () => {
  const one = await publish(alice.id);
  const hidden = await publish(alice.id, { visibility: "followers" });
  const two = await insertPost(deps, { authorId: bob.id });
  const views = await presentPosts(deps, { viewerId: bob.id, ids: [two.id, hidden.id, "77", one.id] });
  expect(views.map((view) => view.id)).toEqual([two.id, one.id]);
  const [anonymous] = await presentPosts(deps, { viewerId: null, ids: [one.id] });
  expect(anonymous?.viewer).toBeNull();
});

test("a post tells its viewer what they did with it, and nobody else", async () => {
  const post = await publish(alice.id);
  await likePost(deps, { actorId: bob.id, postId: post.id });
  await createBookmark(deps, { actorId: bob.id, sessionId: null, postId: post.id });
  await follow(deps, { followerId: bob.id, followeeId: alice.id });
  const seenByBob = await presentPost(deps, { viewerId: bob.id, postId: post.id });
  expect(seenByBob).toMatchObject({ likeCount: 1, rev: 2 });
  expect(seenByBob.viewer).toMatchObject({ isLiked: true, isBookmarked: true, follow: "following", canEdit: false });
  const seenByAlice = await presentPost(deps, { viewerId: alice.id, postId: post.id });
  expect(seenByAlice.viewer).toMatchObject({ isLiked: false, isBookmarked: false, follow: "none", canEdit: true });
});
