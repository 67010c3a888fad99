// Takes notifications away whose subject, or the relation of two people, is gone: in any state, read or not.
// Promises: counts and logs follow in the same transaction; the second time finds nothing.
import { type Statement, statement, type Tx } from "@pixora/db";
import type { FactOf } from "@pixora/jobs";
import { type LivePosition, lockLiveHeads } from "../log/log.head.ts";
import { hintPeople } from "../log/log.hint.ts";
import { recordDone } from "../platform/outbox.ts";
import type { Deps } from "../platform/process/deps.ts";
import { isUnblocked } from "../visibility/user.visibility.ts";
import { type RemovedRow, tellRemoved } from "./notification.write.ts";

type RemoveDeps = Pick<Deps, "db" | "pubsub">;

const receiversOfComments: Statement<{ receiverId: string }> = statement(
  "notification.selectReceiversOfComments",
  `select distinct "receiverId" from notifications where "commentId" = any ($1::bigint[])`,
);

const removeOfCommentsStatement: Statement<RemovedRow> = statement(
  "notification.removeOfComments",
  `delete from notifications where "commentId" = any ($1::bigint[]) returning id, "receiverId", read, seen, "isHidden"`,
);

/**
 * Takes away all that speaks of comments that are gone; nobody can be told of them any more. `alsoLock` are people
 * whose heads the transaction will need too: all heads are locked at once, in one order.
 */
export async function removeOfComments(
  tx: Tx,
  input: { commentIds: readonly string[]; alsoLock: readonly string[] },
): Promise<LivePosition[]> {
  if (input.commentIds.length === 0) return [];
  const receivers = await tx.many(receiversOfComments, [input.commentIds]);
  if (receivers.length === 0) return [];
  await lockLiveHeads(tx, { userIds: [...receivers.map((row) => row.receiverId), ...input.alsoLock] });
  return tellRemoved(tx, await tx.many(removeOfCommentsStatement, [input.commentIds]));
}

/** Notifications that one transaction takes away: a post liked by thousands holds nobody's lock for long. */
const removeBatch = 2_000;

const someOfPosts: Statement<{ id: string; receiverId: string }> = statement(
  "notification.selectSomeOfPosts",
  `select id, "receiverId" from notifications where "postId" = any ($1::bigint[]) limit $2`,
);

const removeByIds: Statement<RemovedRow> = statement(
  "notification.removeByIds",
  `delete from notifications where id = any ($1::bigint[]) returning id, "receiverId", read, seen, "isHidden"`,
);

/** Takes away all that speaks of deleted posts and of what hung on them. The second time changes nothing. */
export async function removeNotificationsOfPosts(
  deps: RemoveDeps,
  input: { facts: readonly FactOf<"notification.removeOfPosts">[] },
): Promise<void> {
  const { facts } = input;
  const postIds = facts.map((fact) => fact.payload.postId);
  for (let found = removeBatch; found === removeBatch; ) {
    const positions = await deps.db.inTransaction(async (tx) => {
      const some = await tx.many(someOfPosts, [postIds, removeBatch]);
      found = some.length;
      const moved = await removeRows(tx, some);
      if (found < removeBatch) {
        recordDone(tx, { job: "notification.removeOfPosts", factIds: facts.map((fact) => fact.id) });
      }
      return moved;
    });
    hintPeople(deps, { positions });
  }
}

async function removeRows(tx: Tx, rows: readonly { id: string; receiverId: string }[]): Promise<LivePosition[]> {
  if (rows.length === 0) return [];
  await lockLiveHeads(tx, { userIds: rows.map((row) => row.receiverId) });
  return tellRemoved(tx, await tx.many(removeByIds, [rows.map((row) => row.id)]));
}

const removeOfPairs: Statement<RemovedRow> = statement(
  "notification.removeOfPairs",
  `delete from notifications n using unnest($1::bigint[], $2::bigint[]) as pair (receiver_id, actor_id)
   where n."receiverId" = pair.receiver_id and n."actorId" = pair.actor_id
     and not ${isUnblocked("pair.receiver_id", "pair.actor_id")}
   returning n.id, n."receiverId", n.read, n.seen, n."isHidden"`,
);

/** Takes away what two people were told of each other, once one has blocked the other. The second time changes nothing. */
export async function removeNotificationsOfBlocks(
  deps: RemoveDeps,
  input: { facts: readonly FactOf<"notification.removeOfBlocks">[] },
): Promise<void> {
  const { facts } = input;
  const positions = await deps.db.inTransaction(async (tx) => {
    // Both directions of each pair.
    const ones = facts.flatMap(({ payload }) => [payload.actorId, payload.targetId]);
    const others = facts.flatMap(({ payload }) => [payload.targetId, payload.actorId]);
    await lockLiveHeads(tx, { userIds: ones });
    const removed = await tx.many(removeOfPairs, [ones, others]);
    recordDone(tx, { job: "notification.removeOfBlocks", factIds: facts.map((fact) => fact.id) });
    return tellRemoved(tx, removed);
  });
  hintPeople(deps, { positions });
}

/** How long a notification is kept. */
const keptDays = 180;

// Ids are ordered by time, so the oldest are found by the primary key.
const someOldOnes: Statement<{ id: string; receiverId: string }> = statement(
  "notification.selectSomeOldOnes",
  `select id, "receiverId" from notifications
   where id < id_at(clock_timestamp() - make_interval(days => ${keptDays})) order by id limit $1`,
);

/** Takes away notifications that are half a year old. Scheduled; the second time finds none. */
export async function removeOldNotifications(deps: RemoveDeps): Promise<void> {
  for (let found = removeBatch; found === removeBatch; ) {
    const positions = await deps.db.inTransaction(async (tx) => {
      const some = await tx.many(someOldOnes, [removeBatch]);
      found = some.length;
      return removeRows(tx, some);
    });
    hintPeople(deps, { positions });
  }
}
