// The end of all follows and requests of one person, for the deletion of their account. Promise: others' counts stay
// exact, each transaction is bounded, and a purge cut short goes on where it stopped.
import { statement, type Tx } from "@pixora/db";
import type { Deps } from "../platform/process/deps.ts";
import { lockPeople, moveManyUserCounts } from "../user/user.counter.ts";

/** People whose relations one transaction ends: it locks as many. */
const peopleAtOnce = 200;

const selectRelated = statement<{ userId: string }>(
  "follow.selectRelated",
  `select related."userId" from (
     (select followee_id as "userId" from follows where follower_id = $1 limit $2)
     union (select follower_id from follows where followee_id = $1 limit $2)
     union (select target_id from follow_requests where requester_id = $1 limit $2)
     union (select requester_id from follow_requests where target_id = $1 limit $2)
   ) related limit $2`,
);

/**
 * Ends every follow and request from and to a person who can make no new ones (deleted, so that calls are refused). No
 * fact tells of it: `user.deleted` does. The second time changes nothing.
 */
export async function purgeFollows(deps: Pick<Deps, "db">, input: { userId: string }): Promise<void> {
  const { userId } = input;
  for (;;) {
    const related = await deps.db.sql.many(selectRelated, [userId, peopleAtOnce]);
    if (related.length === 0) return;
    await deps.db.inTransaction((tx) => endRelations(tx, { userId, otherIds: related.map((row) => row.userId) }));
  }
}

const deleteFollowed = statement<{ userId: string }>(
  "follow.purgeFollowed",
  `delete from follows where follower_id = $1 and followee_id = any($2::bigint[]) returning followee_id as "userId"`,
);
const deleteFollowers = statement<{ userId: string }>(
  "follow.purgeFollowers",
  `delete from follows where followee_id = $1 and follower_id = any($2::bigint[]) returning follower_id as "userId"`,
);
const deleteRequests = statement<never>(
  "follow.purgeRequests",
  `delete from follow_requests where (requester_id = $1 and target_id = any($2::bigint[]))
                                  or (target_id = $1 and requester_id = any($2::bigint[]))`,
);

async function endRelations(tx: Tx, input: { userId: string; otherIds: readonly string[] }): Promise<void> {
  const { userId, otherIds } = input;
  await lockPeople(tx, { ids: [userId, ...otherIds] });
  const followed = await tx.many(deleteFollowed, [userId, otherIds]);
  const followers = await tx.many(deleteFollowers, [userId, otherIds]);
  await tx.run(deleteRequests, [userId, otherIds]);
  // Someone who stood on both sides moves once, by both counts.
  const lostFollower = new Set(followed.map((row) => row.userId));
  const lostFollowing = new Set(followers.map((row) => row.userId));
  await moveManyUserCounts(tx, {
    moves: [
      { userId, following: -lostFollower.size, followers: -lostFollowing.size },
      ...[...lostFollower.union(lostFollowing)].map((otherId) => ({
        userId: otherId,
        followers: -Number(lostFollower.has(otherId)),
        following: -Number(lostFollowing.has(otherId)),
      })),
    ],
  });
}
