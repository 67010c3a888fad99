// The end of pictures: files first, then the row, so that a crash in between leaves something to go on from.
import { statement } from "@pixora/db";
import type { FactOf } from "@pixora/jobs";
import { recordDone } from "../platform/outbox.ts";
import type { Deps } from "../platform/process/deps.ts";
import { intakeKey, pictureKey, uploadKey } from "./media.key.ts";
import { isEvidence } from "./media.release.ts";

/** What is needed to delete a picture. */
export interface DoomedMedia {
  id: string;
  variants: [width: number, height: number][];
}

type DeleteDeps = Pick<Deps, "db" | "storage">;

const batch = 100;

// What is deleted already counts; what was undone or never happened does not.
const selectDoomed = statement<DoomedMedia>(
  "media.selectDoomed",
  `select media.id, media.variants from media
   where ((media.id = any($1::bigint[]) and media.deleted_at is not null)
       or (media.post_id = any($2::bigint[])
           and not exists (select from posts post where post.id = media.post_id and post.deleted_at is null)))
     and not ${isEvidence("media")}
   limit ${batch}`,
);

/**
 * Deletes the pictures of deleted posts, and those that were given up. Killed half-way, it goes on where it stopped; the
 * second time there is nothing left.
 */
export async function deleteFiles(
  deps: DeleteDeps,
  input: { facts: readonly FactOf<"media.deleteFiles">[] },
): Promise<void> {
  const { facts } = input;
  const mediaIds = facts.flatMap((fact) => (fact.fact === "media.deleted" ? [fact.payload.mediaId] : []));
  const postIds = facts.flatMap((fact) => (fact.fact === "post.deleted" ? [fact.payload.postId] : []));
  await removeAll(deps, () => deps.db.sql.many(selectDoomed, [mediaIds, postIds]));
  await deps.db.inTransaction(async (tx) =>
    recordDone(tx, { job: "media.deleteFiles", factIds: facts.map((fact) => fact.id) }),
  );
}

const selectOfUser = statement<DoomedMedia>(
  "media.selectOfUser",
  `select id, variants from media where owner_id = $1 and not ${isEvidence("media")} limit ${batch}`,
);

/** Deletes all pictures of a person whose account has ended. The second time there is nothing left. */
export async function purgeMediaOfUser(deps: DeleteDeps, input: { userId: string }): Promise<void> {
  await removeAll(deps, () => deps.db.sql.many(selectOfUser, [input.userId]));
}

async function removeAll(deps: DeleteDeps, select: () => Promise<DoomedMedia[]>): Promise<void> {
  for (;;) {
    const doomed = await select();
    await removeMedia(deps, { doomed });
    if (doomed.length < batch) return;
  }
}

const removeStatement = statement<never>("media.removeMedia", `delete from media where id = any($1::bigint[])`);

/** Deletes the files of pictures, then their rows. */
export async function removeMedia(deps: DeleteDeps, input: { doomed: readonly DoomedMedia[] }): Promise<void> {
  const { doomed } = input;
  if (doomed.length === 0) return;
  await deps.storage.deleteMany({ keys: doomed.flatMap(keysOf) });
  await deps.db.sql.run(removeStatement, [doomed.map((media) => media.id)]);
}

function keysOf(media: DoomedMedia): string[] {
  const { id, variants } = media;
  return [uploadKey(id), intakeKey(id), ...variants.map(([width]) => pictureKey(id, width))];
}
