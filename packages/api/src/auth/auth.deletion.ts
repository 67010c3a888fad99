// The end of an account. Promises: from the call on, nobody sees the person and no session works; a job then removes
// all that is theirs, in bounded steps, and goes on where it was cut off; what stays is named in docs/PRIVACY.md.
import { statement, type Tx } from "@pixora/db";
import { type FactOf, forgetPerson } from "@pixora/jobs";
import { purgeBlocksOfUser } from "../block/block.purge.ts";
import { purgeBookmarksOfUser } from "../bookmark/bookmark.purge.ts";
import { purgeCommentsOfUser } from "../comment/comment.purge.ts";
import { dropWindowsNaming } from "../feed/feed.drop.ts";
import { dropWindows } from "../feed/feed.window.ts";
import { purgeFollows } from "../follow/follow.purge.ts";
import { purgeLikesOfUser } from "../like/like.purge.ts";
import { purgeLiveLogOfUser } from "../log/log.purge.ts";
import { purgeMediaOfUser } from "../media/media.delete.ts";
import { purgeMutesOfUser } from "../mute/mute.purge.ts";
import { purgeNotificationsOfUser } from "../notification/notification.purge.ts";
import { purgeDeliveriesOfUser } from "../notification/notification.upkeep.ts";
import type { Deps } from "../platform/deps.ts";
import { purgeIdempotencyKeysOfUser } from "../platform/idempotency.ts";
import { commitFacts, createOutboxDb, recordDone } from "../platform/outbox.ts";
import { ok } from "../platform/wire.ts";
import { purgePostsOfUser } from "../post/post.purge.ts";
import { announceEnded, endSessions } from "../session/session.service.ts";
import { lockPeople } from "../user/user.counter.ts";
import { deletedHandleLifeMs, hashHandle, reserveHandle } from "../user/user.hold.ts";
import { eraseUser, markDeleted } from "../user/user.service.ts";
import { requirePassword } from "./auth.credential.ts";

/**
 * Deletes the actor's account, at once for everybody's eyes; the handle stays reserved for 30 days, the address is free.
 * Throws auth.wrongCredentials unless the password is right. There is no second time: every session has ended.
 */
export async function deleteAccount(deps: Deps, input: { actorId: string; password: string }): Promise<typeof ok> {
  const { actorId, password } = input;
  await requirePassword(deps, { userId: actorId, password });
  const ended = await commitFacts(deps, async (tx) => {
    await markDeleted(tx, { userId: actorId });
    await forgetCredentials(deps, { tx, userId: actorId });
    return endSessions(tx, { userId: actorId, exceptId: null, now: deps.clock.now() });
  });
  announceEnded(deps, ended);
  return ok;
}

const selectHandle = statement<{ handle: string }>("auth.handleOf", `select handle from users where id = $1`);

// Sign-ups that wait for the same address go too, with their links: the address is in them.
const deleteCredentials = statement<never>(
  "auth.deleteCredentials",
  `with gone as (
     delete from credentials where user_id = $1 returning email
   ), waiting as (
     delete from sign_ups where email in (select email from gone)
   )
   delete from auth_tokens where user_id = $1 or (email in (select email from gone) and sign_up_id is null)`,
);

async function forgetCredentials(deps: Deps, input: { tx: Tx; userId: string }): Promise<void> {
  const { tx, userId } = input;
  const { handle } = await tx.one(selectHandle, [userId]);
  const expiresAt = new Date(deps.clock.now().getTime() + deletedHandleLifeMs);
  await reserveHandle(tx, { hashes: hashHandle(deps, handle), expiresAt });
  await tx.run(deleteCredentials, [userId]);
}

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

const selectDeleted = statement<{ id: string }>(
  "auth.selectDeletedUser",
  `select id from users where id = $1 and deleted_at is not null`,
);

async function purgePerson(deps: Deps, input: { userId: string }): Promise<void> {
  // Nobody but the deleted: a fact that lies must not cost an account.
  if ((await deps.db.sql.maybe(selectDeleted, [input.userId])) === null) return;
  for (const purge of steps) await purge(deps, input);
}

const lockDeleted = statement<{ id: string }>(
  "auth.lockDeletedUser",
  `select id from users where id = $1 and deleted_at is not null for update`,
);
const selectRemains = statement<{ hasRemains: boolean }>(
  "auth.selectRemains",
  `select exists (select from posts where author_id = $1)
       or exists (select from comments where author_id = $1)
       or exists (select from post_likes where user_id = $1)
       or exists (select from comment_likes where user_id = $1)
       or exists (select from follows where follower_id = $1 or followee_id = $1)
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
