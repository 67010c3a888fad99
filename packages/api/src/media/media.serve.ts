// The files behind `/media/…` where this process receives and serves them itself (the disk driver).
// Promises: only what was signed is taken, once; only our own renderings leave, and without a signature only public ones.
import type { Readable } from "node:stream";
import { statement } from "@pixora/db";
import { createBatchLoader } from "../platform/flow/batch.ts";
import { createBuckets } from "../platform/limit/bucket.ts";
import type { Deps } from "../platform/process/deps.ts";
import { onePerDeps } from "../platform/process/per-deps.ts";
import type { ByteRange } from "../platform/storage/storage.ts";
import { mediaIsPublic } from "../visibility/media.visibility.ts";
import { mediaIdOfKey } from "./media.key.ts";
import { maxUploadBytes } from "./media.type.ts";

export type UploadResult = "stored" | "notPermitted" | "wrongType" | "wrongSize" | "exists" | "tooMuch";

/**
 * Takes an upload by its token, if it is what was signed: the type and length as announced by the sender, then the bytes.
 * The second time answers "exists" and stores nothing. Of two who send at once, the later one sends alone.
 */
export async function receiveUpload(
  deps: Pick<Deps, "db" | "storage" | "config">,
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
  const pending = await deps.db.prisma.media.findUnique({ where, select: { ownerId: true } });
  if (pending === null) return "exists";
  const senders = sendersOf(deps);
  if (senders.sent.take(pending.ownerId.toString(), { byteSize: upload.byteSize }) > 0) return "tooMuch";
  // Whoever lost their connection sends again over another: the old one has to make way, or both would be stored.
  senders.bodies.get(upload.key)?.destroy();
  senders.bodies.set(upload.key, input.body);
  try {
    return await deps.storage.local.receive(upload, input.body);
  } catch (error) {
    // It had to make way, and nobody is there to hear of it.
    if (senders.bodies.get(upload.key) !== input.body) return "exists";
    throw error;
  } finally {
    if (senders.bodies.get(upload.key) === input.body) senders.bodies.delete(upload.key);
  }
}

/** What one person may send in half a day, whether or not it is kept; LIMITS_SCALE multiplies it. */
const sentBytesPerPerson = 200 * maxUploadBytes;
const maxPeople = 50_000;

// One sender an upload at a time, and a budget of bytes a person: a permission may be used again until it is used up.
const sendersOf = onePerDeps((deps: Pick<Deps, "config">) => {
  const buckets = createBuckets({ maxKeys: maxPeople });
  const points = Math.max(1, (sentBytesPerPerson / maxUploadBytes) * deps.config.LIMITS_SCALE);
  const size = { points, perSeconds: 12 * 60 * 60 };
  return {
    bodies: new Map<string, Readable>(),
    sent: {
      /** Counts what is about to be sent; answers the milliseconds to wait, 0 for none. */
      take(ownerId: string, { byteSize }: { byteSize: number }): number {
        const waitMs = buckets.peek(ownerId, size);
        // A small picture costs little, yet more than nothing.
        if (waitMs === 0) buckets.charge(ownerId, size, Math.max(0.01, byteSize / maxUploadBytes));
        return waitMs;
      },
    },
  };
});

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
