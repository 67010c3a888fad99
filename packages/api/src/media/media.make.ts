// The worker's part: from a completed upload to the files that are served. Promises: killed at any moment it starts over
// and ends the same; a file that is no picture, or ends the process that renders it, ends as failed, with a reason;
// storage and database being away does not. A picture that is given up fails as well, but keeps its upload: a replay of its
// dead letter within a day can still make it.
import { availableParallelism } from "node:os";
import { statement } from "@pixora/db";
import type { FactOf } from "@pixora/jobs";
import { createGate } from "../platform/flow/gate.ts";
import { recordDone } from "../platform/outbox.ts";
import type { Deps } from "../platform/process/deps.ts";
import { finishMedia, type MediaOutcome } from "./media.finish.ts";
import { isHeicTaken } from "./media.heic.ts";
import { intakeKey, pictureKey, uploadKey } from "./media.key.ts";
import { type MediaPurpose, mediaPurpose } from "./media.schema.ts";
import { maxUploadBytes } from "./media.type.ts";
import { BadPictureError } from "./render/bad-picture.ts";
import { createRenderPool } from "./render/pool.ts";
import type { RenderedPicture } from "./render/render.ts";

type MakeDeps = Pick<Deps, "db" | "storage" | "pubsub" | "log" | "config">;

interface MediaToMake {
  id: string;
  purpose: MediaPurpose;
}

/** A picture at which so many workers ended is to blame, not they. */
const maxAttempts = 10;

// Committed before the work and taken back after it: what stays was cut off by the end of a worker.
const beginRender = statement<{ attempts: number }>(
  "media.beginRender",
  `update media set attempts = attempts + 1 where id = $1 returning attempts`,
);
const endRender = statement<never>("media.endRender", `update media set attempts = attempts - 1 where id = $1`);

/** One upload more than are rendered at once is read or written at the same time; no more, since each is held in memory. */
const makeGate = createGate(availableParallelism() + 1);

/** At most one picture a processor, and fewer where they are large. */
const pool = createRenderPool({
  size: availableParallelism(),
  memoryBytes: 700_000_000,
  timeoutMs: 120_000,
  idleMs: 10_000,
});

/**
 * Makes the files of uploaded pictures and tells their owners. The second time, and for a picture that is deleted
 * meanwhile, nothing is made. Throws where storage or database fail; pictures done until then stay done.
 */
export async function makeVariants(
  deps: MakeDeps,
  input: { facts: readonly FactOf<"media.makeVariants">[] },
): Promise<void> {
  const results = await Promise.allSettled(input.facts.map((fact) => makeGate.pass(() => makePicture(deps, fact))));
  const failed = results.find((result) => result.status === "rejected");
  if (failed !== undefined) throw failed.reason;
}

async function makePicture(deps: MakeDeps, fact: FactOf<"media.makeVariants">): Promise<void> {
  const { mediaId } = fact.payload;
  const media = await findToMake(deps, mediaId);
  if (media === null) {
    await deps.db.inTransaction(async (tx) => recordDone(tx, { job: "media.makeVariants", factIds: [fact.id] }));
  } else {
    const outcome = await makeFiles(deps, media);
    const isFirst = await finishMedia(deps, { mediaId, outcome, factIds: [fact.id] });
    // It was deleted meanwhile: what was just written belongs to nobody.
    if (!isFirst && outcome.state === "ready") await dropUnlessMade(deps, { mediaId, outcome });
  }
  await deps.storage.deleteMany({ keys: [intakeKey(mediaId), uploadKey(mediaId)] });
}

// One that failed comes again only by a replay, or by a job that ran twice: then its upload is gone, and it fails again.
async function findToMake(deps: MakeDeps, mediaId: string): Promise<MediaToMake | null> {
  const row = await deps.db.prisma.media.findUnique({
    where: { id: BigInt(mediaId), state: { in: ["processing", "failed"] }, deletedAt: null },
    select: { purpose: true },
  });
  return row === null ? null : { id: mediaId, purpose: mediaPurpose.parse(row.purpose) };
}

/**
 * Ends pictures whose job is given up as failed, and tells their owners. The second time, and for one that is done or
 * deleted meanwhile, nothing happens.
 */
export async function failGivenUp(
  deps: Pick<Deps, "db" | "pubsub">,
  input: { facts: readonly FactOf<"media.makeVariants">[] },
): Promise<void> {
  const reason = "The picture could not be made: send it again, now or later.";
  for (const { payload } of input.facts) {
    await finishMedia(deps, { mediaId: payload.mediaId, outcome: { state: "failed", reason }, factIds: [] });
  }
}

async function makeFiles(deps: MakeDeps, media: MediaToMake): Promise<MediaOutcome> {
  const bytes = await deps.storage.read({ key: intakeKey(media.id), maxBytes: maxUploadBytes });
  if (bytes === null) return { state: "failed", reason: "The upload was lost: send the picture again." };
  const picture = await renderOrRefuse(deps, { media, bytes });
  if ("state" in picture) return picture;
  for (const { width, bytes: file } of picture.files) {
    await deps.storage.put({ key: pictureKey(media.id, width), bytes: file, contentType: "image/webp" });
  }
  const variants = picture.files.map(({ width, height }) => [width, height] as const);
  return { state: "ready", placeholder: picture.placeholder, variants, isAnimated: picture.isAnimated };
}

async function renderOrRefuse(
  deps: MakeDeps,
  input: { media: MediaToMake; bytes: Buffer },
): Promise<RenderedPicture | (MediaOutcome & { state: "failed" })> {
  const { media, bytes } = input;
  const begun = await deps.db.sql.maybe(beginRender, [media.id]);
  if (begun !== null && begun.attempts > maxAttempts)
    return { state: "failed", reason: "The picture could not be read." };
  try {
    return await pool.render({ bytes, purpose: media.purpose, isHeicTaken: isHeicTaken(deps.config) });
  } catch (error) {
    if (!(error instanceof BadPictureError)) throw error;
    deps.log.debug({ err: error, mediaId: media.id }, "a picture was refused");
    return { state: "failed", reason: error.message };
  } finally {
    await deps.db.sql.run(endRender, [media.id]);
  }
}

async function dropUnlessMade(
  deps: MakeDeps,
  input: { mediaId: string; outcome: MediaOutcome & { state: "ready" } },
): Promise<void> {
  const { mediaId, outcome } = input;
  // Another worker may have made the very same files.
  const where = { id: BigInt(mediaId), state: "ready", deletedAt: null };
  if ((await deps.db.prisma.media.findUnique({ where, select: { id: true } })) !== null) return;
  await deps.storage.deleteMany({ keys: outcome.variants.map(([width]) => pictureKey(mediaId, width)) });
}
