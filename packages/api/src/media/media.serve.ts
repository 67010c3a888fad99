// The files behind `/media/…` where this process receives and serves them itself (the disk driver).
// Promises: only what was signed is taken, once; only our own renderings leave, and without a signature only public ones.
import type { Readable } from "node:stream";
import { statement } from "@pixora/db";
import { createBatchLoader } from "../platform/flow/batch.ts";
import type { Deps } from "../platform/process/deps.ts";
import { onePerDeps } from "../platform/process/per-deps.ts";
import type { ByteRange } from "../platform/storage/storage.ts";
import { mediaIsPublic } from "../visibility/media.visibility.ts";
import { mediaIdOfKey } from "./media.key.ts";

export type UploadResult = "stored" | "notPermitted" | "wrongType" | "wrongSize" | "exists";

/**
 * Takes an upload by its token, if it is what was signed: the type and length as announced by the sender, then the bytes.
 * The second time answers "exists" and stores nothing.
 */
export async function receiveUpload(
  deps: Pick<Deps, "db" | "storage">,
  input: { token: string; contentType: string | undefined; byteSize: number | null; body: Readable },
): Promise<UploadResult> {
  const upload = deps.storage.local?.readUploadToken(input.token) ?? null;
  if (deps.storage.local === null || upload === null) return "notPermitted";
  if (input.contentType !== upload.contentType) return "wrongType";
  if (input.byteSize !== null && input.byteSize !== upload.byteSize) return "wrongSize";
  const mediaId = mediaIdOfKey(upload.key);
  // What is complete is not written to again, even where its upload has been cleared away.
  if (mediaId === null) return "exists";
  const where = { id: BigInt(mediaId), state: "pending", deletedAt: null };
  const pending = await deps.db.prisma.media.findUnique({ where, select: { id: true } });
  return pending !== null ? deps.storage.local.receive(upload, input.body) : "exists";
}

export interface ServedFile {
  byteSize: number;
  stream(range?: ByteRange): Readable;
  /** How long the URL is good for, in milliseconds; null for a public file, whose URL stays. */
  leftMs: number | null;
}

const selectPublic = statement<{ id: string }>(
  "media.selectPublic",
  `select media.id from media where media.id = any($1::bigint[]) and ${mediaIsPublic("media")}`,
);

// A page asks for its pictures at once: they share a query.
const publicLoaderOf = onePerDeps((deps: Pick<Deps, "db">) =>
  createBatchLoader<string, true>({
    load: async (ids) => new Map((await deps.db.sql.many(selectPublic, [ids])).map(({ id }) => [id, true])),
  }),
);

/** The file of a key, for a signed URL that is still good or, without a signature, for everybody. Null otherwise. */
export async function findServedFile(
  deps: Pick<Deps, "db" | "storage">,
  input: { key: string; expires: string | undefined; signature: string | undefined },
): Promise<ServedFile | null> {
  const { key, expires, signature } = input;
  const { local } = deps.storage;
  const mediaId = mediaIdOfKey(key);
  if (local === null || mediaId === null) return null;
  let leftMs: number | null = null;
  if (expires !== undefined && signature !== undefined) {
    leftMs = local.checkUrl({ key, expires, signature });
    if (leftMs === null) return null;
  } else if ((await publicLoaderOf(deps)(mediaId)) === undefined) return null;
  const file = await local.open(key);
  return file === null ? null : { ...file, leftMs };
}
