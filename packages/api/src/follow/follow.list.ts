// The lists of the follow graph, newest first: followers, whom one follows, requests that wait for an answer.

import type { Page, PageRequest } from "../platform/call/wire.ts";
import type { Deps } from "../platform/process/deps.ts";
import { requirePostsAccess } from "../user/user.access.ts";
import { listPeople, peopleList } from "../user/user.list.ts";
import type { UserCard } from "../user/user.schema.ts";

const followers = peopleList({
  name: "follow.followers",
  select: "follow.listFollowers",
  table: "follows",
  owner: "followee_id",
  other: "follower_id",
});
const following = peopleList({
  name: "follow.following",
  select: "follow.listFollowing",
  table: "follows",
  owner: "follower_id",
  other: "followee_id",
});
const requests = peopleList({
  name: "follow.requests",
  select: "follow.listRequests",
  table: "follow_requests",
  owner: "target_id",
  other: "requester_id",
});

type ListInput = PageRequest & { viewerId: string; userId: string };

/** Who follows a person. Throws user.notFound, block.active, user.private, cursor.invalid. */
export async function listFollowers(deps: Pick<Deps, "db" | "storage">, input: ListInput): Promise<Page<UserCard>> {
  await requirePostsAccess(deps.db.sql, input);
  return listPeople(deps, { ...input, list: followers, ownerId: input.userId });
}

/** Whom a person follows. Throws user.notFound, block.active, user.private, cursor.invalid. */
export async function listFollowing(deps: Pick<Deps, "db" | "storage">, input: ListInput): Promise<Page<UserCard>> {
  await requirePostsAccess(deps.db.sql, input);
  return listPeople(deps, { ...input, list: following, ownerId: input.userId });
}

/** Who asks to follow the viewer. Throws cursor.invalid. */
export async function listRequests(
  deps: Pick<Deps, "db" | "storage">,
  input: PageRequest & { viewerId: string },
): Promise<Page<UserCard>> {
  return listPeople(deps, { ...input, list: requests, ownerId: input.viewerId });
}
