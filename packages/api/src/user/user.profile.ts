// The row of a profile, as an edit leaves it.
import { statement, type Tx } from "@pixora/db";
import type { UpdateUserInput } from "./user.schema.ts";

/** What of a profile is to change: what is absent stays, null clears (the name becomes the handle). */
export type ProfileEdit = UpdateUserInput & { actorId: string };

const updateProfile = statement<never>(
  "user.updateProfile",
  `update users set
     display_name = wanted.display_name, bio = wanted.bio, website = wanted.website, is_private = wanted.is_private,
     is_discoverable = wanted.is_discoverable, who_can_message = wanted.who_can_message,
     who_can_group = wanted.who_can_group,
     version = version
       + ((users.display_name, users.is_private) is distinct from (wanted.display_name, wanted.is_private))::int
   from (
     select id,
       case when $2 then coalesce($3, handle) else display_name end as display_name,
       case when $4 then coalesce($5, '') else bio end as bio,
       case when $6 then $7 else website end as website,
       coalesce($8, is_private) as is_private,
       coalesce($9, is_discoverable) as is_discoverable,
       coalesce($10, who_can_message) as who_can_message,
       coalesce($11, who_can_group) as who_can_group
     from users where id = $1
   ) wanted
   where users.id = wanted.id and users.deleted_at is null
     and (users.display_name, users.bio, users.website, users.is_private, users.is_discoverable,
          users.who_can_message, users.who_can_group)
         is distinct from
         (wanted.display_name, wanted.bio, wanted.website, wanted.is_private, wanted.is_discoverable,
          wanted.who_can_message, wanted.who_can_group)`,
);

/** Writes the row of the actor, whose counter row the caller holds. Answers whether that changed anything: the second time, nothing. */
export async function writeProfile(tx: Tx, input: ProfileEdit): Promise<boolean> {
  const changed = await tx.run(updateProfile, [
    input.actorId,
    input.displayName !== undefined,
    input.displayName ?? null,
    input.bio !== undefined,
    input.bio ?? null,
    input.website !== undefined,
    input.website ?? null,
    input.isPrivate ?? null,
    input.isDiscoverable ?? null,
    input.whoCanMessage ?? null,
    input.whoCanGroup ?? null,
  ]);
  return changed === 1;
}
