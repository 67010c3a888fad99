// The end of deleted accounts. Promises: a job removes all that is theirs, in bounded steps, and goes on where it was cut
// off; what stays is named in docs/PRIVACY.md.
import { statement } from "@pixora/db";
import { type FactOf, forgetPerson } from "@pixora/jobs";
import { purgeBlocksOfUser } from "../block/block.purge.ts";
import { purgeBookmarksOfUser } from "../bookmark/bookmark.purge.ts";
import { purgeConversationsOfUser } from "../chat/chat.purge.ts";
import { purgeDeliveriesOfUser } from "../delivery/delivery.upkeep.ts";
import { dropWindowsNaming } from "../feed/feed.drop.ts";
import { dropWindows } from "../feed/feed.window.ts";
import { purgeFollows } from "../follow/follow.purge.ts";
import { purgeLikesOfUser } from "../like/like.purge.ts";
import { purgeLiveLogOfUser } from "../log/log.purge.ts";
import { purgeMediaOfUser } from "../media/media.delete.ts";
import { purgeMutesOfUser } from "../mute/mute.purge.ts";
import { purgeNotificationsOfUser } from "../notification/notification.purge.ts";
import { purgeIdempotencyKeysOfUser } from "../platform/call/idempotency.ts";
import { createOutboxDb, recordDone } from "../platform/outbox.ts";
import type { Deps } from "../platform/process/deps.ts";
import { lockPeople } from "../user/user.counter.ts";
import { eraseUser } from "../user/user.service.ts";
import { purgeCommentsOfUser } from "./purge.comment.ts";
import { purgePostsOfUser } from "./purge.post.ts";

/**
 * What is removed, room by room: a room that stores something of people adds its step. Each is bounded a transaction,
 * and finds nothing the second time. What hangs on the person's row alone (sessions, links, exports, preferences,
 * reports) goes with the row.
 */
const steps: readonly ((deps: Deps, input: { userId: string }) => Promise<unknown>)[] = [
  // Before their followers are forgotten.
  dropWindowsNaming,
  purgeFollows,
  purgeBlocksOfUser,
  purgeMutesOfUser,
  purgeLikesOfUser,
  purgeBookmarksOfUser,
  purgeCommentsOfUser,
  purgePostsOfUser,
  purgeConversationsOfUser,
  purgeMediaOfUser,
  purgeNotificationsOfUser,
  purgeDeliveriesOfUser,
  purgeLiveLogOfUser,
  purgeIdempotencyKeysOfUser,
  (deps, { userId }) => dropWindows(deps, { readerIds: [userId] }),
  (deps, { userId }) => forgetPerson(createOutboxDb(deps.db).query, { userId }),
];

/** Removes all that belongs to deleted accounts. The second time finds nothing. */
export async function purgeAccounts(
  deps: Deps,
  input: { facts: readonly FactOf<"auth.purgeAccounts">[] },
): Promise<void> {
  for (const fact of input.facts) {
    const { userId } = fact.payload;
    let isDone = false;
    for (let round = 1; !isDone; round += 1) {
      if (round > maxRounds) throw new Error(`the account ${userId} is still written to`);
      await purgePerson(deps, { userId });
      isDone = await eraseAccount(deps, { userId, factId: fact.id });
    }
  }
}

/** A call that was under way when the account ended may still have written; two rounds usually suffice. */
const maxRounds = 5;

async function purgePerson(deps: Deps, input: { userId: string }): Promise<void> {
  // Nobody but the deleted: a fact that lies must not cost an account.
  const where = { id: BigInt(input.userId), deletedAt: { not: null } };
  if ((await deps.db.prisma.user.findUnique({ where, select: { id: true } })) === null) return;
  for (const purge of steps) await purge(deps, input);
}

const lockDeleted = statement<{ id: string }>(
  "purge.lockDeletedUser",
  `select id from users where id = $1 and deleted_at is not null for update`,
);
const selectRemains = statement<{ hasRemains: boolean }>(
  "purge.selectRemains",
  `select exists (select from posts where author_id = $1)
       or exists (select from comments where author_id = $1)
       or exists (select from post_likes where user_id = $1)
       or exists (select from comment_likes where user_id = $1)
       or exists (select from follows where follower_id = $1 or followee_id = $1)
       or exists (select from conversation_members where user_id = $1)
       or exists (select from notifications where "actorId" = $1) as "hasRemains"`,
);

// Under the lock of the person's row nothing new can point to it; what counts at others must be gone before it goes,
// or their counts would be left behind. Answers false where something is there after all.
async function eraseAccount(deps: Deps, input: { userId: string; factId: string }): Promise<boolean> {
  const { userId, factId } = input;
  return deps.db.inTransaction(async (tx) => {
    await lockPeople(tx, { ids: [userId] });
    const isThere = (await tx.maybe(lockDeleted, [userId])) !== null;
    if (isThere) {
      if ((await tx.one(selectRemains, [userId])).hasRemains) return false;
      await eraseUser(tx, { userId });
    }
    recordDone(tx, { job: "auth.purgeAccounts", factIds: [factId] });
    return true;
  });
}
