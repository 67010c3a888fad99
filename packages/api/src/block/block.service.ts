// Blocks: they cut both ways, and end follows and requests between the two. Promise: each call sets a state and answers
// the other person as the actor sees them; a repeat changes nothing. The only SQL that writes `blocks`.
import { statement } from "@pixora/db";
import { foldShared } from "../chat/chat.fold.ts";
import { dropWindows } from "../feed/feed.window.ts";
import { removeFollowsBetween } from "../follow/follow.edge.ts";
import type { LivePosition } from "../log/log.head.ts";
import { hintPeople } from "../log/log.hint.ts";
import { AppError } from "../platform/call/errors.ts";
import type { Page, PageRequest } from "../platform/call/wire.ts";
import { commitFacts, insertFacts } from "../platform/outbox.ts";
import type { Deps } from "../platform/process/deps.ts";
import { lockPair, lockVisiblePair } from "../user/user.access.ts";
import { listPeople, peopleList } from "../user/user.list.ts";
import type { UserCard, UserView } from "../user/user.schema.ts";
import { findUserView, presentUser } from "../user/user.view.ts";

interface BlockPair {
  actorId: string;
  userId: string;
}

const insertBlockStatement = statement<never>(
  "block.insertBlock",
  `insert into blocks (blocker_id, blocked_id) values ($1, $2) on conflict do nothing`,
);

/**
 * The actor blocks a person, also one who blocks them: then each sees the other's profile, as blocker. Throws
 * input.invalid for oneself, user.notFound. The second time changes nothing.
 */
export async function createBlock(deps: Deps, { actorId, userId }: BlockPair): Promise<UserView> {
  let positions: LivePosition[] = [];
  await commitFacts(deps, async (tx) => {
    positions = [];
    await lockPair(tx, { actorId, userId });
    if ((await tx.run(insertBlockStatement, [actorId, userId])) === 0) return;
    await removeFollowsBetween(tx, { userIds: [actorId, userId] });
    await insertFacts(tx, { facts: [{ fact: "block.created", payload: { actorId, targetId: userId } }] });
    positions = await foldShared(tx, { userIds: [actorId, userId] });
  });
  hintPeople(deps, { positions });
  await dropWindows(deps, { readerIds: [actorId, userId] });
  return presentUser(deps, { viewerId: actorId, userId });
}

const deleteBlockStatement = statement<never>(
  "block.deleteBlock",
  `delete from blocks where blocker_id = $1 and blocked_id = $2`,
);

/**
 * The actor unblocks a person; follows do not come back. Where that person blocks the actor too, the answer is the
 * profile as the blocker saw it last, and from then on it is not found. Throws input.invalid, user.notFound.
 * The second time changes nothing.
 */
export async function deleteBlock(deps: Deps, { actorId, userId }: BlockPair): Promise<UserView> {
  let positions: LivePosition[] = [];
  const lastSeen = await commitFacts(deps, async (tx) => {
    positions = [];
    await lockVisiblePair(tx, { actorId, userId });
    const view = await findUserView({ storage: deps.storage, db: { sql: tx } }, { viewerId: actorId, userId });
    if ((await tx.run(deleteBlockStatement, [actorId, userId])) === 1) {
      await insertFacts(tx, { facts: [{ fact: "block.deleted", payload: { actorId, targetId: userId } }] });
      positions = await foldShared(tx, { userIds: [actorId, userId] });
    }
    return view;
  });
  hintPeople(deps, { positions });
  const view = await findUserView(deps, { viewerId: actorId, userId });
  if (view !== null) return view;
  if (lastSeen?.viewer == null) throw new AppError("user.notFound");
  return { ...lastSeen, viewer: { ...lastSeen.viewer, isBlocking: false } };
}

const blocked = peopleList({
  name: "block.list",
  select: "block.listBlocks",
  table: "blocks",
  owner: "blocker_id",
  other: "blocked_id",
});

/** Whom the viewer has blocked, newest first. Throws cursor.invalid. */
export async function listBlocks(
  deps: Pick<Deps, "db" | "storage">,
  input: PageRequest & { viewerId: string },
): Promise<Page<UserCard>> {
  return listPeople(deps, { ...input, list: blocked, ownerId: input.viewerId, includesBlocked: true });
}
