// Lists against the real server: what is made here, what comes by stream, what goes, and what is new above.
import { createPost } from "@pixora/api/testing";
import { InfiniteQueryObserver } from "@tanstack/react-query";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createGate, type Gate } from "../testing/gate.ts";
import { type Actor, openStage, type Stage } from "../testing/stage.ts";
import { discardChange, makeChange, retryChange } from "./change.ts";
import { refreshHead, showHead } from "./head.ts";
import type { Comment, Marks, Post } from "./kinds.ts";
import { type Page, readList } from "./lists.ts";
import { keepPostEvent } from "./live.post.ts";
import type { Fields } from "./records.ts";
import { holdFresh } from "./refresh.ts";

let stage: Stage;
let author: Actor;
beforeAll(async () => {
  stage = await openStage();
  author = await stage.person();
});
afterAll(() => stage.close());

type Item = (Comment | Post) & Marks;

interface List {
  items(): Item[];
  texts(): (string | null)[];
  /** Asks for the next page. */
  more(): Promise<unknown>;
  refresh(): Promise<void>;
  newCount(): number;
  show(): void;
}

/** A list that somebody has on screen. */
async function openList(me: Actor, path: string, input: Fields): Promise<List> {
  const [room = "", name = ""] = path.split(".");
  const rooms = me.options as unknown as Record<string, Record<string, typeof me.options.feed.home>>;
  const options = rooms[room]?.[name]?.infiniteOptions(input);
  if (options === undefined) throw new Error(`no such list: ${path}`);
  await me.queryClient.fetchInfiniteQuery(options);
  const observer = new InfiniteQueryObserver(me.queryClient, options);
  observer.subscribe(() => {});
  const { world } = me;
  const key: readonly unknown[] = options.queryKey;
  function items(): Item[] {
    const pages = me.queryClient.getQueryData<{ pages: Page[] }>(key)?.pages ?? [];
    return [...readList(world.present.get().store, { path, input, pages, track: () => {} })] as Item[];
  }
  const waiting = () => [...world.heads.get().values()][0];
  return {
    items,
    texts: () => items().map((item) => ("text" in item ? item.text : (item as Post).caption)),
    more: () => observer.fetchNextPage(),
    refresh: () => refreshHead(world, options.queryKey),
    newCount: () => waiting()?.newCount ?? 0,
    show() {
      const page = waiting()?.page;
      if (page) showHead(world, { queryKey: options.queryKey, page });
    },
  };
}

interface Scene {
  me: Actor;
  gate: Gate;
  postId: string;
  change(path: string, input: object): Promise<unknown>;
}

async function openScene(): Promise<Scene> {
  const gate = createGate();
  const me = await stage.person({ fetch: gate.fetch });
  const { id: postId } = await createPost(stage.server.deps, { authorId: author.id });
  await me.queryClient.fetchQuery(me.options.user.me.queryOptions());
  return { me, gate, postId, change: (path, input) => makeChange(me.world, { path, input: { ...input } }) };
}

function say(actor: Actor, postId: string, text: string): Promise<Comment> {
  return actor.pixora.comment.create.mutate({ postId, text });
}

test("one's own comment stands at the newest edge at once, under one key until and after it has its id", async () => {
  const { me, gate, postId, change } = await openScene();
  await say(author, postId, "first");
  const newest = await openList(me, "comment.list", { postId });
  const oldest = await openList(me, "comment.list", { postId, sort: "oldest" });
  const held = gate.holdAnswer("comment.create");
  const call = change("comment.create", { postId, text: "mine" });
  expect([newest.texts(), oldest.texts()]).toEqual([
    ["mine", "first"],
    ["first", "mine"],
  ]);
  const [sending] = newest.items();
  expect([sending?.state, sending && "author" in sending && sending.author?.handle]).toEqual(["sending", me.handle]);
  held.release();
  const { id } = (await call) as Comment;
  const [saved] = newest.items();
  expect([saved?.id, saved?.state, saved?.key]).toEqual([id, "saved", sending?.key]);
});

test("at the end of a thread it stands only once the end is loaded", async () => {
  const { me, postId, change } = await openScene();
  for (const text of ["one", "two", "three"]) await say(author, postId, text);
  const list = await openList(me, "comment.list", { postId, sort: "oldest", limit: 2 });
  await change("comment.create", { postId, text: "mine" });
  expect(list.texts()).not.toContain("mine");
  await list.more();
  expect(list.texts().filter((text) => text === "mine")).toHaveLength(1);
  expect(list.texts().at(-1)).toBe("mine");
});

test("an answer asked for after it was taken rules: what others deleted is not kept alive", async () => {
  const { me, postId, change } = await openScene();
  const list = await openList(me, "comment.list", { postId });
  const { id } = (await change("comment.create", { postId, text: "mine" })) as Comment;
  expect(list.texts()).toEqual(["mine"]);
  await author.pixora.comment.delete.mutate({ commentId: id });
  await list.refresh();
  expect(list.texts()).toEqual([]);
});

test("a refused comment keeps its place and its text; a second attempt is the same comment", async () => {
  const { me, gate, postId, change } = await openScene();
  const list = await openList(me, "comment.list", { postId });
  const release = gate.holdRequest("comment.create");
  const call = change("comment.create", { postId, text: "mine" });
  await author.pixora.block.create.mutate({ userId: me.id });
  release();
  await expect(call).rejects.toMatchObject({ data: { appCode: "post.notFound" } });
  const [refused] = list.items();
  expect([refused?.state, list.texts()]).toEqual(["refused", ["mine"]]);
  await author.pixora.block.delete.mutate({ userId: me.id });
  const [entry] = me.world.present.get().store.changes;
  if (entry === undefined) return expect.unreachable("nothing was refused");
  await retryChange(me.world, entry);
  expect([list.items()[0]?.state, list.items()[0]?.key, list.texts()]).toEqual(["saved", refused?.key, ["mine"]]);
});

test("a refused comment that is given up leaves", async () => {
  const { me, postId, change } = await openScene();
  const list = await openList(me, "comment.list", { postId });
  await expect(change("comment.create", { postId, text: "" })).rejects.toMatchObject({
    data: { appCode: "input.invalid" },
  });
  expect(list.items()).toHaveLength(1);
  const [entry] = me.world.present.get().store.changes;
  if (entry) discardChange(me.world, entry);
  expect(list.items()).toEqual([]);
});

test("what is deleted leaves every list, and is back in its place where that is refused", async () => {
  const { me, gate, postId } = await openScene();
  const texts: string[] = [];
  for (const text of ["one", "two", "three"]) texts.unshift((await say(author, postId, text)).text ?? "");
  const list = await openList(me, "comment.list", { postId });
  const second = list.items()[1]?.id ?? "";
  const release = gate.holdRequest("comment.delete");
  const call = makeChange(me.world, { path: "comment.delete", input: { commentId: second } });
  expect(list.texts()).toEqual(["three", "one"]);
  release();
  await expect(call).rejects.toMatchObject({ data: { appCode: "comment.forbidden" } });
  expect(list.texts()).toEqual(texts);
});

test("whom one blocks leaves the lists, and is back in place when unblocked", async () => {
  const { me, postId, change } = await openScene();
  await say(author, postId, "theirs");
  await say(me, postId, "mine");
  const list = await openList(me, "comment.list", { postId });
  expect(list.texts()).toEqual(["mine", "theirs"]);
  await change("block.create", { userId: author.id });
  expect(list.texts()).toEqual(["mine"]);
  await change("block.delete", { userId: author.id });
  expect(list.texts()).toEqual(["mine", "theirs"]);
});

test("a bookmark taken away leaves the list of bookmarks", async () => {
  const { me, postId, change } = await openScene();
  await change("bookmark.create", { postId });
  const list = await openList(me, "bookmark.list", {});
  expect(list.items().map(({ id }) => id)).toEqual([postId]);
  await change("bookmark.delete", { postId });
  expect(list.items()).toEqual([]);
});

test("a comment that the stream brings stands there once, however often it comes", async () => {
  const { me, postId } = await openScene();
  const list = await openList(me, "comment.list", { postId });
  const comment = { ...(await say(author, postId, "theirs")), viewer: null };
  const { store } = me.world.present.get();
  const told = { postId, meId: me.id, event: { type: "comment.created", comment } as const };
  keepPostEvent(store, told);
  keepPostEvent(store, told);
  expect(list.texts()).toEqual(["theirs"]);
  await list.refresh();
  expect(list.texts()).toEqual(["theirs"]);
});

test("one's own comment that the stream brings before its answer is one comment", async () => {
  const { me, gate, postId, change } = await openScene();
  const list = await openList(me, "comment.list", { postId });
  const held = gate.holdAnswer("comment.create");
  const call = change("comment.create", { postId, text: "mine" });
  await held.isHere;
  const [comment] = (await author.pixora.comment.list.query({ postId })).items;
  if (comment === undefined) return expect.unreachable("the comment was not made");
  keepPostEvent(me.world.present.get().store, { postId, meId: me.id, event: { type: "comment.created", comment } });
  expect(list.texts()).toEqual(["mine"]);
  held.release();
  await call;
  expect(list.texts()).toEqual(["mine"]);
});

test("what is new above waits until it is wanted, and what is gone goes at once with it", async () => {
  const { me } = await openScene();
  const writer = await stage.person();
  for (const caption of ["a", "b", "c", "d", "e"]) await writer.pixora.post.create.mutate({ caption });
  const list = await openList(me, "post.byUser", { userId: writer.id, limit: 3 });
  await list.more();
  expect(list.texts()).toEqual(["e", "d", "c", "b", "a"]);
  await writer.pixora.post.create.mutate({ caption: "f" });
  await writer.pixora.post.delete.mutate({ postId: list.items()[1]?.id ?? "" });
  await list.refresh();
  expect([list.newCount(), list.texts()]).toEqual([1, ["e", "d", "c", "b", "a"]]);
  list.show();
  expect([list.newCount(), list.texts()]).toEqual([0, ["f", "e", "c", "b", "a"]]);
});

test("where more is new than a page holds, the list starts anew at the top and goes on from there", async () => {
  const { me } = await openScene();
  const writer = await stage.person();
  for (const caption of ["a", "b"]) await writer.pixora.post.create.mutate({ caption });
  const list = await openList(me, "post.byUser", { userId: writer.id, limit: 2 });
  for (const caption of ["c", "d", "e"]) await writer.pixora.post.create.mutate({ caption });
  await list.refresh();
  list.show();
  expect(list.texts()).toEqual(["e", "d"]);
  await list.more();
  await list.more();
  expect(list.texts()).toEqual(["e", "d", "c", "b", "a"]);
});

test("one's own new post is no news to oneself", async () => {
  const { me, change } = await openScene();
  const list = await openList(me, "feed.home", {});
  await change("post.create", { caption: "mine" });
  expect(list.texts()).toEqual(["mine"]);
  await list.refresh();
  expect([list.newCount(), list.texts()]).toEqual([0, ["mine"]]);
});

test("a list whose cursor the server no longer knows starts anew by itself", async () => {
  const { me } = await openScene();
  const writer = await stage.person();
  for (const caption of ["a", "b", "c"]) await writer.pixora.post.create.mutate({ caption });
  const letGo = holdFresh(me.world);
  const list = await openList(me, "post.byUser", { userId: writer.id, limit: 2 });
  const { queryKey } = me.options.post.byUser.infiniteOptions({ userId: writer.id, limit: 2 });
  me.queryClient.setQueryData(queryKey, (data) => {
    return data && { ...data, pages: data.pages.map((page) => ({ ...page, nextCursor: "lost" })) };
  });
  await list.more();
  await expect.poll(() => me.queryClient.getQueryState(queryKey)?.status).toBe("success");
  await list.more();
  expect(list.texts()).toEqual(["c", "b", "a"]);
  letGo();
});
