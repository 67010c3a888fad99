// The laws of the store, asked of the real server: what one sees while changes, answers and events cross each other.
import { createPost, waitFor } from "@pixora/api/testing";
import { InfiniteQueryObserver } from "@tanstack/react-query";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createGate, type Gate } from "../testing/gate.ts";
import { type Actor, openStage, type Stage } from "../testing/stage.ts";
import { makeChange } from "./change.ts";
import type { Marks, Post } from "./kinds.ts";
import { type Page, readList } from "./lists.ts";
import { holdPost, keepPostEvent } from "./live.post.ts";
import { viewOf } from "./views.ts";
import { ask } from "./world.ts";

let stage: Stage;
let author: Actor;
let other: Actor;
beforeAll(async () => {
  stage = await openStage();
  author = await stage.person();
  other = await stage.person();
});
afterAll(() => stage.close());

interface Scene {
  gate: Gate;
  me: Actor;
  id: string;
  /** The post as it is to be seen. */
  see(id?: string): Post & Marks;
  viewer(id?: string): NonNullable<Post["viewer"]>;
  read(id?: string): Promise<unknown>;
  change(path: string, input: object): Promise<unknown>;
}

/** Somebody who has read a post of the author's. */
async function openScene(): Promise<Scene> {
  const gate = createGate();
  const me = await stage.person({ fetch: gate.fetch });
  const { id } = await createPost(stage.server.deps, { authorId: author.id, caption: "as it was" });
  const { world } = me;
  function see(postId = id): Post & Marks {
    const view = viewOf(world.present.get().store, { kind: "post", id: postId, track: () => {} });
    if (view === undefined) throw new Error("the store has no such post");
    return view;
  }
  const scene: Scene = {
    gate,
    me,
    id,
    see,
    viewer: (postId) => see(postId).viewer ?? expect.unreachable("a post without its viewer"),
    read: (postId = id) => ask(world, { path: "post.byId", input: { postId } }),
    change: (path, input) => makeChange(world, { path, input: { ...input } }),
  };
  await scene.read();
  return scene;
}

/** The next turn: calls of different turns go in requests of their own. */
const nextTurn = () => new Promise((resolve) => setTimeout(resolve));

async function refusalOf(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => expect.unreachable("the call succeeded"),
    (error: { data?: { appCode?: string } }) => error.data?.appCode,
  );
}

test("a like is seen at once, and stays with its answer", async () => {
  const { id, see, viewer, change } = await openScene();
  const like = change("like.create", { postId: id });
  expect([viewer().isLiked, see().likeCount]).toEqual([true, 1]);
  await like;
  expect([viewer().isLiked, see().likeCount]).toEqual([true, 1]);
});

test("a refused like is undone", async () => {
  const { gate, id, see, viewer, change } = await openScene();
  const release = gate.holdRequest("like.create");
  const like = change("like.create", { postId: id });
  await author.pixora.post.delete.mutate({ postId: id });
  expect([viewer().isLiked, see().likeCount]).toEqual([true, 1]);
  release();
  expect(await refusalOf(like)).toBe("post.notFound");
  expect([viewer().isLiked, see().likeCount]).toEqual([false, 0]);
});

/** A like that is refused and a bookmark that is not, of one post. */
async function twoChanges(scene: Scene) {
  const { gate, id, me, change } = scene;
  const releases = { like: gate.holdRequest("like.create"), bookmark: gate.holdAnswer("bookmark.create") };
  const bookmark = change("bookmark.create", { postId: id });
  await releases.bookmark.isHere;
  await author.pixora.block.create.mutate({ userId: me.id });
  const like = change("like.create", { postId: id });
  await nextTurn();
  return { like, bookmark, releases };
}

test("of two changes that end together, only the refused one goes", async () => {
  const scene = await openScene();
  const { like, bookmark, releases } = await twoChanges(scene);
  expect([scene.viewer().isLiked, scene.viewer().isBookmarked]).toEqual([true, true]);
  releases.like();
  releases.bookmark.release();
  expect(await refusalOf(like)).toBe("post.notFound");
  await bookmark;
  expect([scene.viewer().isLiked, scene.see().likeCount, scene.viewer().isBookmarked]).toEqual([false, 0, true]);
});

test("of two changes, the refused one goes while the other still flies", async () => {
  const scene = await openScene();
  const { like, bookmark, releases } = await twoChanges(scene);
  releases.like();
  expect(await refusalOf(like)).toBe("post.notFound");
  expect([scene.viewer().isLiked, scene.see().likeCount, scene.viewer().isBookmarked]).toEqual([false, 0, true]);
  releases.bookmark.release();
  await bookmark;
  expect(scene.viewer().isBookmarked).toBe(true);
});

test("live counts of a post are seen while a like of it flies, and the like counts once", async () => {
  const { gate, me, id, see, change } = await openScene();
  const letGo = holdPost(me.world, id);
  const release = gate.holdRequest("like.create");
  const like = change("like.create", { postId: id });
  await other.pixora.like.create.mutate({ postId: id });
  await waitFor("the count", () => see().likeCount === 2);
  release();
  await like;
  expect(see().likeCount).toBe(2);
  letGo();
});

test("live counts of another post are seen while a like flies", async () => {
  const { gate, me, id, see, read, change } = await openScene();
  const { id: second } = await createPost(stage.server.deps, { authorId: author.id });
  await read(second);
  const letGo = holdPost(me.world, second);
  const release = gate.holdRequest("like.create");
  const like = change("like.create", { postId: id });
  await other.pixora.like.create.mutate({ postId: second });
  await waitFor("the count", () => see(second).likeCount === 1);
  expect(see().likeCount).toBe(1);
  release();
  await like;
  letGo();
});

test("the next page is seen while a change flies, and the change is seen in all pages", async () => {
  const { gate, me, id, change } = await openScene();
  const list = await openList(me);
  const release = gate.holdRequest("like.create");
  const like = change("like.create", { postId: id });
  await list.fetchNextPage();
  expect(items(me, author.id).length).toBe(4);
  expect(items(me, author.id).find((post) => post.id === id)?.viewer?.isLiked).toBe(true);
  release();
  await like;
  expect(items(me, author.id).find((post) => post.id === id)?.viewer?.isLiked).toBe(true);
});

/** The author's posts, two a page, as far as the first page. */
async function openList(me: Actor) {
  const options = me.options.post.byUser.infiniteOptions({ userId: author.id, limit: 2 });
  await me.queryClient.fetchInfiniteQuery(options);
  return new InfiniteQueryObserver(me.queryClient, options);
}

/** The posts of a list as they are to be seen. */
function items(actor: Actor, userId: string): readonly Post[] {
  const { queryKey } = actor.options.post.byUser.infiniteOptions({ userId, limit: 2 });
  const pages = (actor.queryClient.getQueryData(queryKey)?.pages ?? []) as Page[];
  const list = { path: "post.byUser", input: { userId, limit: 2 }, pages, track: () => {} };
  return readList(actor.world.present.get().store, list) as readonly Post[];
}

test("an event that comes late overwrites nothing", async () => {
  const { me, id, see, read } = await openScene();
  const { rev } = see();
  await other.pixora.like.create.mutate({ postId: id });
  await read();
  const event = { type: "post.counts", likeCount: 0, commentCount: 0, rev } as const;
  keepPostEvent(me.world.present.get().store, { postId: id, meId: me.id, event });
  expect(see().likeCount).toBe(1);
});

test("an answer that comes late overwrites nothing", async () => {
  const { gate, id, see, read, change } = await openScene();
  const held = gate.holdAnswer("post.byId");
  const late = read();
  await held.isHere;
  await change("like.create", { postId: id });
  held.release();
  await late;
  expect(see().likeCount).toBe(1);
});

test("a count of a higher rev does not lock out a caption of a lower one", async () => {
  const { gate, me, id, see, read } = await openScene();
  await author.pixora.post.update.mutate({ postId: id, caption: "edited" });
  const held = gate.holdAnswer("post.byId");
  const late = read();
  await held.isHere;
  const letGo = holdPost(me.world, id);
  await other.pixora.like.create.mutate({ postId: id });
  await waitFor("the count", () => see().likeCount === 1);
  expect(see().caption).toBe("as it was");
  held.release();
  await late;
  expect([see().caption, see().likeCount]).toEqual(["edited", 1]);
  letGo();
});

test("an answer asked for before a bookmark does not undo it", async () => {
  const { gate, id, viewer, read, change } = await openScene();
  const held = gate.holdAnswer("post.byId");
  const late = read();
  await held.isHere;
  await change("bookmark.create", { postId: id });
  held.release();
  await late;
  expect(viewer().isBookmarked).toBe(true);
});

test("a change made while the next page loads is kept", async () => {
  const { gate, me, id, change } = await openScene();
  const list = await openList(me);
  const held = gate.holdAnswer("post.byUser");
  const loading = list.fetchNextPage();
  await held.isHere;
  await change("like.create", { postId: id });
  held.release();
  await loading;
  expect(items(me, author.id).find((post) => post.id === id)?.viewer?.isLiked).toBe(true);
});

test("somebody's new name is seen inside every post, whichever answer tells it", async () => {
  const { me, see, read } = await openScene();
  const { id: second } = await createPost(stage.server.deps, { authorId: author.id });
  await read(second);
  await author.pixora.user.update.mutate({ displayName: "A new name" });
  await ask(me.world, { path: "user.byId", input: { userId: author.id } });
  expect([see().author.displayName, see(second).author.displayName]).toEqual(["A new name", "A new name"]);
});

test("an author in an answer asked for before the new name does not undo it", async () => {
  const { gate, me, see, read } = await openScene();
  const held = gate.holdAnswer("post.byId");
  const late = read();
  await held.isHere;
  await author.pixora.user.update.mutate({ displayName: "A newer name" });
  await ask(me.world, { path: "user.byId", input: { userId: author.id } });
  held.release();
  await late;
  expect(see().author.displayName).toBe("A newer name");
});
