// Mutes: a state of the muter's own that the other cannot tell.
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createBlock } from "../block/block.service.ts";
import { createFollow } from "../follow/follow.service.ts";
import { createPerson, openTestDeps, type TestDeps, type TestPerson } from "../testing/index.ts";
import { presentUser } from "../user/user.view.ts";
import { createMute, deleteMute, listMutes } from "./mute.service.ts";

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

test("muting twice is muting once, leaves follows alone, and the other cannot tell", async () => {
  await createFollow(deps, { actorId: me.id, userId: other.id });
  const before = await presentUser(deps, { viewerId: other.id, userId: me.id });
  const pair = { actorId: me.id, userId: other.id };
  const muted = await createMute(deps, pair);
  expect(muted).toMatchObject({ canSeePosts: true, viewer: { isMuting: true, follow: "following" } });
  expect(await createMute(deps, pair)).toEqual(muted);
  expect(await presentUser(deps, { viewerId: other.id, userId: me.id })).toEqual(before);
  expect((await listMutes(deps, { viewerId: me.id, limit: 20 })).items).toMatchObject([{ id: other.id }]);
  expect(await deleteMute(deps, pair)).toMatchObject({ viewer: { isMuting: false, follow: "following" } });
  expect(await deleteMute(deps, pair)).toMatchObject({ viewer: { isMuting: false } });
  expect(await listMutes(deps, { viewerId: me.id, limit: 20 })).toEqual({ items: [], nextCursor: null });
});

test("muting oneself is refused, and whoever one may not see is not found", async () => {
  await createBlock(deps, { actorId: other.id, userId: me.id });
  for (const call of [createMute, deleteMute]) {
    await expect(call(deps, { actorId: me.id, userId: me.id })).rejects.toMatchObject({ code: "input.invalid" });
    await expect(call(deps, { actorId: me.id, userId: other.id })).rejects.toMatchObject({ code: "user.notFound" });
  }
});

test("the list leaves out whom a block separates, and shows them again after it", async () => {
  await createMute(deps, { actorId: me.id, userId: other.id });
  await createBlock(deps, { actorId: me.id, userId: other.id });
  expect((await listMutes(deps, { viewerId: me.id, limit: 20 })).items).toEqual([]);
  expect(await presentUser(deps, { viewerId: me.id, userId: other.id })).toMatchObject({ viewer: { isMuting: true } });
});
