// Two people pull at the same relation at once: the end must be a possible state, counts must equal rows, and callers
// meet only errors that have a reason. PIXORA_RACE_ROUNDS=200 is the long form.
import { statement } from "@pixora/db";
import { afterAll, beforeAll, expect, test } from "vitest";
import { updateUser } from "../account/account.profile.ts";
import { createBlock, deleteBlock } from "../block/block.service.ts";
import { AppError } from "../platform/call/errors.ts";
import { createPerson, openTestDeps, type TestDeps } from "../testing/index.ts";
import { acceptRequest, createFollow, deleteFollow, rejectRequest, removeFollower } from "./follow.service.ts";

const pairCount = 50;
const rounds = Number(process.env.PIXORA_RACE_ROUNDS ?? 8);

let deps: TestDeps;
beforeAll(async () => {
  deps = await openTestDeps({ env: { DATABASE_POOL_SIZE: "20" } });
});
afterAll(() => deps.close());

const relationCalls = [
  createFollow,
  createFollow,
  deleteFollow,
  createBlock,
  deleteBlock,
  acceptRequest,
  acceptRequest,
  rejectRequest,
  removeFollower,
];

/** The reasons for which a rival call may be refused. */
const expectedCodes = new Set(["user.notFound", "follow.notFound", "block.active"]);

const selectImpossible = statement<{ what: string; count: number }>(
  "test.impossible",
  `select what, count(*)::int as count from (
     select 'follow despite a block' as what from follows f
       join blocks b on (b.blocker_id, b.blocked_id) in ((f.follower_id, f.followee_id), (f.followee_id, f.follower_id))
     union all
     select 'request despite a block' from follow_requests r
       join blocks b on (b.blocker_id, b.blocked_id) in ((r.requester_id, r.target_id), (r.target_id, r.requester_id))
     union all
     select 'request beside a follow' from follow_requests r
       join follows f on f.follower_id = r.requester_id and f.followee_id = r.target_id
     union all
     select 'request to a public account' from follow_requests r
       join users u on u.id = r.target_id where not u.is_private
     union all
     select 'wrong count' from user_counts c
     where c.follower_count <> (select count(*) from follows f where f.followee_id = c.user_id)
        or c.following_count <> (select count(*) from follows f where f.follower_id = c.user_id)
   ) state group by what`,
);

function pick<Item>(items: readonly Item[]): Item {
  const item = items[Math.floor(Math.random() * items.length)];
  if (item === undefined) throw new Error("nothing to pick from");
  return item;
}

async function makePairs(): Promise<[string, string][]> {
  const pairs: [string, string][] = [];
  for (let index = 0; index < pairCount; index += 1) {
    const one = await createPerson(deps, { isPrivate: index % 2 === 0 });
    const other = await createPerson(deps, { isPrivate: index % 3 === 0 });
    pairs.push([one.id, other.id]);
  }
  return pairs;
}

function callsOf([one, other]: [string, string]): Promise<unknown>[] {
  return [
    pick(relationCalls)(deps, { actorId: one, userId: other }),
    pick(relationCalls)(deps, { actorId: other, userId: one }),
    ...(Math.random() < 0.2 ? [updateUser(deps, { actorId: other, isPrivate: Math.random() < 0.5 })] : []),
  ];
}

test(
  "50 conflicting pairs end in possible states, with right counts and no unexpected error",
  async () => {
    const pairs = await makePairs();
    const unexpected: unknown[] = [];
    let [calls, refused] = [0, 0];
    for (let round = 0; round < rounds; round += 1) {
      const results = await Promise.allSettled(pairs.flatMap(callsOf));
      calls += results.length;
      for (const result of results) {
        if (result.status === "fulfilled") continue;
        const { reason } = result;
        refused += 1;
        if (!(reason instanceof AppError && expectedCodes.has(reason.code))) unexpected.push(reason);
      }
    }
    expect(unexpected).toEqual([]);
    expect(await deps.db.sql.many(selectImpossible)).toEqual([]);
    console.log(`races: ${pairCount} pairs, ${rounds} rounds, ${calls} calls, ${refused} refused with a reason`);
  },
  30_000 + rounds * 3_000,
);

test("everybody pulling at one person at once ends just as well", async () => {
  const star = await createPerson(deps, { isPrivate: true });
  const fans = await Promise.all(Array.from({ length: 30 }, () => createPerson(deps)));
  const calls = [createFollow, deleteFollow, createBlock, deleteBlock];
  const results = await Promise.allSettled([
    ...fans.flatMap((fan) => calls.map((call) => call(deps, { actorId: fan.id, userId: star.id }))),
    ...fans.map((fan) => acceptRequest(deps, { actorId: star.id, userId: fan.id })),
    updateUser(deps, { actorId: star.id, isPrivate: false }),
    ...fans.slice(0, 10).map((fan) => createBlock(deps, { actorId: star.id, userId: fan.id })),
  ]);
  const codes = results.flatMap((result) => (result.status === "rejected" ? [result.reason.code] : []));
  expect(codes.filter((code) => !expectedCodes.has(code))).toEqual([]);
  expect(await deps.db.sql.many(selectImpossible)).toEqual([]);
});
