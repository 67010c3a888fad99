// Editing one's profile. Promises: all of an edit or nothing of it; a public account has no pending requests.
import { statement, type Tx } from "@pixora/db";
import { acceptRequests, listRequesterIds } from "../follow/follow.edge.ts";
import type { Deps } from "../platform/deps.ts";
import { commitFacts } from "../platform/outbox.ts";
import { changeAvatar } from "./user.avatar.ts";
import { lockPeople, moveUserCounts } from "./user.counter.ts";
import type { MeView, UpdateUserInput } from "./user.schema.ts";
import { presentMe } from "./user.view.ts";

type ProfileEdit = UpdateUserInput & { actorId: string };

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
  if (isOther || isWritten) await moveUserCounts(tx, { userId });
  return true;
}

const updateProfile = statement<never>(
  "user.update",
  `update users set
     display_name = wanted.display_name, bio = wanted.bio, website = wanted.website, is_private = wanted.is_private,
     version = version
       + ((users.display_name, users.is_private) is distinct from (wanted.display_name, wanted.is_private))::int
   from (
     select id,
       case when $2 then coalesce($3, handle) else display_name end as display_name,
       case when $4 then coalesce($5, '') else bio end as bio,
       case when $6 then $7 else website end as website,
       coalesce($8, is_private) as is_private
     from users where id = $1
   ) wanted
   where users.id = wanted.id and users.deleted_at is null
     and (users.display_name, users.bio, users.website, users.is_private)
         is distinct from (wanted.display_name, wanted.bio, wanted.website, wanted.is_private)`,
);

/** Answers whether that changed anything. */
async function writeProfile(tx: Tx, input: ProfileEdit): Promise<boolean> {
  const changed = await tx.run(updateProfile, [
    input.actorId,
    input.displayName !== undefined,
    input.displayName ?? null,
    input.bio !== undefined,
    input.bio ?? null,
    input.website !== undefined,
    input.website ?? null,
    input.isPrivate ?? null,
  ]);
  return changed === 1;
}
