// Editing one's profile. Promises: all of an edit or nothing of it; a public account has no pending requests.
import { statement, type Tx } from "@pixora/db";
import { acceptRequests, listRequesterIds } from "../follow/follow.edge.ts";
import type { Deps } from "../platform/deps.ts";
import { AppError } from "../platform/errors.ts";
import { commitFacts } from "../platform/outbox.ts";
import { lockPeople, moveUserCounts } from "./user.counter.ts";
import type { MeView, UpdateUserInput } from "./user.schema.ts";
import { presentMe } from "./user.view.ts";

type ProfileEdit = UpdateUserInput & { actorId: string };

/** Requests that one transaction accepts: it locks as many people. */
const acceptedAtOnce = 200;

/**
 * Edits the actor's profile: what is absent stays, null clears (the name becomes the handle). An account that goes
 * public first accepts who waits, a bounded number a transaction; a crash in between leaves it private, with some
 * accepted. Throws media.notFound for a picture that is not the actor's. The second time changes nothing.
 */
export async function updateUser(deps: Deps, input: ProfileEdit): Promise<MeView> {
  refuseUnknownAvatar(input);
  let isDone = false;
  while (!isDone) {
    const waiting = input.isPrivate === false ? await nextRequesters(deps.db.sql, input) : [];
    isDone = await commitFacts(deps, (tx) => editProfile(tx, input, waiting));
  }
  return presentMe(deps, { userId: input.actorId });
}

// The one call point of avatars: as long as nobody owns a picture, every id is an unknown one.
function refuseUnknownAvatar(input: ProfileEdit): void {
  if (typeof input.avatarMediaId === "string") throw new AppError("media.notFound");
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
  await writeProfile(tx, input);
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

async function writeProfile(tx: Tx, input: ProfileEdit): Promise<void> {
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
  if (changed === 1) await moveUserCounts(tx, { userId: input.actorId });
}
