// Follows, requests and their lists.
import { statement } from "@pixora/db";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createBlock } from "../block/block.service.ts";
import { createPerson, follow, openTestDeps, type TestDeps, type TestPerson } from "../testing/index.ts";
import { setSuspended } from "../user/user.service.ts";
import { presentUser } from "../user/user.view.ts";
import { listFollowers, listFollowing, listRequests } from "./follow.list.ts";
import {
  acceptRequest,
  createFollow,
  deleteFollow,
  maxFollows,
  rejectRequest,
  removeFollower,
} from "./follow.service.ts";

let deps: TestDeps;
let me: TestPerson;
let other: TestPerson;
let locked: TestPerson;
beforeAll(async () => {
  deps = await openTestDeps();
});
afterAll(() => deps.close());
beforeEach(async () => {
  [me, other, locked] = [
    await createPerson(deps),
    await createPerson(deps),
    await createPerson(deps, { isPrivate: true }),
  ];
});

const selectFacts = statement<{ fact: string }>(
  "test.facts",
  `select fact from outbox where payload->>'actorId' = $1 or payload->>'targetId' = $1 order by id`,
);

async function factsOf(person: TestPerson): Promise<string[]> {
  return (await deps.db.sql.many(selectFacts, [person.id])).map((row) => row.fact);
}

const setFollowing = statement<never>(
  "test.setFollowing",
  `update user_counts set following_count = $2 where user_id = $1`,
);

describe("following", () => {
  test("twice counts once, and so does unfollowing", async () => {
    const pair = { actorId: me.id, userId: other.id };
    const first = await createFollow(deps, pair);
    expect(first).toMatchObject({ id: other.id, followerCount: 1, rev: 2, viewer: { follow: "following" } });
    expect(await createFollow(deps, pair)).toEqual(first);
    expect(await presentUser(deps, { viewerId: null, userId: me.id })).toMatchObject({ followingCount: 1, rev: 2 });
    const undone = await deleteFollow(deps, pair);
    expect(undone).toMatchObject({ followerCount: 0, rev: 3, viewer: { follow: "none" } });
    expect(await deleteFollow(deps, pair)).toEqual(undone);
    expect(await factsOf(me)).toEqual(["follow.created", "follow.deleted"]);
  });

  test("many at once counts each exactly once", async () => {
    const fans = await Promise.all(Array.from({ length: 20 }, () => createPerson(deps)));
    await Promise.all([...fans, ...fans].map((fan) => createFollow(deps, { actorId: fan.id, userId: me.id })));
    expect(await presentUser(deps, { viewerId: null, userId: me.id })).toMatchObject({ followerCount: 20 });
  });

  test("oneself is refused with a field error", async () => {
    const self = { actorId: me.id, userId: me.id };
    for (const call of [createFollow, deleteFollow, acceptRequest, rejectRequest, removeFollower]) {
      await expect(call(deps, self)).rejects.toMatchObject({
        code: "input.invalid",
        fieldErrors: { userId: [expect.any(String)] },
      });
    }
  });

  test("people who do not exist or are suspended, or whoever blocks the actor, is not found", async () => {
    const blocker = await createPerson(deps);
    await createBlock(deps, { actorId: blocker.id, userId: me.id });
    await deps.db.inTransaction((tx) => setSuspended(tx, { userId: other.id, isSuspended: true }));
    for (const userId of ["1", other.id, blocker.id]) {
      for (const call of [createFollow, deleteFollow, acceptRequest, rejectRequest, removeFollower]) {
        await expect(call(deps, { actorId: me.id, userId })).rejects.toMatchObject({ code: "user.notFound" });
      }
    }
  });

  test("somebody one has blocked is forbidden", async () => {
    await createBlock(deps, { actorId: me.id, userId: other.id });
    const pair = { actorId: me.id, userId: other.id };
    await expect(createFollow(deps, pair)).rejects.toMatchObject({ code: "block.active" });
    expect(await deleteFollow(deps, pair)).toMatchObject({ viewer: { isBlocking: true, follow: "none" } });
  });

  test("ends at 7,500 accounts, requests included", async () => {
    await createFollow(deps, { actorId: me.id, userId: locked.id });
    await deps.db.sql.run(setFollowing, [me.id, maxFollows - 2]);
    await createFollow(deps, { actorId: me.id, userId: other.id });
    const third = await createPerson(deps);
    const tooMany = createFollow(deps, { actorId: me.id, userId: third.id });
    await expect(tooMany).rejects.toMatchObject({ code: "limit.exceeded" });
    expect(await createFollow(deps, { actorId: me.id, userId: other.id })).toMatchObject({
      viewer: { follow: "following" },
    });
  });

  test("is over for an account that was suspended while the call was on its way", async () => {
    await deps.db.inTransaction((tx) => setSuspended(tx, { userId: me.id, isSuspended: true }));
    const late = createFollow(deps, { actorId: me.id, userId: other.id });
    await expect(late).rejects.toMatchObject({ code: "auth.sessionRevoked" });
  });
});

describe("requests", () => {
  const ask = () => createFollow(deps, { actorId: me.id, userId: locked.id });

  test("stand in for follows of private accounts, once", async () => {
    const first = await ask();
    expect(first).toMatchObject({ followerCount: 0, canSeePosts: false, viewer: { follow: "requested" } });
    expect(await ask()).toEqual(first);
    expect(await deleteFollow(deps, { actorId: me.id, userId: locked.id })).toMatchObject({
      viewer: { follow: "none" },
    });
    expect(await factsOf(me)).toEqual(["follow.requested", "follow.requestDeleted"]);
  });

  test("become follows when accepted, twice as once", async () => {
    await ask();
    const accept = () => acceptRequest(deps, { actorId: locked.id, userId: me.id });
    const first = await accept();
    expect(first).toMatchObject({ id: me.id, followingCount: 1, viewer: { followedBy: "following" } });
    expect(await accept()).toEqual(first);
    expect(await presentUser(deps, { viewerId: me.id, userId: locked.id })).toMatchObject({
      followerCount: 1,
      canSeePosts: true,
      viewer: { follow: "following" },
    });
    expect(await factsOf(me)).toEqual(["follow.requested", "follow.accepted"]);
  });

  test("may be rejected, twice as once, and asked again", async () => {
    await ask();
    const reject = () => rejectRequest(deps, { actorId: locked.id, userId: me.id });
    expect(await reject()).toMatchObject({ viewer: { followedBy: "none" } });
    expect(await reject()).toMatchObject({ viewer: { followedBy: "none" } });
    expect(await ask()).toMatchObject({ viewer: { follow: "requested" } });
  });

  test("that nobody made cannot be accepted", async () => {
    const accept = acceptRequest(deps, { actorId: locked.id, userId: me.id });
    await expect(accept).rejects.toMatchObject({ code: "follow.notFound" });
  });

  test("a removed follower of a private account has to ask again", async () => {
    await follow(deps, { followerId: me.id, followeeId: locked.id });
    const remove = () => removeFollower(deps, { actorId: locked.id, userId: me.id });
    expect(await remove()).toMatchObject({ followingCount: 0, viewer: { followedBy: "none" } });
    expect(await remove()).toMatchObject({ followingCount: 0 });
    expect(await ask()).toMatchObject({ viewer: { follow: "requested" }, followerCount: 0 });
  });
});

describe("lists", () => {
  test("come newest first, each person once, over all pages", async () => {
    const fans = await Promise.all(Array.from({ length: 7 }, () => createPerson(deps)));
    for (const fan of fans) await follow(deps, { followerId: fan.id, followeeId: me.id });
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page = await listFollowers(deps, { viewerId: other.id, userId: me.id, cursor, limit: 3 });
      seen.push(...page.items.map((card) => card.id));
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(seen).toEqual(fans.map((fan) => fan.id).reverse());
    const mine = await listFollowing(deps, { viewerId: me.id, userId: fans[0]?.id ?? "", limit: 20 });
    expect(mine.items.map((card) => [card.id, card.viewer?.isSelf])).toEqual([[me.id, true]]);
  });

  test("leave out who is blocked or suspended, and a short page is not the end", async () => {
    const fans = await Promise.all(Array.from({ length: 4 }, () => createPerson(deps)));
    for (const fan of fans) await follow(deps, { followerId: fan.id, followeeId: me.id });
    const [first, second, third, fourth] = fans.map((fan) => fan.id) as [string, string, string, string];
    await createBlock(deps, { actorId: third, userId: other.id });
    await deps.db.inTransaction((tx) => setSuspended(tx, { userId: fourth, isSuspended: true }));
    const page = await listFollowers(deps, { viewerId: other.id, userId: me.id, limit: 2 });
    expect(page.items).toEqual([]);
    const rest = await listFollowers(deps, { viewerId: other.id, userId: me.id, cursor: page.nextCursor, limit: 2 });
    expect(rest.items.map((card) => card.id)).toEqual([second, first]);
    expect(rest.nextCursor).toBeNull();
  });

  test("of private accounts are for the owner and followers", async () => {
    await follow(deps, { followerId: other.id, followeeId: locked.id });
    for (const list of [listFollowers, listFollowing]) {
      await expect(list(deps, { viewerId: me.id, userId: locked.id, limit: 5 })).rejects.toMatchObject({
        code: "user.private",
      });
      for (const viewerId of [other.id, locked.id]) {
        await expect(list(deps, { viewerId, userId: locked.id, limit: 5 })).resolves.toMatchObject({
          nextCursor: null,
        });
      }
    }
  });

  test("are closed by a block: forbidden for the blocker, not found for the blocked", async () => {
    await createBlock(deps, { actorId: me.id, userId: other.id });
    for (const list of [listFollowers, listFollowing]) {
      await expect(list(deps, { viewerId: me.id, userId: other.id, limit: 5 })).rejects.toMatchObject({
        code: "block.active",
      });
      await expect(list(deps, { viewerId: other.id, userId: me.id, limit: 5 })).rejects.toMatchObject({
        code: "user.notFound",
      });
      await expect(list(deps, { viewerId: me.id, userId: "1", limit: 5 })).rejects.toMatchObject({
        code: "user.notFound",
      });
    }
  });

  test("of requests show the owner who waits, newest first", async () => {
    await createFollow(deps, { actorId: me.id, userId: locked.id });
    await createFollow(deps, { actorId: other.id, userId: locked.id });
    const page = await listRequests(deps, { viewerId: locked.id, limit: 1 });
    expect(page.items).toMatchObject([{ id: other.id, viewer: { followedBy: "requested" } }]);
    const next = await listRequests(deps, { viewerId: locked.id, limit: 1, cursor: page.nextCursor });
    expect(next).toMatchObject({ items: [{ id: me.id }], nextCursor: null });
  });

  test("refuse the cursor of another list", async () => {
    for (const fan of [other, locked]) await follow(deps, { followerId: fan.id, followeeId: me.id });
    const { nextCursor } = await listFollowers(deps, { viewerId: me.id, userId: me.id, limit: 1 });
    expect(nextCursor).not.toBeNull();
    const wrongCalls = [
      () => listFollowing(deps, { viewerId: me.id, userId: me.id, limit: 1, cursor: nextCursor }),
      () => listFollowers(deps, { viewerId: me.id, userId: other.id, limit: 1, cursor: nextCursor }),
      () => listRequests(deps, { viewerId: me.id, limit: 1, cursor: "nonsense" }),
    ];
    for (const call of wrongCalls) await expect(call()).rejects.toMatchObject({ code: "cursor.invalid" });
  });
});
