// Mutes: home and explore leave the muted out, and the other cannot tell. Promise: each call sets a state and answers
// the other person as the actor sees them; a repeat changes nothing. The only SQL that writes `mutes`.
import { statement } from "@pixora/db";
import { dropWindows } from "../feed/feed.window.ts";
import type { Page, PageRequest } from "../platform/call/wire.ts";
import { commitFacts, insertFacts } from "../platform/outbox.ts";
import type { Deps } from "../platform/process/deps.ts";
import { lockVisiblePair } from "../user/user.access.ts";
import { listPeople, peopleList } from "../user/user.list.ts";
import type { UserCard, UserView } from "../user/user.schema.ts";
import { presentUser } from "../user/user.view.ts";

interface MutePair {
  actorId: string;
  userId: string;
}

const insertMuteStatement = statement<never>(
  "mute.insertMute",
  `insert into mutes (muter_id, muted_id) values ($1, $2) on conflict do nothing`,
);

/** The actor mutes a person. Throws input.invalid for oneself, user.notFound. The second time changes nothing. */
export async function createMute(deps: Deps, { actorId, userId }: MutePair): Promise<UserView> {
  await commitFacts(deps, async (tx) => {
    await lockVisiblePair(tx, { actorId, userId });
    if ((await tx.run(insertMuteStatement, [actorId, userId])) === 0) return;
    await insertFacts(tx, { facts: [{ fact: "mute.created", payload: { actorId, targetId: userId } }] });
  });
  await dropWindows(deps, { readerIds: [actorId] });
  return presentUser(deps, { viewerId: actorId, userId });
}

const deleteMuteStatement = statement<never>(
  "mute.deleteMute",
  `delete from mutes where muter_id = $1 and muted_id = $2`,
);

/** The actor hears a person again. Throws input.invalid for oneself, user.notFound. The second time changes nothing. */
export async function deleteMute(deps: Deps, { actorId, userId }: MutePair): Promise<UserView> {
  await commitFacts(deps, async (tx) => {
    await lockVisiblePair(tx, { actorId, userId });
    if ((await tx.run(deleteMuteStatement, [actorId, userId])) === 0) return;
    await insertFacts(tx, { facts: [{ fact: "mute.deleted", payload: { actorId, targetId: userId } }] });
  });
  await dropWindows(deps, { readerIds: [actorId] });
  return presentUser(deps, { viewerId: actorId, userId });
}

const muted = peopleList({
  name: "mute.list",
  select: "mute.listMutes",
  table: "mutes",
  owner: "muter_id",
  other: "muted_id",
});

/** Whom the viewer has muted, newest first. Throws cursor.invalid. */
export async function listMutes(
  deps: Pick<Deps, "db" | "storage">,
  input: PageRequest & { viewerId: string },
): Promise<Page<UserCard>> {
  return listPeople(deps, { ...input, list: muted, ownerId: input.viewerId });
}
