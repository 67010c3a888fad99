// Changes without a network, against the real server: kept in order, sent once each, undone where they are refused.
import { createPost } from "@pixora/api/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Actor, openStage, type Stage } from "../testing/stage.ts";
import { makeChange, retryChange } from "./change.ts";
import type { Change } from "./effect.ts";
import { keyOf } from "./kinds.ts";
import { holdSharing } from "./sharing.ts";
import { fold, resolveKey } from "./store.ts";
import { ask } from "./world.ts";

let stage: Stage;
let author: Actor;
beforeAll(async () => {
  stage = await openStage();
  author = await stage.person();
});
afterAll(() => stage.close());

interface Scene {
  me: Actor;
  postId: string;
  network: { isUp: boolean; losesEvery: number };
  change(path: string, input: object): Promise<unknown>;
  waiting(): Change[];
  isWaiting(count: number): Promise<void>;
  field(key: string, name: string): unknown;
}

/** Somebody whose network goes and comes, and loses answers of what has been done. */
async function openScene(): Promise<Scene & Disposable> {
  const network = { isUp: true, losesEvery: 0 };
  let changes = 0;
  const me = await stage.person({
    async fetch(input, init) {
      if (!network.isUp) throw new TypeError("no network");
      const answer = await fetch(input, init);
      if (init?.method !== "POST" || network.losesEvery === 0) return answer;
      changes += 1;
      if (changes % network.losesEvery === 0) throw new TypeError("the answer got lost");
      return answer;
    },
  });
  const { id: postId } = await createPost(stage.server.deps, { authorId: author.id });
  await ask(me.world, { path: "post.byId", input: { postId } });
  const letGo = holdSharing(me.world, { isLive: false });
  const { store } = me.world.present.get();
  const waiting = () => [...store.changes].filter(({ isKept }) => isKept);
  return {
    me,
    postId,
    network,
    change: (path, input) => makeChange(me.world, { path, input: { ...input } }),
    waiting,
    isWaiting: (count) => expect.poll(() => waiting().length, { timeout: 10_000 }).toBe(count),
    field: (key, name) => fold(store, resolveKey(store, key as "post:1"))?.[name],
    [Symbol.dispose]: letGo,
  };
}

test("ten changes made offline are made once each and in order, though every third answer gets lost", async () => {
  using scene = await openScene();
  const { me, postId, network, change } = scene;
  network.isUp = false;
  const texts = Array.from({ length: 10 }, (_, index) => `comment ${index}`);
  const calls = texts.map((text) => change("comment.create", { postId, text }));
  await scene.isWaiting(10);
  expect(scene.field(`post:${postId}`, "commentCount")).toBe(10);
  Object.assign(network, { isUp: true, losesEvery: 3 });
  await Promise.all(calls);
  expect(scene.waiting()).toEqual([]);
  const { items } = await me.pixora.comment.list.query({ postId, sort: "oldest" });
  expect(items.map(({ text }) => text)).toEqual(texts);
  await expect.poll(() => scene.field(`post:${postId}`, "commentCount")).toBe(10);
});

test("what is built on a thing that was made offline goes with the id that it is given", async () => {
  using scene = await openScene();
  const { network, change, me } = scene;
  network.isUp = false;
  const post = change("post.create", { caption: "made offline" });
  await scene.isWaiting(1);
  const [made] = scene.waiting();
  const madeId = made?.effect.made?.id ?? "";
  const comment = change("comment.create", { postId: madeId, text: "to myself" });
  const like = change("like.create", { postId: madeId });
  await scene.isWaiting(3);
  network.isUp = true;
  const { id } = (await post) as { id: string };
  await Promise.all([comment, like]);
  expect(await me.pixora.post.byId.query({ postId: id })).toMatchObject({ commentCount: 1, likeCount: 1 });
  expect(scene.field(keyOf("post", madeId), "likeCount")).toBe(1);
});

test("what is built on a thing that is still on its way waits for its id", async () => {
  using scene = await openScene();
  const { change, me } = scene;
  const post = change("post.create", { caption: "on its way" });
  const [made] = me.world.present.get().store.changes;
  await change("like.create", { postId: made?.effect.made?.id ?? "" });
  const { id } = (await post) as { id: string };
  expect(await me.pixora.post.byId.query({ postId: id })).toMatchObject({ likeCount: 1 });
});

test("what is refused later is undone and told of, what was built on it too, and the rest is made", async () => {
  using scene = await openScene();
  const { me, postId, network, change } = scene;
  const { id: kept } = await createPost(stage.server.deps, { authorId: author.id });
  await ask(me.world, { path: "post.byId", input: { postId: kept } });
  network.isUp = false;
  const calls = [
    change("like.create", { postId }),
    change("comment.create", { postId, text: "a thread" }),
    change("like.create", { postId: kept }),
  ];
  await scene.isWaiting(3);
  const parentId = scene.waiting()[1]?.effect.made?.id ?? "";
  calls.push(change("comment.create", { postId, parentId, text: "an answer in it" }));
  await scene.isWaiting(4);
  await author.pixora.post.delete.mutate({ postId });
  network.isUp = true;
  const ends = await Promise.allSettled(calls);
  expect(ends.map(({ status }) => status)).toEqual(["rejected", "rejected", "fulfilled", "rejected"]);
  expect([scene.field(`post:${postId}`, "viewer.isLiked"), scene.field(`post:${kept}`, "likeCount")]).toEqual([
    false,
    1,
  ]);
  const refused = [...me.world.present.get().store.changes].filter(({ state }) => state === "refused");
  expect(refused.map(({ order }) => order.path)).toEqual(["comment.create", "like.create", "comment.create"].sort());
  await expect(retryChange(me.world, refused[0] as Change)).rejects.toMatchObject({
    data: { appCode: "post.notFound" },
  });
});

test("like, unlike and like made offline end liked", async () => {
  using scene = await openScene();
  const { me, postId, network, change } = scene;
  network.isUp = false;
  const calls = ["like.create", "like.delete", "like.create"].map((path) => change(path, { postId }));
  await scene.isWaiting(3);
  expect([scene.field(`post:${postId}`, "viewer.isLiked"), scene.field(`post:${postId}`, "likeCount")]).toEqual([
    true,
    1,
  ]);
  network.isUp = true;
  await Promise.all(calls);
  expect(await me.pixora.post.byId.query({ postId })).toMatchObject({ likeCount: 1, viewer: { isLiked: true } });
});
