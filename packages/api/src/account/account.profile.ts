// Editing one's profile. Promises: all of an edit or nothing of it; a public account has no pending requests.
import type { Tx } from "@pixora/db";
import { acceptRequests, listRequesterIds } from "../follow/follow.edge.ts";
import { commitFacts, insertFacts } from "../platform/outbox.ts";
import type { Deps } from "../platform/process/deps.ts";
import { changeAvatar } from "../user/user.avatar.ts";
import { lockPeople, moveUserCounts } from "../user/user.counter.ts";
import { reviseNames } from "../user/user.names.ts";
import { type ProfileEdit, writeProfile } from "../user/user.profile.ts";
import type { MeView } from "../user/user.schema.ts";
import { presentMe } from "../user/user.view.ts";

/** Requests that one transaction accepts: it locks as many people. */
const acceptedAtOnce = 200;

/**
 * Edits the actor's profile: what is absent stays, null clears (the name becomes the handle). An account that goes
 * public first accepts who waits, a bounded number a transaction; a crash in between leaves it private, with some
 * accepted. Throws media.notFound for a picture that is not the actor's, media.notReady for one that cannot be an avatar
 * (yet). The second time changes nothing.
 */
export async function updateUser(deps: Deps, input: ProfileEdit): Promise<MeView> {
  let isDone = false;
  while (!isDone) {
    const waiting = input.isPrivate === false ? await nextRequesters(deps.db.sql, input) : [];
    isDone = await commitFacts(deps, (tx) => editProfile(tx, input, waiting));
  }
  return presentMe(deps, { userId: input.actorId });
}

function nextRequesters(sql: Pick<Tx, "many">, input: ProfileEdit): Promise<string[]> {
  return listRequesterIds(sql, { targetId: input.actorId, limit: acceptedAtOnce });
}

/** Answers false where more requests wait: then nothing is edited yet. */
async function editProfile(tx: Tx, input: ProfileEdit, requesterIds: readonly string[]): Promise<boolean> {
  // The actor's own row is among the locked: no request can be made between the last look and the switch.
  await lockPeople(tx, { ids: [input.actorId, ...requesterIds] });
  if (input.isPrivate === false) {
    await acceptRequests(tx, { targetId: input.actorId, requesterIds });
    if ((await nextRequesters(tx, input)).length > 0) return false;
  }
  const { actorId: userId, avatarMediaId: mediaId } = input;
  const isOther = mediaId !== undefined && (await changeAvatar(tx, { userId, mediaId }));
  const isWritten = await writeProfile(tx, input);
  if (isWritten && input.displayName !== undefined) await reviseNames(tx, { ids: [userId] });
  if (isWritten && input.isPrivate !== undefined) {
    await insertFacts(tx, { facts: [{ fact: "user.privacyChanged", payload: { userId } }] });
  }
  if (isOther || isWritten) await moveUserCounts(tx, { userId });
  return true;
}
