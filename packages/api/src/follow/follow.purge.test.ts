// What becomes of follows when an account is deleted.
import { statement } from "@pixora/db";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createPerson, follow, openTestDeps, type TestDeps } from "../testing/index.ts";
import { eraseUser, markDeleted } from "../user/user.service.ts";
import { presentUser } from "../user/user.view.ts";
import { purgeFollows } from "./follow.purge.ts";
import { createFollow } from "./follow.service.ts";

let deps: TestDeps;
beforeAll(async () => {
  deps = await openTestDeps();
});
afterAll(() => deps.close());

const countLeft = statement<{ count: number }>(
  "test.countLeft",
  `select ((select count(*) from follows where $1 in (follower_id, followee_id))
         + (select count(*) from follow_requests where $1 in (requester_id, target_id)))::int as count`,
);

test("a deleted person is gone at once, can follow nobody, and their follows end with exact counts of others", async () => {
  const gone = await createPerson(deps);
  const locked = await createPerson(deps, { isPrivate: true });
  const people = await Promise.all(Array.from({ length: 230 }, () => createPerson(deps)));
  for (const [index, person] of people.entries()) {
    await follow(deps, { followerId: gone.id, followeeId: person.id });
    if (index % 2 === 0) await follow(deps, { followerId: person.id, followeeId: gone.id });
  }
  await createFollow(deps, { actorId: gone.id, userId: locked.id });
  const [both, followed] = [people[0]?.id ?? "", people[1]?.id ?? ""];
  await follow(deps, { followerId: both, followeeId: followed });

  const markTwice = [1, 2].map(() => deps.db.inTransaction((tx) => markDeleted(tx, { userId: gone.id })));
  expect((await Promise.all(markTwice)).sort()).toEqual([false, true]);
  await expect(presentUser(deps, { viewerId: null, userId: gone.id })).rejects.toMatchObject({ code: "user.notFound" });
  const late = createFollow(deps, { actorId: gone.id, userId: locked.id });
  await expect(late).rejects.toMatchObject({ code: "auth.sessionRevoked" });

  await purgeFollows(deps, { userId: gone.id });
  await purgeFollows(deps, { userId: gone.id });
  expect(await deps.db.sql.one(countLeft, [gone.id])).toEqual({ count: 0 });
  expect(await presentUser(deps, { viewerId: null, userId: both })).toMatchObject({
    followerCount: 0,
    followingCount: 1,
  });
  expect(await presentUser(deps, { viewerId: null, userId: followed })).toMatchObject({
    followerCount: 1,
    followingCount: 0,
  });

  await deps.db.inTransaction((tx) => eraseUser(tx, { userId: both }));
  await deps.db.inTransaction((tx) => eraseUser(tx, { userId: gone.id }));
  expect(await presentUser(deps, { viewerId: null, userId: both })).toMatchObject({ id: both });
});
