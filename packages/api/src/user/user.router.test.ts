// The wire of people and their relations: who may call what, and which inputs are refused.
import { afterAll, beforeAll, expect, test } from "vitest";
import { blockRouter } from "../block/block.router.ts";
import { followRouter } from "../follow/follow.router.ts";
import { moderationRouter } from "../moderation/moderation.router.ts";
import { muteRouter } from "../mute/mute.router.ts";
import { createCallerFactory, router } from "../platform/call/trpc.ts";
import { createPerson, openTestDeps, type TestDeps, type TestPerson, testContext } from "../testing/index.ts";
import { userRouter } from "./user.router.ts";

const routers = {
  user: userRouter,
  follow: followRouter,
  block: blockRouter,
  mute: muteRouter,
  moderation: moderationRouter,
};
const createCaller = createCallerFactory(router(routers));

let deps: TestDeps;
let ann: TestPerson;
let ben: TestPerson;
beforeAll(async () => {
  deps = await openTestDeps();
  [ann, ben] = [await createPerson(deps, { handle: "ann" }), await createPerson(deps, { handle: "ben" })];
});
afterAll(() => deps.close());

function callAs(person: TestPerson | null) {
  return createCaller(testContext(deps, { viewerId: person?.id ?? null }));
}

test("strangers may look at profiles and ask whether a handle is free, and nothing else", async () => {
  const stranger = callAs(null);
  expect(await stranger.user.byHandle({ handle: "ANN" })).toMatchObject({ id: ann.id, viewer: null });
  expect(await stranger.user.byHandle({ handle: "@Ann" })).toMatchObject({ id: ann.id });
  expect(await stranger.user.isHandleFree({ handle: "ann." })).toEqual({ isFree: false });
  expect(await stranger.user.isHandleFree({ handle: "@ann" })).toEqual({ isFree: false });
  expect(await stranger.user.byId({ userId: ben.id })).toMatchObject({ handle: "ben" });
  expect(await stranger.user.isHandleFree({ handle: "Ann" })).toEqual({ isFree: false });
  expect(await stranger.user.isHandleFree({ handle: "anna" })).toEqual({ isFree: true });
  expect(await stranger.user.isHandleFree({ handle: "support" })).toEqual({ isFree: false });
  const closed = [
    () => stranger.user.me(),
    () => stranger.user.update({}),
    () => stranger.user.suggestions(),
    () => stranger.follow.create({ userId: ann.id }),
    () => stranger.follow.followers({ userId: ann.id }),
    () => stranger.block.list(),
    () => stranger.mute.create({ userId: ann.id }),
    () => stranger.moderation.reports(),
  ];
  for (const call of closed) await expect(call()).rejects.toMatchObject({ code: "UNAUTHORIZED" });
});

test("inputs without a required key may be left out, and answers fit their schemas", async () => {
  const api = callAs(ann);
  expect(await api.user.me()).toMatchObject({ handle: "ann", email: "ann@test.example", role: "user" });
  expect(await api.user.suggestions()).toMatchObject({ nextCursor: null });
  for (const list of [api.follow.requests, api.block.list, api.mute.list]) {
    expect(await list()).toEqual({ items: [], nextCursor: null });
  }
  expect(await api.follow.create({ userId: ben.id })).toMatchObject({ viewer: { follow: "following" } });
  expect((await api.follow.following({ userId: ann.id })).items).toMatchObject([{ id: ben.id }]);
});

test("wrong inputs are refused, a limit of 101 too", async () => {
  const api = callAs(ann);
  const wrong = [
    () => api.follow.followers({ userId: ann.id, limit: 101 }),
    () => api.follow.followers({ userId: ann.id, limit: 0 }),
    () => api.follow.create({ userId: "0" }),
    () => api.follow.create({ userId: "99999999999999999999" }),
    () => api.follow.create({ userId: ann.id }),
    () => api.user.isHandleFree({ handle: "a b" }),
    () => api.user.update({ website: "javascript:alert(1)" }),
  ];
  for (const call of wrong) await expect(call()).rejects.toMatchObject({ code: "BAD_REQUEST" });
});

test("moderation is for moderators, save reporting", async () => {
  const api = callAs(ann);
  const told = await api.moderation.report({ target: { userId: ben.id }, reason: "spam" });
  expect(told).toMatchObject({ ok: true, reportId: expect.stringMatching(/^\d+$/) });
  const closed = [
    () => api.moderation.reports(),
    () => api.moderation.suspend({ userId: ben.id }),
    () => api.moderation.unsuspend({ userId: ben.id }),
    () => api.moderation.resolve({ reportId: "1", action: "dismiss" }),
  ];
  for (const call of closed) await expect(call()).rejects.toMatchObject({ code: "FORBIDDEN" });
  const staff = callAs(await createPerson(deps, { role: "moderator" }));
  const { items } = await staff.moderation.reports();
  expect(items).toMatchObject([{ target: { userId: ben.id }, user: { handle: "ben" }, reporter: { handle: "ann" } }]);
  expect(await staff.moderation.suspend({ userId: ben.id })).toEqual({ ok: true });
  await expect(api.user.byHandle({ handle: "ben" })).rejects.toMatchObject({ code: "NOT_FOUND" });
});
