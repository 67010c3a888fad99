// People against the real server: following, oneself, notifications, and one person after another on one page.
import { createPost, follow, workOff } from "@pixora/api/testing";
import { act, createElement, type ReactNode } from "react";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { openScreen } from "../testing/screen.ts";
import { type Actor, openStage, type Stage } from "../testing/stage.ts";
import { makeChange } from "./change.ts";
import {
  type SessionState,
  useBlock,
  useBookmarks,
  useComments,
  useCounts,
  useFollow,
  useHomeFeed,
  useLive,
  useMute,
  useNotifications,
  useNow,
  useOutbox,
  usePost,
  useReplies,
  useSession,
  useUser,
  useUserPosts,
} from "./index.ts";
import { type Key, keyOf } from "./kinds.ts";
import { keepEvent } from "./live.ts";
import { fold } from "./store.ts";
import { ask } from "./world.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

function field(actor: Actor, key: Key, name: string): unknown {
  return fold(actor.world.present.get().store, key)?.[name];
}

function change(actor: Actor, path: string, input: object): Promise<unknown> {
  return makeChange(actor.world, { path, input: { ...input } });
}

test("a follow is seen at once on the profile and in every post of the author, and counts once", async () => {
  const [me, author] = [await stage.person(), await stage.person()];
  const { id: postId } = await createPost(stage.server.deps, { authorId: author.id });
  await ask(me.world, { path: "user.byId", input: { userId: author.id } });
  await ask(me.world, { path: "post.byId", input: { postId } });
  const call = change(me, "follow.create", { userId: author.id });
  const key = keyOf("user", author.id);
  const seen = () => [field(me, key, "viewer.follow"), field(me, key, "followerCount")];
  expect(seen()).toEqual(["following", 1]);
  await call;
  expect(seen()).toEqual(["following", 1]);
  await change(me, "follow.delete", { userId: author.id });
  expect(seen()).toEqual(["none", 0]);
});

test("a private account is asked, and once accepted the request leaves its list", async () => {
  const [me, shy] = [await stage.person(), await stage.person()];
  await shy.pixora.user.update.mutate({ isPrivate: true });
  await ask(me.world, { path: "user.byId", input: { userId: shy.id } });
  const call = change(me, "follow.create", { userId: shy.id });
  const key = keyOf("user", shy.id);
  expect([field(me, key, "viewer.follow"), field(me, key, "followerCount")]).toEqual(["requested", 0]);
  await call;
  expect(field(me, key, "viewer.follow")).toBe("requested");
  await ask(shy.world, { path: "follow.requests", input: {} });
  const accepting = change(shy, "follow.acceptRequest", { userId: me.id });
  expect(field(shy, keyOf("user", me.id), "viewer.followedBy")).toBe("following");
  await accepting;
  expect(field(shy, keyOf("user", me.id), "viewer.followedBy")).toBe("following");
});

test("one's own new name is seen at once, and undone where it is refused", async () => {
  const me = await stage.person();
  await ask(me.world, { path: "user.me", input: {} });
  const key = keyOf("me", me.id);
  const refused = change(me, "user.update", { displayName: "x".repeat(60) });
  expect(field(me, key, "displayName")).toBe("x".repeat(60));
  await expect(refused).rejects.toMatchObject({ data: { appCode: "input.invalid" } });
  expect(field(me, key, "displayName")).toBe(me.handle);
  await change(me, "user.update", { displayName: "A name" });
  expect(field(me, key, "displayName")).toBe("A name");
});

test("what has been read is read at once, here and on other devices", async () => {
  const [me, other] = [await stage.person(), await stage.person()];
  await other.pixora.follow.create.mutate({ userId: me.id });
  await workOff(stage.server.deps);
  const device = await stage.device(me);
  for (const one of [me, device]) await ask(one.world, { path: "notification.list", input: {} });
  await ask(me.world, { path: "notification.counts", input: {} });
  const [{ id } = { id: "" }] = (await me.pixora.notification.list.query()).items;
  const key = keyOf("notification", id);
  expect([field(me, key, "read"), field(me, "counts:own", "unread")]).toEqual([false, 1]);
  const call = change(me, "notification.markRead", { upToId: id });
  expect([field(me, key, "read"), field(me, "counts:own", "unread")]).toEqual([true, 0]);
  await call;
  expect([field(me, key, "read"), field(me, "counts:own", "unread")]).toEqual([true, 0]);
  keepEvent(device.world.present.get().store, {
    type: "notification.read",
    marked: { upToId: id },
    counts: { unread: 0, unseen: 0, conversations: 0, requests: 0 },
  });
  expect([field(device, key, "read"), field(device, "counts:own", "unread")]).toEqual([true, 0]);
});

let session: SessionState | undefined;

/** Every hook at once, and what they say. */
function Everything({ postId, userId }: { postId: string; userId: string }): ReactNode {
  session = useSession();
  const lists = [useHomeFeed(), useUserPosts(userId), useBookmarks(), useComments(postId), useReplies(undefined)];
  const counts = useCounts();
  const user = useUser({ userId }).data;
  const { follow: state } = useFollow({ id: userId });
  const flags = [useBlock({ id: userId }).isBlocking, useMute({ id: userId }).isMuting];
  const rest = [useNotifications().items.length, useLive().status, useOutbox().waiting, useNow() instanceof Date];
  const post = usePost(postId, { live: true }).data;
  const sizes = lists.map(({ items }) => items.length).join();
  const who = `${session.status} ${session.me?.handle ?? "nobody"}`;
  return `${who} [${sizes}] ${counts?.unread} ${user?.handle} ${state} ${flags.join()} ${rest.join()} ${post?.caption}`;
}

test("one person after another on one page: the second sees nothing of the first, and StrictMode has no complaint", async () => {
  const errors = vi.spyOn(console, "error");
  const [first, second, author] = [await stage.person(), await stage.person(), await stage.person()];
  await follow(stage.server.deps, { followerId: first.id, followeeId: author.id });
  const { id: postId } = await createPost(stage.server.deps, { authorId: author.id, caption: "seen by all" });
  await first.pixora.bookmark.create.mutate({ postId });
  const screen = await openScreen(first, { live: true });
  await screen.render(createElement(Everything, { postId, userId: author.id }));
  const has = (...parts: string[]) => screen.until((text) => parts.every((part) => text.includes(part)));
  await has(`signedIn ${first.handle} [1,1,1,0,0] 0 ${author.handle} following false,false 0,live,0,true seen by all`);
  await act(async () => first.pixora.session.set(second.tokens));
  await has(`signedIn ${second.handle} [0,1,0,0,0] 0 ${author.handle} none false,false 0,live,0,true seen by all`);
  await act(async () => session?.signOut());
  await has(`signedOut nobody [0,1,0,0,0] undefined ${author.handle} none`);
  await screen.close();
  expect(errors.mock.calls).toEqual([]);
});
