// What nobody wants: uploads never finished, pictures never shown, files without a row. Promise: what is young, shown or
// on its way is never touched, whatever happens meanwhile.
import { idAt, statement } from "@pixora/db";
import type { Deps } from "../platform/process/deps.ts";
import { type DoomedMedia, removeMedia } from "./media.delete.ts";
import { mediaIdOfKey, mediaPrefixes } from "./media.key.ts";

type SweepDeps = Pick<Deps, "db" | "storage" | "clock" | "log">;

const hourMs = 3_600_000;
/** An unused picture's time: longer than an idempotency key (24 h) can still lead to it. */
const unusedForMs = 26 * hourMs;
/** A file's time to get a row, or to be deleted by who made it. */
const fileAgeMs = hourMs;
const batch = 200;

// Marked in one statement with the look, so that a picture which is attached at this moment is either shown or swept.
const markUnused = statement<DoomedMedia>(
  "media.markUnused",
  `update media set deleted_at = clock_timestamp()
   where id = any(array(
     select media.id from media
     where media.post_id is null and media.position is null and media.id < $1 and media.state <> 'processing'
     order by media.id limit ${batch} for update of media skip locked))
   returning id, variants`,
);

/**
 * Deletes unfinished and unused pictures that are older than a day, then files that no row knows. Safe to run at any
 * time, also twice at once.
 */
export async function sweepOrphans(deps: SweepDeps): Promise<void> {
  const swept = { pictures: await sweepPictures(deps), files: await sweepFiles(deps) };
  await deps.storage.deleteDrafts({ olderThanMs: fileAgeMs });
  if (swept.pictures + swept.files > 0) deps.log.info(swept, "orphans were swept");
}

async function sweepPictures(deps: SweepDeps): Promise<number> {
  const before = idAt(new Date(deps.clock.now().getTime() - unusedForMs));
  let count = 0;
  for (;;) {
    const doomed = await deps.db.sql.many(markUnused, [before]);
    await removeMedia(deps, { doomed });
    count += doomed.length;
    if (doomed.length < batch) return count;
  }
}

// A picture on its way needs its intake, a pending one its upload, a ready one its renderings; one that failed needs what a
// replay of its dead letter would read and write.
const selectWanted = statement<{ id: string; state: string }>(
  "media.selectWanted",
  `select id, state from media where id = any($1::bigint[])`,
);

async function sweepFiles(deps: SweepDeps): Promise<number> {
  const youngest = idAt(new Date(deps.clock.now().getTime() - fileAgeMs));
  let count = 0;
  for (const prefix of mediaPrefixes) {
    for await (const keys of deps.storage.list({ prefix })) {
      const old = keys.filter((key) => isOlder(key, youngest));
      const rows = await deps.db.sql.many(selectWanted, [old.map(mediaIdOfKey)]);
      const wanted = new Set(rows.filter((row) => isWanted(prefix, row.state)).map((row) => row.id));
      const orphans = old.filter((key) => !wanted.has(mediaIdOfKey(key) ?? ""));
      await deps.storage.deleteMany({ keys: orphans });
      count += orphans.length;
    }
  }
  return count;
}

/** Files that are not ours are nobody's business here. */
function isOlder(key: string, youngest: bigint): boolean {
  const mediaId = mediaIdOfKey(key);
  return mediaId !== null && BigInt(mediaId) < youngest;
}

function isWanted(prefix: (typeof mediaPrefixes)[number], state: string): boolean {
  if (prefix === "picture/") return state !== "pending";
  return state === "pending" || state === "processing" || (prefix === "intake/" && state === "failed");
}
