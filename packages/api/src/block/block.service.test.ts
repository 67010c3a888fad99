// Blocks: what they end, what each side sees, how they are lifted.
import { statement } from "@pixora/db";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createFollow } from "../follow/follow.service.ts";
import { createPerson, openTestDeps, type TestDeps, type TestPerson } from "../testing/index.ts";
import { presentUser } from "../user/user.view.ts";
import { createBlock, deleteBlock, listBlocks } from "./block.service.ts";

let deps: TestDeps;
let me: TestPerson;
let other: TestPerson;
beforeAll(async () => {
  deps = await openTestDeps();
});
afterAll(() => deps.close());
beforeEach(async () => {
  [me, other] = [await createPerson(deps), await createPerson(deps)];
});

const selectFacts = statement<{ fact: string; actorId: string }>(
  "test.facts",
  `select fact, payload->>'actorId' as "actorId" from outbox where payload->>'actorId' in ($1, $2) order by id`,
);

test("blocking ends follows both ways, lowers the counts once, and hides the blocker from the blocked", async () => {
  await createFollow(deps, { actorId: me.id, userId: other.id });
  await createFollow(deps, { actorId: other.id, userId: me.id });
  const pair = { actorId: me.id, userId: other.id };
  const blocked = await createBlock(deps, pair);
  expect(blocked).toMatchObject({
    id: other.id,
    followerCount: 0,
    followingCount: 0,
    canSeePosts: false,
    viewer: { isBlocking: true, follow: "none", followedBy: "none" },
  });
  expect(await createBlock(deps, pair)).toEqual(blocked);
  await expect(presentUser(deps, { viewerId: other.id, userId: me.id })).rejects.toMatchObject({
    code: "user.notFound",
  });
  expect(await presentUser(deps, { viewerId: null, userId: me.id })).toMatchObject({
    followerCount: 0,
    followingCount: 0,
  });
  expect(await deps.db.sql.many(selectFacts, [me.id, other.id])).toEqual([
    { fact: "follow.created", actorId: me.id },
    { fact: "follow.created", actorId: other.id },
    { fact: "follow.deleted", actorId: me.id },
    { fact: "follow.deleted", actorId: other.id },
    { fact: "block.created", actorId: me.id },
  ]);
});

test("blocking ends requests both ways", async () => {
  const [a, b] = [await createPerson(deps, { isPrivate: true }), await createPerson(deps, { isPrivate: true })];
  await createFollow(deps, { actorId: a.id, userId: b.id });
  await createFollow(deps, { actorId: b.id, userId: a.id });
  await createBlock(deps, { actorId: a.id, userId: b.id });
  await deleteBlock(deps, { actorId: a.id, userId: b.id });
  expect(await presentUser(deps, { viewerId: a.id, userId: b.id })).toMatchObject({
    viewer: { follow: "none", followedBy: "none", isBlocking: false },
  });
});

test("unblocking opens the profile again for both and brings no follow back", async () => {
  await createFollow(deps, { actorId: other.id, userId: me.id });
  await createBlock(deps, { actorId: me.id, userId: other.id });
  const open = await deleteBlock(deps, { actorId: me.id, userId: other.id });
  expect(open).toMatchObject({ canSeePosts: true, viewer: { isBlocking: false, followedBy: "none" } });
  expect(await deleteBlock(deps, { actorId: me.id, userId: other.id })).toEqual(open);
  expect(await presentUser(deps, { viewerId: other.id, userId: me.id })).toMatchObject({ viewer: { follow: "none" } });
});

test("the blocked may block in return: then each sees the other's profile as blocker, and no more", async () => {
  await createBlock(deps, { actorId: me.id, userId: other.id });
  const back = await createBlock(deps, { actorId: other.id, userId: me.id });
  expect(back).toMatchObject({ id: me.id, canSeePosts: false, viewer: { isBlocking: true } });
  expect(await presentUser(deps, { viewerId: me.id, userId: other.id })).toMatchObject({ canSeePosts: false });
  await expect(createFollow(deps, { actorId: other.id, userId: me.id })).rejects.toMatchObject({
    code: "block.active",
  });
});

test("who unblocks somebody that blocks them sees the profile one last time", async () => {
  await createBlock(deps, { actorId: me.id, userId: other.id });
  await createBlock(deps, { actorId: other.id, userId: me.id });
  const pair = { actorId: me.id, userId: other.id };
  expect(await deleteBlock(deps, pair)).toMatchObject({ canSeePosts: false, viewer: { isBlocking: false } });
  await expect(deleteBlock(deps, pair)).rejects.toMatchObject({ code: "user.notFound" });
  expect(await presentUser(deps, { viewerId: other.id, userId: me.id })).toMatchObject({
    viewer: { isBlocking: true },
  });
});

test("blocking oneself is refused, and so are people who do not exist", async () => {
  for (const call of [createBlock, deleteBlock]) {
    await expect(call(deps, { actorId: me.id, userId: me.id })).rejects.toMatchObject({ code: "input.invalid" });
    await expect(call(deps, { actorId: me.id, userId: "1" })).rejects.toMatchObject({ code: "user.notFound" });
  }
  await createBlock(deps, { actorId: other.id, userId: me.id });
  await expect(deleteBlock(deps, { actorId: me.id, userId: other.id })).rejects.toMatchObject({
    code: "user.notFound",
  });
});

test("the list shows whom the viewer has blocked, newest first, also those who block back", async () => {
  const third = await createPerson(deps);
  await createBlock(deps, { actorId: me.id, userId: other.id });
  await createBlock(deps, { actorId: me.id, userId: third.id });
  await createBlock(deps, { actorId: other.id, userId: me.id });
  const page = await listBlocks(deps, { viewerId: me.id, limit: 1 });
  expect(page.items).toMatchObject([{ id: third.id, viewer: { isBlocking: true } }]);
  const next = await listBlocks(deps, { viewerId: me.id, limit: 1, cursor: page.nextCursor });
  expect(next).toMatchObject({ items: [{ id: other.id }], nextCursor: null });
});
