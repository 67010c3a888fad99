// Pictures on their way, as their owner sees them: ids in, views out, in one statement.
import { type Sql, statement } from "@pixora/db";
import { AppError } from "../platform/call/errors.ts";
import type { Deps } from "../platform/process/deps.ts";
import { mediaIsPublic } from "../visibility/media.visibility.ts";
import { imageOf, pictureSql, type StoredPicture } from "./media.picture.ts";
import type { MediaState, MediaView } from "./media.schema.ts";

interface MediaRow {
  id: string;
  ownerId: string;
  state: MediaState;
  reason: string | null;
  picture: StoredPicture;
  isPublic: boolean;
}

const selectMedia = statement<MediaRow>(
  "media.selectViews",
  `select media.id, media.owner_id as "ownerId", media.state, media.reason, ${pictureSql("media")} as picture,
          ${mediaIsPublic("media")} as "isPublic"
   from media where media.id = any($1::bigint[]) and media.deleted_at is null`,
);

/** Views by id, for whoever owns them: callers check that. Deleted ones are left out. */
export async function presentMedia(
  deps: Pick<Deps, "db" | "storage">,
  input: { ids: readonly string[] },
): Promise<Map<string, MediaView>> {
  if (input.ids.length === 0) return new Map();
  const rows = await deps.db.sql.many(selectMedia, [[...new Set(input.ids)]]);
  return new Map(rows.map((row) => [row.id, viewOfRow(deps, row)]));
}

/** One of the actor's own pictures. Throws media.notFound for anything else. */
export async function presentOwnMedia(
  deps: Pick<Deps, "db" | "storage">,
  input: { actorId: string; mediaId: string },
): Promise<MediaView> {
  const row = await findMedia(deps.db.sql, input);
  return viewOfRow(deps, row);
}

async function findMedia(sql: Sql, input: { actorId: string; mediaId: string }): Promise<MediaRow> {
  const row = await sql.maybe(selectMedia, [[input.mediaId]]);
  if (row === null || row.ownerId !== input.actorId) throw new AppError("media.notFound");
  return row;
}

function viewOfRow(deps: Pick<Deps, "storage">, row: MediaRow): MediaView {
  const { id, state, reason, picture, isPublic } = row;
  const image = state === "ready" ? imageOf(deps.storage, picture, { isPublic }) : null;
  return { id, state, image, reason };
}
