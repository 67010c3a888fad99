// How one person stands to another, and the refusals that follow from it: one place, so that every room refuses alike.
import { type Sql, statement, type Tx } from "@pixora/db";
import { AppError } from "../platform/call/errors.ts";
import { invalidInput } from "../platform/call/failure.ts";
import {
  followState,
  isBlocking,
  profileIsVisible,
  userIsLive,
  userPostsAreVisible,
} from "../visibility/user.visibility.ts";
import { lockPeople } from "./user.counter.ts";
import type { FollowState } from "./user.schema.ts";

const viewer = "$1::bigint";
const scope = { user: "u", viewer };

const selectPostsAccess = statement<{ isVisible: boolean; isBlocking: boolean; canSeePosts: boolean }>(
  "user.selectPostsAccess",
  `select ${profileIsVisible(scope)} as "isVisible", ${isBlocking(viewer, "u.id")} as "isBlocking",
     coalesce(${userPostsAreVisible(scope)}, false) as "canSeePosts"
   from users u where u.id = $2`,
);

/**
 * Passes where the viewer (null = a stranger) may list a person's posts and follows. Throws user.notFound where they
 * may not see the profile, block.active for the blocker, user.private for who does not follow a private account.
 */
export async function requirePostsAccess(sql: Sql, input: { viewerId: string | null; userId: string }): Promise<void> {
  const access = await sql.maybe(selectPostsAccess, [input.viewerId, input.userId]);
  if (access === null || !access.isVisible) throw new AppError("user.notFound");
  if (access.canSeePosts) return;
  throw new AppError(access.isBlocking ? "block.active" : "user.private");
}

/** How the actor stands to another person, read under the lock of both. */
export interface Pair {
  /** The actor may see the other's profile. */
  isVisible: boolean;
  /** The actor has blocked the other. */
  isBlocking: boolean;
  /** The other's account is private. */
  isPrivate: boolean;
  /** The actor's follow of the other. */
  follow: FollowState;
  followedBy: FollowState;
}

const selectPair = statement<Pair & { isActorLive: boolean }>(
  "user.selectPair",
  `select ${profileIsVisible(scope)} as "isVisible", ${isBlocking(viewer, "u.id")} as "isBlocking",
     u.is_private as "isPrivate", ${followState(viewer, "u.id")} as follow,
     ${followState("u.id", viewer)} as "followedBy",
     exists (select from users me where me.id = ${viewer} and ${userIsLive("me")}) as "isActorLive"
   from users u where u.id = $2 and ${userIsLive("u")}`,
);

/**
 * Locks both people until the transaction ends, then answers how they stand. Throws input.invalid for oneself,
 * user.notFound where the other does not exist, is deleted or suspended (blocks are the caller's question), and
 * auth.sessionRevoked where the actor's own account ended while the call was on its way.
 */
export async function lockPair(tx: Tx, input: { actorId: string; userId: string }): Promise<Pair> {
  if (input.actorId === input.userId) throw invalidInput({ userId: ["This is yourself"] });
  await lockPeople(tx, { ids: [input.actorId, input.userId] });
  const pair = await tx.maybe(selectPair, [input.actorId, input.userId]);
  if (pair === null) throw new AppError("user.notFound");
  if (!pair.isActorLive) throw new AppError("auth.sessionRevoked");
  return pair;
}

/** As `lockPair`, and throws user.notFound too where the other has blocked the actor and not the other way round. */
export async function lockVisiblePair(tx: Tx, input: { actorId: string; userId: string }): Promise<Pair> {
  const pair = await lockPair(tx, input);
  if (!pair.isVisible) throw new AppError("user.notFound");
  return pair;
}
