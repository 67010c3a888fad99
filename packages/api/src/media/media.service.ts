// Rules of uploads: who may send what, and what counts as sent. Promises: what is read later is what was in the storage
// when media.complete answered, and of the size that was signed.
import { idAt, statement, type Tx } from "@pixora/db";
import { AppError } from "../platform/call/errors.ts";
import { invalidInput } from "../platform/call/failure.ts";
import { onceByKey } from "../platform/call/idempotency.ts";
import { commitFacts, insertFacts } from "../platform/outbox.ts";
import type { Deps } from "../platform/process/deps.ts";
import { finishMedia } from "./media.finish.ts";
import { isHeicTaken } from "./media.heic.ts";
import { intakeKey, uploadKey } from "./media.key.ts";
import type { CreatedMediaView, CreateMediaInput, MediaView } from "./media.schema.ts";
import { isTakenType, maxUploadBytes, nameTakenTypes } from "./media.type.ts";
import { presentOwnMedia } from "./media.view.ts";

/** How long a signed upload may be begun. */
const uploadLifeMs = 15 * 60_000;
const retryUploadsAfterMs = 60 * 60_000;

const insertMedia = statement<{ id: string }>(
  "media.insertMedia",
  `insert into media (owner_id, purpose, content_type, byte_size) values ($1, $2, $3, $4) returning id`,
);

/**
 * Announces a picture and signs its upload. The second time with the same `idempotencyKey` answers the same picture as
 * it is now, with a fresh signature. Throws input.invalid for a kind of picture that is not taken here, idempotency.reused,
 * media.notFound where the first picture is gone, and limit.exceeded for who has announced too many bytes today.
 */
export async function createMedia(
  deps: Pick<Deps, "db" | "storage" | "clock" | "config">,
  input: { actorId: string } & CreateMediaInput,
): Promise<CreatedMediaView> {
  const { actorId, idempotencyKey, ...announced } = input;
  const taken = { isHeicTaken: isHeicTaken(deps.config) };
  if (!isTakenType(announced.contentType, taken)) {
    throw invalidInput({ contentType: [`Send a ${nameTakenTypes(taken)} picture`] });
  }
  const made = await deps.db.inTransaction((tx) =>
    onceByKey(tx, {
      userId: actorId,
      procedure: "media.create",
      key: idempotencyKey,
      input: announced,
      make: () => announceMedia(tx, { ...input, now: deps.clock.now(), scale: deps.config.LIMITS_SCALE }),
    }),
  );
  const { contentType, byteSize } = announced;
  const [media, upload] = await Promise.all([
    presentOwnMedia(deps, { actorId, mediaId: made.id }),
    deps.storage.signUpload({ key: uploadKey(made.id), contentType, byteSize, lifeMs: uploadLifeMs }),
  ]);
  return { media, upload: { ...upload, expiresAt: upload.expiresAt.toISOString() } };
}

/** What a person may announce in a day, in bytes: a hundred of the largest pictures. LIMITS_SCALE multiplies it. */
const maxBytesPerDay = 100 * maxUploadBytes;
const dayMs = 24 * 60 * 60_000;

const selectAnnouncedBytes = statement<{ byteSize: string }>(
  "media.selectAnnouncedBytes",
  `select coalesce(sum(byte_size), 0)::text as "byteSize" from media where owner_id = $1 and id >= $2`,
);

async function announceMedia(
  tx: Tx,
  input: { actorId: string; now: Date; scale: number } & CreateMediaInput,
): Promise<string> {
  const { actorId, purpose, contentType, byteSize, now, scale } = input;
  // Also what has been deleted since, as long as its row is there: it was sent.
  const since = idAt(new Date(now.getTime() - dayMs));
  const announced = await tx.one(selectAnnouncedBytes, [actorId, since]);
  if (Number(announced.byteSize) + byteSize > maxBytesPerDay * scale) {
    throw new AppError("limit.exceeded", { retryAfterMs: retryUploadsAfterMs });
  }
  return (await tx.one(insertMedia, [actorId, purpose, contentType, byteSize])).id;
}

interface AnnouncedRow {
  state: string;
  contentType: string;
  byteSize: number;
}

function findAnnounced(
  deps: Pick<Deps, "db">,
  input: { actorId: string; mediaId: string },
): Promise<AnnouncedRow | null> {
  return deps.db.prisma.media.findUnique({
    where: { id: BigInt(input.mediaId), ownerId: BigInt(input.actorId), deletedAt: null },
    select: { state: true, contentType: true, byteSize: true },
  });
}

const startStatement = statement<never>(
  "media.startRender",
  `update media set state = 'processing' where id = $1 and state = 'pending' and deleted_at is null`,
);

/**
 * Declares an upload done: from here on it is read, and nothing written later counts. The second time answers the
 * present state. Throws media.notFound for a picture that is not the actor's, media.notReady where nothing was uploaded.
 */
export async function completeMedia(
  deps: Pick<Deps, "db" | "storage" | "pubsub" | "wakeRelay">,
  input: { actorId: string; mediaId: string },
): Promise<MediaView> {
  const { actorId, mediaId } = input;
  const announced = await findAnnounced(deps, input);
  if (announced === null) throw new AppError("media.notFound");
  if (announced.state === "pending") await takeUpload(deps, { ...input, announced });
  return presentOwnMedia(deps, { actorId, mediaId });
}

async function takeUpload(
  deps: Pick<Deps, "db" | "storage" | "pubsub" | "wakeRelay">,
  input: { actorId: string; mediaId: string; announced: AnnouncedRow },
): Promise<void> {
  const { mediaId, announced } = input;
  const key = intakeKey(mediaId);
  // Looked at after the copy: the upload's own place can still be written to, this one cannot.
  const isThere = await deps.storage.copy({ from: uploadKey(mediaId), to: key });
  const taken = isThere ? await deps.storage.stat({ key }) : null;
  if (taken === null) {
    const now = await findAnnounced(deps, input);
    // A second call may have been faster, and its picture be done.
    if (now?.state === "pending") throw new AppError("media.notReady");
    return;
  }
  const isAsSigned = taken.byteSize === announced.byteSize && [null, announced.contentType].includes(taken.contentType);
  if (!isAsSigned) {
    const reason = "What was uploaded is not the file that was announced.";
    await finishMedia(deps, { mediaId, outcome: { state: "failed", reason }, factIds: [] });
    await deps.storage.deleteMany({ keys: [key, uploadKey(mediaId)] });
    return;
  }
  await commitFacts(deps, async (tx) => {
    const isFirst = (await tx.run(startStatement, [mediaId])) === 1;
    if (isFirst) await insertFacts(tx, { facts: [{ fact: "media.uploaded", payload: { mediaId } }] });
  });
}
