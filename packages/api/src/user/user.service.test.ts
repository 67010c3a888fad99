// Profiles: what each viewer sees, editing, going public, suggestions.
import { idAt, statement } from "@pixora/db";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { updateUser } from "../account/account.profile.ts";
import { createBlock } from "../block/block.service.ts";
import { acceptRequest, createFollow, deleteFollow } from "../follow/follow.service.ts";
import { createMute } from "../mute/mute.service.ts";
import { createPerson, createPosts, follow, openTestDeps, type TestDeps, type TestPerson } from "../testing/index.ts";
import { dismissSuggestion } from "./user.dismissal.ts";
import {
  findUserByHandle,
  findUserIdByHandle,
  insertUser,
  isHandleFree,
  setRole,
  setSuspended,
} from "./user.service.ts";
import { listSuggestions } from "./user.suggestion.ts";
import { presentMe, presentUser, presentUserCards, presentUserSummaries } from "./user.view.ts";

let deps: TestDeps;
beforeAll(async () => {
  deps = await openTestDeps();
});
afterAll(() => deps.close());

function suspend(person: TestPerson): Promise<boolean> {
  return deps.db.inTransaction((tx) => setSuspended(tx, { userId: person.id, isSuspended: true }));
}

const countFacts = statement<{ count: number }>(
  "test.countFacts",
  `select count(*)::int as count from outbox where fact = $1 and payload->>'actorId' = $2`,
);

describe("insertUser", () => {
  test("makes a person with a counter row, and no second one of that handle", async () => {
    const insert = () => deps.db.inTransaction((tx) => insertUser(tx, { handle: "first.one", displayName: "First" }));
    expect(await isHandleFree(deps, { handle: "first.one" })).toBe(true);
    const { id } = await insert();
    await expect(insert()).rejects.toMatchObject({ code: "user.handleTaken" });
    expect(await isHandleFree(deps, { handle: "first.one" })).toBe(false);
    expect(await isHandleFree(deps, { handle: "admin" })).toBe(false);
    expect(await findUserIdByHandle(deps, { handle: " First.ONE" })).toBe(id);
    expect(await presentUser(deps, { viewerId: null, userId: id })).toMatchObject({
      postCount: 0,
      rev: 1,
      viewer: null,
    });
  });
});

describe("profiles", () => {
  test("are found by handle in any case, and not by anything that is no handle", async () => {
    const person = await createPerson(deps, { handle: "casey" });
    expect(await findUserByHandle(deps, { viewerId: null, handle: "CaSeY" })).toMatchObject({ id: person.id });
    for (const handle of ["nobody.here", "сasey", "\0", ""]) {
      await expect(findUserByHandle(deps, { viewerId: null, handle })).rejects.toMatchObject({ code: "user.notFound" });
    }
  });

  test("tell how the viewer stands to the person", async () => {
    const [me, other, locked] = [
      await createPerson(deps),
      await createPerson(deps),
      await createPerson(deps, { isPrivate: true }),
    ];
    await createFollow(deps, { actorId: me.id, userId: locked.id });
    await createFollow(deps, { actorId: other.id, userId: me.id });
    await createMute(deps, { actorId: me.id, userId: other.id });
    expect(await presentUser(deps, { viewerId: me.id, userId: other.id })).toMatchObject({
      viewer: { isSelf: false, follow: "none", followedBy: "following", isBlocking: false, isMuting: true },
      canSeePosts: true,
      followingCount: 1,
    });
    expect(await presentUser(deps, { viewerId: me.id, userId: locked.id })).toMatchObject({
      viewer: { follow: "requested", followedBy: "none" },
      canSeePosts: false,
    });
    expect(await presentUser(deps, { viewerId: locked.id, userId: me.id })).toMatchObject({
      viewer: { follow: "none", followedBy: "requested" },
    });
    expect(await presentUser(deps, { viewerId: locked.id, userId: locked.id })).toMatchObject({
      viewer: { isSelf: true, follow: "none" },
      canSeePosts: true,
    });
    expect(await presentUser(deps, { viewerId: null, userId: locked.id })).toMatchObject({
      viewer: null,
      canSeePosts: false,
    });
  });

  test("of suspended and unknown people are not found", async () => {
    const [me, gone] = [await createPerson(deps), await createPerson(deps)];
    await suspend(gone);
    for (const userId of [gone.id, "1"]) {
      await expect(presentUser(deps, { viewerId: me.id, userId })).rejects.toMatchObject({ code: "user.notFound" });
    }
    await deps.db.inTransaction((tx) => setSuspended(tx, { userId: gone.id, isSuspended: false }));
    expect(await presentUser(deps, { viewerId: me.id, userId: gone.id })).toMatchObject({ id: gone.id });
  });

  test("in lists keep the given order and leave out who is not for the viewer", async () => {
    const people = await Promise.all(Array.from({ length: 5 }, () => createPerson(deps)));
    const [me, a, b, c, d] = people.map((person) => person.id) as [string, string, string, string, string];
    await createBlock(deps, { actorId: me, userId: a });
    await createBlock(deps, { actorId: b, userId: me });
    await suspend({ id: c, handle: "" });
    const ids = [d, c, b, a, me, "1"];
    const listed = await presentUserCards(deps, { viewerId: me, ids });
    expect(listed.map((card) => card.id)).toEqual([d, me]);
    const withBlocked = await presentUserCards(deps, { viewerId: me, ids, includesBlocked: true });
    expect(withBlocked.map((card) => card.id)).toEqual([d, a, me]);
    const forStrangers = await presentUserCards(deps, { viewerId: null, ids });
    expect(forStrangers.map((card) => card.id)).toEqual([d, b, a, me]);
    expect((await presentUserSummaries(deps, { ids })).size).toBe(5);
    expect(await presentUserCards(deps, { viewerId: me, ids: [] })).toEqual([]);
  });

  test("of oneself carry e-mail, role and notification counts", async () => {
    const person = await createPerson(deps, { handle: "myself.me" });
    await setRole(deps, { handle: "MySelf.me", role: "moderator" });
    expect(await presentMe(deps, { userId: person.id })).toMatchObject({
      id: person.id,
      email: "myself.me@test.example",
      pendingEmail: null,
      isEmailVerified: true,
      role: "moderator",
      notificationCounts: { unread: 0, unseen: 0, conversations: 0, requests: 0 },
      viewer: { isSelf: true },
    });
    await expect(setRole(deps, { handle: "who.is.that", role: "admin" })).rejects.toMatchObject({
      code: "user.notFound",
    });
  });
});

describe("updateUser", () => {
  test("changes what is given, keeps what is absent, clears what is null, and raises rev by real changes only", async () => {
    const { id: actorId, handle } = await createPerson(deps);
    const first = await updateUser(deps, { actorId, displayName: "Ann", bio: "hi", website: "https://a.example" });
    expect(first).toMatchObject({ displayName: "Ann", bio: "hi", website: "https://a.example", rev: 2 });
    const second = await updateUser(deps, { actorId, bio: null });
    expect(second).toMatchObject({ displayName: "Ann", bio: "", website: "https://a.example", rev: 3 });
    expect(await updateUser(deps, { actorId, bio: null, displayName: "Ann" })).toMatchObject({ rev: 3 });
    expect(await updateUser(deps, { actorId, displayName: null, website: null })).toMatchObject({
      displayName: handle,
      website: null,
      rev: 4,
    });
  });

  test("raises the version that cached bodies are keyed by when a summary changes", async () => {
    const { id: actorId } = await createPerson(deps);
    const readVersion = statement<{ version: number }>("test.version", `select version from users where id = $1`);
    const version = async () => (await deps.db.sql.one(readVersion, [actorId])).version;
    await updateUser(deps, { actorId, bio: "only the profile shows this" });
    expect(await version()).toBe(1);
    await updateUser(deps, { actorId, displayName: "New" });
    await updateUser(deps, { actorId, isPrivate: true });
    expect(await version()).toBe(3);
  });

  test("refuses a picture that is nobody's", async () => {
    const { id: actorId } = await createPerson(deps);
    const edit = updateUser(deps, { actorId, avatarMediaId: "12", displayName: "Kept out" });
    await expect(edit).rejects.toMatchObject({ code: "media.notFound" });
    expect(await updateUser(deps, { actorId, avatarMediaId: null })).toMatchObject({ rev: 1, avatar: null });
  });

  test("going public accepts everyone who waits, however many, with exact counts and a fact each", async () => {
    const star = await createPerson(deps, { isPrivate: true });
    const fans = await Promise.all(Array.from({ length: 205 }, () => createPerson(deps)));
    for (const fan of fans) await createFollow(deps, { actorId: fan.id, userId: star.id });
    const me = await updateUser(deps, { actorId: star.id, isPrivate: false, bio: "open" });
    expect(me).toMatchObject({ isPrivate: false, followerCount: 205, bio: "open" });
    expect((await deps.db.sql.one(countFacts, ["follow.accepted", star.id])).count).toBe(205);
    const fan = fans[204] as TestPerson;
    expect(await presentUser(deps, { viewerId: fan.id, userId: star.id })).toMatchObject({
      viewer: { follow: "following" },
      canSeePosts: true,
    });
    expect(await presentUser(deps, { viewerId: null, userId: fan.id })).toMatchObject({ followingCount: 1 });
  });

  test("going public while people ask leaves no request behind", async () => {
    const star = await createPerson(deps, { isPrivate: true });
    const fans = await Promise.all(Array.from({ length: 40 }, () => createPerson(deps)));
    await Promise.all([
      ...fans.slice(0, 20).map((fan) => createFollow(deps, { actorId: fan.id, userId: star.id })),
      updateUser(deps, { actorId: star.id, isPrivate: false }),
      ...fans.slice(20).map((fan) => createFollow(deps, { actorId: fan.id, userId: star.id })),
    ]);
    expect(await presentUser(deps, { viewerId: null, userId: star.id })).toMatchObject({ followerCount: 40 });
    const [left] = await presentUserCards(deps, { viewerId: star.id, ids: fans.map((fan) => fan.id) });
    expect(left?.viewer?.followedBy).toBe("following");
  });
});

describe("suggestions", () => {
  test("are friends of friends, best known first, without those one follows, asked, blocked or muted", async () => {
    const people = await Promise.all(Array.from({ length: 9 }, () => createPerson(deps)));
    const [me, f1, f2, best, second, asked, blocked, muted, hidden] = people.map((person) => person.id) as string[];
    if (!me || !f1 || !f2 || !best || !second || !asked || !blocked || !muted || !hidden) throw new Error("people");
    for (const friend of [f1, f2]) await follow(deps, { followerId: me, followeeId: friend });
    for (const followeeId of [best, second, asked, blocked, muted, hidden, me, f2]) {
      await follow(deps, { followerId: f1, followeeId });
    }
    await follow(deps, { followerId: f2, followeeId: best });
    await updateUser(deps, { actorId: asked, isPrivate: true });
    await createFollow(deps, { actorId: me, userId: asked });
    await createBlock(deps, { actorId: me, userId: blocked });
    await createMute(deps, { actorId: me, userId: muted });
    await suspend({ id: hidden, handle: "" });
    const page = await listSuggestions(deps, { viewerId: me, limit: 2 });
    expect(page.items.map((card) => card.id)).toEqual([best, second]);
    expect(page.nextCursor).toBeNull();
    await acceptRequest(deps, { actorId: asked, userId: me });
    const all = await listSuggestions(deps, { viewerId: me, limit: 100 });
    const ids = all.items.map((card) => card.id);
    for (const id of [me, f1, f2, asked, blocked, muted, hidden]) expect(ids).not.toContain(id);
  });

  test("for a newcomer are people whom others follow", async () => {
    const newcomer = await createPerson(deps);
    const page = await listSuggestions(deps, { viewerId: newcomer.id, limit: 5 });
    expect(page.items).toHaveLength(5);
  });

  test("suggestions are never of who was dismissed, unfollowed, blocked either way, or opted out, from the deed on", async () => {
    const people = await Promise.all(Array.from({ length: 7 }, () => createPerson(deps)));
    const [me, friend, dismissed, left, blocker, hidden, stays] = people.map((person) => person.id) as string[];
    if (!me || !friend || !dismissed || !left || !blocker || !hidden || !stays) throw new Error("people");
    await follow(deps, { followerId: me, followeeId: friend });
    for (const followeeId of [dismissed, left, blocker, hidden, stays])
      await follow(deps, { followerId: friend, followeeId });
    const ids = async () => (await listSuggestions(deps, { viewerId: me, limit: 100 })).items.map((card) => card.id);
    expect(await ids()).toEqual(expect.arrayContaining([dismissed, left, blocker, hidden, stays]));
    for (let time = 0; time < 2; time += 1) await dismissSuggestion(deps, { actorId: me, userId: dismissed });
    expect(await ids()).not.toContain(dismissed);
    await createFollow(deps, { actorId: me, userId: left });
    await deleteFollow(deps, { actorId: me, userId: left });
    expect(await ids()).not.toContain(left);
    await createBlock(deps, { actorId: blocker, userId: me });
    expect(await ids()).not.toContain(blocker);
    expect(await updateUser(deps, { actorId: hidden, isDiscoverable: false })).toMatchObject({ isDiscoverable: false });
    expect(await ids()).not.toContain(hidden);
    expect(await ids()).toContain(stays);
    await dismissSuggestion(deps, { actorId: me, userId: "123456" });
  });

  test("suggestions leave out who is silent for 180 days", async () => {
    const [me, friend, silent, active] = await Promise.all(Array.from({ length: 4 }, () => createPerson(deps)));
    if (!me || !friend || !silent || !active) throw new Error("people");
    await follow(deps, { followerId: me.id, followeeId: friend.id });
    for (const other of [silent, active]) {
      await follow(deps, { followerId: friend.id, followeeId: other.id });
      await deps.db.prisma.user.update({
        where: { id: BigInt(other.id) },
        data: { createdAt: new Date("2024-06-01") },
      });
    }
    await createPosts(deps, {
      authorId: silent.id,
      posts: [{ id: idAt(new Date(Date.now() - 200 * 86_400_000)).toString() }],
    });
    await createPosts(deps, {
      authorId: active.id,
      posts: [{ id: idAt(new Date(Date.now() - 100 * 86_400_000)).toString() }],
    });
    const ids = (await listSuggestions(deps, { viewerId: me.id, limit: 100 })).items.map((card) => card.id);
    expect(ids).toContain(active.id);
    expect(ids).not.toContain(silent.id);
  });

  test("reasons of suggestions name friends whom the viewer follows and sees, and who follows them already", async () => {
    const people = await Promise.all(Array.from({ length: 8 }, () => createPerson(deps)));
    const [me, f1, f2, f3, f4, gone, proposed, fan] = people.map((person) => person.id) as string[];
    if (!me || !f1 || !f2 || !f3 || !f4 || !gone || !proposed || !fan) throw new Error("people");
    for (const friend of [f1, f2, f3, f4, gone]) {
      await follow(deps, { followerId: me, followeeId: friend });
      await follow(deps, { followerId: friend, followeeId: proposed });
    }
    // A private friend's list is open to me; a suspended one is named by nobody.
    await updateUser(deps, { actorId: f1, isPrivate: true });
    await suspend({ id: gone, handle: "" });
    await follow(deps, { followerId: fan, followeeId: me });
    const { items } = await listSuggestions(deps, { viewerId: me, limit: 100 });
    const reasonsOf = (id: string) => items.find((item) => item.id === id)?.reasons;
    expect(items[0]?.id).toBe(proposed);
    expect(reasonsOf(proposed)).toEqual([{ kind: "followedByFollowing", count: 4, users: expect.any(Array) }]);
    const [reason] = reasonsOf(proposed) ?? [];
    const named = reason?.kind === "followedByFollowing" ? reason.users.map((card) => card.id) : [];
    expect(named).toHaveLength(3);
    expect([f1, f2, f3, f4]).toEqual(expect.arrayContaining(named));
    expect(reasonsOf(fan)).toEqual([{ kind: "followsYou" }]);
    const other = await listSuggestions(deps, { viewerId: (await createPerson(deps)).id, limit: 5 });
    for (const { reasons } of other.items) expect(reasons.length).toBe(1);
  });
});
