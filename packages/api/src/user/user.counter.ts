// The counters of people, and the lock of whatever relates two of them. Other rooms move counts through here only.
// Promise: every move raises the person's `rev`, so that caches keep the newest.
import { statement, type Tx } from "@pixora/db";

const lockPeopleStatement = statement<{ userId: string }>(
  "user.lockPeople",
  `select user_id as "userId" from user_counts
   where user_id = any($1::bigint[]) order by user_id for no key update`,
);

/**
 * Locks people's counter rows, in id order, until the transaction ends: the first statement of whatever relates two
 * people. Check and write in later statements, whose snapshot is newer than the lock. People who do not exist are
 * passed over.
 */
export async function lockPeople(tx: Tx, input: { ids: readonly string[] }): Promise<void> {
  await tx.many(lockPeopleStatement, [input.ids]);
}

/** By how much a person's counts move; absent is 0. */
export interface UserCountMove {
  userId: string;
  posts?: number;
  followers?: number;
  following?: number;
}

const moveStatement = statement<never>(
  "user.moveCounts",
  `update user_counts c set
     post_count = c.post_count + m.posts,
     follower_count = c.follower_count + m.followers,
     following_count = c.following_count + m.following,
     rev = c.rev + 1
   from unnest($1::bigint[], $2::int[], $3::int[], $4::int[]) as m (user_id, posts, followers, following)
   where c.user_id = m.user_id`,
);

/** Moves one person's counts and raises their `rev` (also where nothing else moves: their profile was edited). */
export async function moveUserCounts(tx: Tx, input: UserCountMove): Promise<void> {
  await moveManyUserCounts(tx, { moves: [input] });
}

/**
 * Moves the counts of several people in one statement; each person stands in `moves` once. Where more than one is
 * moved, the caller holds their locks (`lockPeople`), or two such statements could wait for each other.
 */
export async function moveManyUserCounts(tx: Tx, input: { moves: readonly UserCountMove[] }): Promise<void> {
  const { moves } = input;
  if (moves.length === 0) return;
  await tx.run(moveStatement, [
    moves.map((move) => move.userId),
    moves.map((move) => move.posts ?? 0),
    moves.map((move) => move.followers ?? 0),
    moves.map((move) => move.following ?? 0),
  ]);
}
