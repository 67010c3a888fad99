// The edges of the follow graph: making and ending one, with its counts and its fact. The only SQL that writes `follows`
// and `follow_requests`. Promise: counts move by what was really written. The caller holds the locks of all concerned
// (lockPair, lockPeople). In facts, actorId is the one who follows or asks; in follow.accepted, the one who accepts.
import { statement, type Tx } from "@pixora/db";
import { insertFacts } from "../platform/outbox.ts";
import { moveManyUserCounts } from "../user/user.counter.ts";

interface Edge {
  followerId: string;
  followeeId: string;
}

interface RequestEdge {
  requesterId: string;
  targetId: string;
}

const insertFollowStatement = statement<never>(
  "follow.insertFollow",
  `insert into follows (follower_id, followee_id) values ($1, $2) on conflict do nothing`,
);

/** Makes a follow; answers whether it is new. The second time changes nothing. */
export async function insertFollow(tx: Tx, { followerId, followeeId }: Edge): Promise<boolean> {
  if ((await tx.run(insertFollowStatement, [followerId, followeeId])) === 0) return false;
  await moveFollowCounts(tx, { followerId, followeeId, by: 1 });
  await insertFacts(tx, {
    facts: [{ fact: "follow.created", payload: { actorId: followerId, targetId: followeeId } }],
  });
  return true;
}

const deleteFollowStatement = statement<never>(
  "follow.deleteFollow",
  `delete from follows where follower_id = $1 and followee_id = $2`,
);

/** Ends a follow, whoever wants it ended; answers whether there was one. The second time changes nothing. */
export async function removeFollow(tx: Tx, { followerId, followeeId }: Edge): Promise<boolean> {
  if ((await tx.run(deleteFollowStatement, [followerId, followeeId])) === 0) return false;
  await moveFollowCounts(tx, { followerId, followeeId, by: -1 });
  await insertFacts(tx, {
    facts: [{ fact: "follow.deleted", payload: { actorId: followerId, targetId: followeeId } }],
  });
  return true;
}

async function moveFollowCounts(tx: Tx, { followerId, followeeId, by }: Edge & { by: 1 | -1 }): Promise<void> {
  await moveManyUserCounts(tx, {
    moves: [
      { userId: followerId, following: by },
      { userId: followeeId, followers: by },
    ],
  });
}

const insertRequestStatement = statement<never>(
  "follow.insertRequest",
  `insert into follow_requests (requester_id, target_id) values ($1, $2) on conflict do nothing`,
);

/** Asks to follow; answers whether the request is new. The second time changes nothing. */
export async function insertRequest(tx: Tx, { requesterId, targetId }: RequestEdge): Promise<boolean> {
  if ((await tx.run(insertRequestStatement, [requesterId, targetId])) === 0) return false;
  await insertFacts(tx, { facts: [{ fact: "follow.requested", payload: { actorId: requesterId, targetId } }] });
  return true;
}

const deleteRequestStatement = statement<never>(
  "follow.deleteRequest",
  `delete from follow_requests where requester_id = $1 and target_id = $2`,
);

/** Ends a request, withdrawn or rejected; answers whether there was one. The second time changes nothing. */
export async function removeRequest(tx: Tx, { requesterId, targetId }: RequestEdge): Promise<boolean> {
  if ((await tx.run(deleteRequestStatement, [requesterId, targetId])) === 0) return false;
  await insertFacts(tx, { facts: [{ fact: "follow.requestDeleted", payload: { actorId: requesterId, targetId } }] });
  return true;
}

const acceptRequestsStatement = statement<{ requesterId: string }>(
  "follow.acceptRequests",
  `with accepted as (
     delete from follow_requests where target_id = $1 and requester_id = any($2::bigint[]) returning requester_id
   )
   insert into follows (follower_id, followee_id) select requester_id, $1 from accepted
   on conflict do nothing returning follower_id as "requesterId"`,
);

/** Turns those of these requests that still stand into follows; answers how many. The second time changes nothing. */
export async function acceptRequests(
  tx: Tx,
  input: { targetId: string; requesterIds: readonly string[] },
): Promise<number> {
  const { targetId, requesterIds } = input;
  if (requesterIds.length === 0) return 0;
  const accepted = await tx.many(acceptRequestsStatement, [targetId, requesterIds]);
  if (accepted.length === 0) return 0;
  await moveManyUserCounts(tx, {
    moves: [
      { userId: targetId, followers: accepted.length },
      ...accepted.map(({ requesterId }) => ({ userId: requesterId, following: 1 })),
    ],
  });
  await insertFacts(tx, {
    facts: accepted.map(({ requesterId }) => ({
      fact: "follow.accepted",
      payload: { actorId: targetId, targetId: requesterId },
    })),
  });
  return accepted.length;
}

/** Ends follows and requests of two people in both directions, as a block does. The second time changes nothing. */
export async function removeFollowsBetween(tx: Tx, input: { userIds: readonly [string, string] }): Promise<void> {
  const [one, other] = input.userIds;
  await removeFollow(tx, { followerId: one, followeeId: other });
  await removeFollow(tx, { followerId: other, followeeId: one });
  await removeRequest(tx, { requesterId: one, targetId: other });
  await removeRequest(tx, { requesterId: other, targetId: one });
}

const selectRequesters = statement<{ requesterId: string }>(
  "follow.selectRequesters",
  `select requester_id as "requesterId" from follow_requests where target_id = $1 order by id limit $2`,
);

/** Who waits longest for an answer; at most `limit` people. */
export async function listRequesterIds(
  sql: Pick<Tx, "many">,
  input: { targetId: string; limit: number },
): Promise<string[]> {
  const rows = await sql.many(selectRequesters, [input.targetId, input.limit]);
  return rows.map((row) => row.requesterId);
}
