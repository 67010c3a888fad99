// Who follows whom: the rules. Promise: each call sets a state and answers the other person as the actor now sees them;
// a repeat changes nothing and answers the same.
import { statement, type Tx } from "@pixora/db";
import { dropWindows } from "../feed/feed.window.ts";
import { AppError } from "../platform/call/errors.ts";
import { commitFacts } from "../platform/outbox.ts";
import type { Deps } from "../platform/process/deps.ts";
import { lockVisiblePair } from "../user/user.access.ts";
import { rememberDismissal } from "../user/user.dismissal.ts";
import type { UserView } from "../user/user.schema.ts";
import { presentUser } from "../user/user.view.ts";
import { acceptRequests, insertFollow, insertRequest, removeFollow, removeRequest } from "./follow.edge.ts";

/** How many accounts one person may follow, pending requests included, so that accepting one never exceeds it. */
export const maxFollows = 7_500;

interface FollowPair {
  actorId: string;
  userId: string;
}

/**
 * The actor follows a person, or asks to where the account is private. Throws input.invalid for oneself,
 * user.notFound, block.active for whom the actor has blocked, and limit.exceeded at 7,500 follows and requests.
 * The second time changes nothing.
 */
export async function createFollow(deps: Deps, { actorId, userId }: FollowPair): Promise<UserView> {
  await commitFacts(deps, async (tx) => {
    const pair = await lockVisiblePair(tx, { actorId, userId });
    if (pair.isBlocking) throw new AppError("block.active");
    if (pair.follow !== "none") return;
    await refuseTooManyFollows(tx, { actorId });
    if (pair.isPrivate) await insertRequest(tx, { requesterId: actorId, targetId: userId });
    else await insertFollow(tx, { followerId: actorId, followeeId: userId });
  });
  await dropWindows(deps, { readerIds: [actorId] });
  return presentUser(deps, { viewerId: actorId, userId });
}

const countFollowsStatement = statement<{ count: number }>(
  "follow.countFollows",
  `select (following_count + (select count(*) from follow_requests where requester_id = $1))::int as count
   from user_counts where user_id = $1`,
);

async function refuseTooManyFollows(tx: Tx, { actorId }: { actorId: string }): Promise<void> {
  const { count } = await tx.one(countFollowsStatement, [actorId]);
  if (count >= maxFollows) throw new AppError("limit.exceeded");
}

/** The actor stops following, or withdraws the request. Throws input.invalid, user.notFound. */
export async function deleteFollow(deps: Deps, { actorId, userId }: FollowPair): Promise<UserView> {
  await commitFacts(deps, async (tx) => {
    await lockVisiblePair(tx, { actorId, userId });
    const wasFollowing = await removeFollow(tx, { followerId: actorId, followeeId: userId });
    const hadAsked = await removeRequest(tx, { requesterId: actorId, targetId: userId });
    // Whoever was followed once need not be proposed.
    if (wasFollowing || hadAsked) await rememberDismissal(tx, { userId: actorId, dismissedId: userId });
  });
  await dropWindows(deps, { readerIds: [actorId] });
  return presentUser(deps, { viewerId: actorId, userId });
}

/**
 * The actor lets a person follow who asked to. Throws input.invalid, user.notFound, and follow.notFound where that
 * person neither asks nor follows. The second time changes nothing.
 */
export async function acceptRequest(deps: Deps, { actorId, userId }: FollowPair): Promise<UserView> {
  await commitFacts(deps, async (tx) => {
    const pair = await lockVisiblePair(tx, { actorId, userId });
    if (pair.followedBy === "none") throw new AppError("follow.notFound");
    await acceptRequests(tx, { targetId: actorId, requesterIds: [userId] });
  });
  await dropWindows(deps, { readerIds: [userId] });
  return presentUser(deps, { viewerId: actorId, userId });
}

/** The actor turns a request down; the other may ask again. Throws input.invalid, user.notFound. */
export async function rejectRequest(deps: Deps, { actorId, userId }: FollowPair): Promise<UserView> {
  await commitFacts(deps, async (tx) => {
    await lockVisiblePair(tx, { actorId, userId });
    await removeRequest(tx, { requesterId: userId, targetId: actorId });
  });
  return presentUser(deps, { viewerId: actorId, userId });
}

/** The actor ends another's follow of them. Throws input.invalid, user.notFound. The second time changes nothing. */
export async function removeFollower(deps: Deps, { actorId, userId }: FollowPair): Promise<UserView> {
  await commitFacts(deps, async (tx) => {
    await lockVisiblePair(tx, { actorId, userId });
    await removeFollow(tx, { followerId: userId, followeeId: actorId });
  });
  await dropWindows(deps, { readerIds: [userId] });
  return presentUser(deps, { viewerId: actorId, userId });
}
