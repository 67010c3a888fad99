// How people stand to each other, for tests. A follow is made as if it had always been; blocks, mutes and requests by the
// rooms themselves, whose facts then wait in the outbox.
import { statement } from "@pixora/db";
import { createBlock } from "../block/block.service.ts";
import { createFollow, deleteFollow } from "../follow/follow.service.ts";
import { createMute } from "../mute/mute.service.ts";
import type { Deps } from "../platform/process/deps.ts";

const insertFollow = statement<never>(
  "testing.insertFollow",
  `with follow as (
     insert into follows (follower_id, followee_id) values ($1, $2) on conflict do nothing returning 1
   )
   update user_counts set
     following_count = following_count + (user_id = $1)::int,
     follower_count = follower_count + (user_id = $2)::int,
     rev = rev + 1
   where user_id in ($1, $2) and exists (select from follow)`,
);

/** Makes one person follow another, as if it had always been so: no fact is stored. */
export async function follow(deps: Deps, input: { followerId: string; followeeId: string }): Promise<void> {
  await deps.db.sql.run(insertFollow, [input.followerId, input.followeeId]);
}

/** Ends a follow, or withdraws the request for one. */
export async function unfollow(deps: Deps, input: { followerId: string; followeeId: string }): Promise<void> {
  await deleteFollow(deps, { actorId: input.followerId, userId: input.followeeId });
}

/** Asks to follow a private account. */
export async function askToFollow(deps: Deps, input: { requesterId: string; targetId: string }): Promise<void> {
  await createFollow(deps, { actorId: input.requesterId, userId: input.targetId });
}

/** Blocks: follows and requests between the two end with it. */
export async function block(deps: Deps, input: { blockerId: string; blockedId: string }): Promise<void> {
  await createBlock(deps, { actorId: input.blockerId, userId: input.blockedId });
}

export async function mute(deps: Deps, input: { muterId: string; mutedId: string }): Promise<void> {
  await createMute(deps, { actorId: input.muterId, userId: input.mutedId });
}
