// Streams of posts: counts at a bearable pace, comments only to those who may see them, an end when the post is hidden.
import { afterAll, beforeAll, expect, test } from "vitest";
import { createComment } from "../comment/comment.service.ts";
import { hintPosts, hintRevoked, type PostHint } from "../log/log.hint.ts";
import {
  addLike,
  block,
  createPerson,
  createPost,
  createSession,
  endSession,
  follow,
  hidePost,
  openTestDeps,
  type TestDeps,
  type TestPerson,
  unfollow,
  waitFor,
} from "../testing/index.ts";
import type { PostEvent } from "./live.schema.ts";
import { streamPostEvents } from "./live.stream.ts";

let deps: TestDeps;
beforeAll(async () => {
  deps = await openTestDeps();
});
afterAll(() => deps.close());

async function watch(viewer: TestPerson | null, postId: string) {
  const sessionId = viewer === null ? "" : (await createSession(deps, { userId: viewer.id })).id;
  const abort = new AbortController();
  const events: PostEvent[] = [];
  const stream = streamPostEvents(deps, {
    viewer: viewer === null ? null : { userId: viewer.id, sessionId },
    postId,
    signal: abort.signal,
    onOverflow: () => undefined,
  });
  const ended = (async () => {
    for await (const event of stream) events.push(event);
  })();
  ended.catch(() => undefined);
  return { events, ended, sessionId, types: () => events.map((event) => event.type), drop: () => abort.abort() };
}

const hint = (...hints: PostHint[]) => hintPosts(deps, { hints });

async function like(postId: string): Promise<void> {
  await addLike(deps, { userId: (await createPerson(deps)).id, postId });
  hint({ postId, change: "counts" });
}

async function comment(author: TestPerson, postId: string): Promise<string> {
  const { id: commentId } = await createComment(deps, { actorId: author.id, postId, text: "a comment" });
  hint({ postId, commentId, change: "comment.created" });
  return commentId;
}

test("the counts come at once, and then at most four times a second, ending with the last", async () => {
  const ann = await createPerson(deps);
  const post = await createPost(deps, { authorId: ann.id });
  const viewer = await watch(null, post.id);
  await waitFor("the first counts", () => viewer.events.length === 1);
  expect(viewer.events[0]).toEqual({ type: "post.counts", likeCount: 0, commentCount: 0, rev: 1 });
  const startMs = performance.now();
  for (let index = 0; index < 60; index += 1) {
    await like(post.id);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  await waitFor("the last count", () =>
    viewer.events.some((event) => event.type === "post.counts" && event.likeCount === 60),
  );
  const seconds = (performance.now() - startMs) / 1_000;
  expect(viewer.events.length - 1).toBeLessThanOrEqual(Math.ceil(seconds * 4) + 1);
  viewer.drop();
});

test("a comment reaches those who may see it, as each may, and no one else", async () => {
  const [ann, bob, cat] = [await createPerson(deps), await createPerson(deps), await createPerson(deps)];
  const post = await createPost(deps, { authorId: ann.id });
  await block(deps, { blockerId: cat.id, blockedId: bob.id });
  const viewers = [
    await watch(ann, post.id),
    await watch(bob, post.id),
    await watch(cat, post.id),
    await watch(null, post.id),
  ];
  await waitFor("all to look on", () => viewers.every((viewer) => viewer.events.length > 0));
  const commentId = await comment(bob, post.id);
  await waitFor("the comment", () => viewers[3]?.types().includes("comment.created"));
  hint({ postId: post.id, commentId, change: "comment.deleted" });
  const deletedTo = () => viewers.map((viewer) => viewer.types().includes("comment.deleted"));
  await waitFor("its end", () => deletedTo().filter((isTold) => isTold).length === 3);
  // One more, so that whatever was told of the first has arrived.
  await comment(ann, post.id);
  await waitFor("another comment", () => viewers[2]?.types().includes("comment.created"));
  expect(deletedTo()).toEqual([true, true, false, true]);
  const told = viewers.map((viewer) =>
    viewer.events.flatMap((event) =>
      event.type === "comment.created" && event.comment.id === commentId ? [event.comment.viewer] : [],
    ),
  );
  expect(told).toEqual([
    [{ isLiked: false, canEdit: false, canDelete: true, moderation: null }],
    [{ isLiked: false, canEdit: true, canDelete: true, moderation: null }],
    [],
    [null],
  ]);
  for (const viewer of viewers) viewer.drop();
});

test("what could not be read is told once it can: a comment once, and the counts of then", async () => {
  let failures = 0;
  const many: TestDeps["db"]["sql"]["many"] = (statement, values) => {
    if (failures === 0) return deps.db.sql.many(statement, values);
    failures -= 1;
    return Promise.reject(new Error("the database is away"));
  };
  const flaky = { ...deps, db: { ...deps.db, sql: { ...deps.db.sql, many } } };
  const ann = await createPerson(deps);
  const post = await createPost(deps, { authorId: ann.id });
  const { signal } = new AbortController();
  const stream = streamPostEvents(flaky, { viewer: null, postId: post.id, signal, onOverflow: () => undefined });
  expect((await stream.next()).value).toMatchObject({ type: "post.counts", rev: 1 });
  failures = 3;
  const commentId = await comment(ann, post.id);
  const told = [(await stream.next()).value, (await stream.next()).value];
  expect(told.map((event) => event?.type).sort()).toEqual(["comment.created", "post.counts"]);
  expect(told).toContainEqual(expect.objectContaining({ comment: expect.objectContaining({ id: commentId }) }));
  expect(failures).toBe(0);
  hint({ postId: post.id, commentId, change: "comment.deleted" });
  expect((await stream.next()).value).toEqual({ type: "comment.deleted", commentId });
  await stream.return();
});

test("a reader who goes while the post is looked up hears nothing, and leaves nothing behind", async () => {
  const ann = await createPerson(deps);
  const post = await createPost(deps, { authorId: ann.id });
  const abort = new AbortController();
  const { signal } = abort;
  const open = () => streamPostEvents(deps, { viewer: null, postId: post.id, signal, onOverflow: () => undefined });
  const [left, aborted, unread] = [open(), open(), open()];
  const first = [left.next(), aborted.next()];
  await left.return();
  abort.abort();
  expect(await Promise.all(first)).toEqual([
    { done: true, value: undefined },
    { done: true, value: undefined },
  ]);
  expect(await unread.next()).toEqual({ done: true, value: undefined });
});

test("a post that one may not see is not found", async () => {
  const [ann, bob] = [await createPerson(deps, { isPrivate: true }), await createPerson(deps)];
  const post = await createPost(deps, { authorId: ann.id });
  await expect((await watch(bob, post.id)).ended).rejects.toMatchObject({ code: "post.notFound" });
  await expect((await watch(null, "999")).ended).rejects.toMatchObject({ code: "post.notFound" });
});

test("a deleted post says so and ends its streams", async () => {
  const ann = await createPerson(deps);
  const post = await createPost(deps, { authorId: ann.id });
  const viewer = await watch(ann, post.id);
  await waitFor("the counts", () => viewer.events.length === 1);
  await hidePost(deps, { postId: post.id });
  hint({ postId: post.id, change: "post.deleted" });
  await viewer.ended;
  expect(viewer.types()).toEqual(["post.counts", "post.deleted"]);
});

test("a lost follow, a block and a revoked session end only the streams they concern, within five seconds", async () => {
  const [ann, bob, cat, dan] = [
    await createPerson(deps),
    await createPerson(deps),
    await createPerson(deps),
    await createPerson(deps),
  ];
  const post = await createPost(deps, { authorId: ann.id, visibility: "followers" });
  for (const fan of [bob, cat, dan]) await follow(deps, { followerId: fan.id, followeeId: ann.id });
  const [own, lost, blocked, revoked] = [
    await watch(ann, post.id),
    await watch(bob, post.id),
    await watch(cat, post.id),
    await watch(dan, post.id),
  ];
  await waitFor("all to look on", () => [own, lost, blocked, revoked].every((viewer) => viewer.events.length === 1));
  await unfollow(deps, { followerId: bob.id, followeeId: ann.id });
  await block(deps, { blockerId: ann.id, blockedId: cat.id });
  await endSession(deps, { sessionId: revoked.sessionId });
  const startMs = performance.now();
  await Promise.all([lost.ended, blocked.ended, revoked.ended]);
  expect(performance.now() - startMs).toBeLessThan(5_000);
  await like(post.id);
  await waitFor("the author to hear more", () => own.events.length === 2);
  expect([lost, blocked, revoked].map((viewer) => viewer.types())).toEqual([
    ["post.counts"],
    ["post.counts"],
    ["post.counts"],
  ]);
  own.drop();
});

test("an ended session is told of no comment, hinted or not, and of no count once its end was hinted", async () => {
  const [ann, bob] = [await createPerson(deps), await createPerson(deps)];
  const post = await createPost(deps, { authorId: ann.id });
  const [silent, hinted, stranger] = [await watch(bob, post.id), await watch(bob, post.id), await watch(null, post.id)];
  await waitFor("all to look on", () => [silent, hinted, stranger].every((viewer) => viewer.events.length === 1));
  await endSession(deps, { sessionId: silent.sessionId });
  await comment(ann, post.id);
  await waitFor("the comment", () => stranger.types().includes("comment.created"));
  await endSession(deps, { sessionId: hinted.sessionId });
  hintRevoked(deps, { userId: bob.id, sessionId: hinted.sessionId });
  await like(post.id);
  await waitFor("others to hear of it", () => stranger.types().filter((type) => type === "post.counts").length > 1);
  await Promise.all([silent.ended, hinted.ended]);
  expect(silent.types()).toEqual(["post.counts"]);
  expect(hinted.types().filter((type) => type === "post.counts")).toHaveLength(1);
  stranger.drop();
});

test("what was waiting for a slow reader is not told once the reader may not look on", async () => {
  const [ann, bob] = [await createPerson(deps), await createPerson(deps)];
  const post = await createPost(deps, { authorId: ann.id });
  const sessionId = (await createSession(deps, { userId: bob.id })).id;
  const { signal } = new AbortController();
  const viewer = { userId: bob.id, sessionId };
  const stream = streamPostEvents(deps, { viewer, postId: post.id, signal, onOverflow: () => undefined });
  expect((await stream.next()).value?.type).toBe("post.counts");
  const onlooker = await watch(null, post.id);
  await waitFor("the onlooker", () => onlooker.events.length === 1);
  await comment(ann, post.id);
  await waitFor("the comment to be told", () => onlooker.types().includes("comment.created"));
  await block(deps, { blockerId: ann.id, blockedId: bob.id });
  hint({ postId: post.id, change: "post.updated" });
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect((await stream.next()).done).toBe(true);
  onlooker.drop();
});
