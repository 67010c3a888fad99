// Pictures for tests: photos as phones make them, ready media rows without an upload, and a bucket on loopback.
/// <reference path="./s3rver.d.ts" />
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import S3rver from "@20minutes/s3rver";
import { statement } from "@pixora/db";
import sharp from "sharp";
import { uploadKey } from "../media/media.key.ts";
import { makeVariants } from "../media/media.make.ts";
import type { MediaPurpose } from "../media/media.schema.ts";
import { completeMedia, createMedia } from "../media/media.service.ts";
import type { PictureType } from "../media/media.type.ts";
import { presentOwnMedia } from "../media/media.view.ts";
import type { Deps } from "../platform/process/deps.ts";

/**
 * A JPEG as a phone makes it when held upright: stored lying on its side, with EXIF that tells so and where it was taken.
 * XMP and IPTC tell more. `width` and `height` are as stored; upright, they change places. Its upper left, upright, is
 * red; the rest is blue.
 */
export async function makePhonePhoto(input: { width: number; height: number }): Promise<Buffer> {
  const { width, height } = input;
  // Orientation 6 turns clockwise: what is stored at the lower left is shown at the upper left.
  const red = await sharp({
    create: { width: Math.ceil(width / 4), height: Math.ceil(height / 4), channels: 3, background: "#e02020" },
  })
    .png()
    .toBuffer();
  const photo = await sharp({ create: { width, height, channels: 3, background: "#2040d0" } })
    .composite([{ input: red, gravity: "southwest" }])
    .jpeg({ quality: 90 })
    .withMetadata({ orientation: 6 })
    .withExifMerge({
      IFD0: { Make: "Pixora Phone", Copyright: "somebody" },
      IFD3: {
        GPSLatitudeRef: "N",
        GPSLatitude: "48/1 51/1 30/1",
        GPSLongitudeRef: "E",
        GPSLongitude: "2/1 17/1 40/1",
      },
    })
    .withXmp('<x:xmpmeta xmlns:x="adobe:ns:meta/"><secret>home</secret></x:xmpmeta>')
    .toBuffer();
  return withIptc(photo, "somebody at home");
}

/** A JPEG with an IPTC by-line, which sharp cannot write: an APP13 segment behind the start. */
function withIptc(jpeg: Buffer, byLine: string): Buffer {
  const text = Buffer.from(byLine);
  const field = Buffer.concat([
    Buffer.from([0x1c, 2, 80, 0, text.length]),
    text,
    Buffer.alloc(text.length % 2 ? 0 : 1),
  ]);
  const size = Buffer.alloc(4);
  size.writeUInt32BE(5 + text.length);
  const body = Buffer.concat([Buffer.from("Photoshop 3.0\x008BIM\x04\x04\x00\x00", "latin1"), size, field]);
  const head = Buffer.from([0xff, 0xed, 0, 0]);
  head.writeUInt16BE(body.length + 2, 2);
  return Buffer.concat([jpeg.subarray(0, 2), head, body, jpeg.subarray(2)]);
}

/** What of a phone's photo can be seen in a file: its kind and size, what else it carries, and whether it is upright. */
export async function inspectPicture(bytes: Buffer) {
  const { format, width, height, exif, xmp, iptc, icc, orientation } = await sharp(bytes).metadata();
  const traces = Object.entries({ exif, xmp, iptc, icc, orientation }).flatMap(([kind, value]) =>
    value ? [kind] : [],
  );
  const words = bytes.toString("latin1").match(/Pixora Phone|somebody|xmpmeta|GPS|Exif|8BIM|Photoshop/g) ?? [];
  const colourAt = (left: number) => sharp(bytes).extract({ left, top: 10, width: 1, height: 1 }).raw().toBuffer();
  const [upperLeft, upperRight] = await Promise.all([colourAt(10), colourAt(width - 11)]);
  const isUpright = (upperLeft[0] ?? 0) > 180 && (upperRight[2] ?? 0) > 180 && (upperRight[0] ?? 0) < 80;
  return { format, width, height, traces: [...traces, ...words], isUpright };
}

/** A plain picture of one colour. */
export function makePicture(input: { width?: number; height?: number; colour?: string } = {}): Promise<Buffer> {
  const { width = 400, height = 300, colour = "#3a7" } = input;
  return sharp({ create: { width, height, channels: 3, background: colour } })
    .png()
    .toBuffer();
}

const selectUploaded = statement<{ id: string }>(
  "testing.uploadedFact",
  `select id from outbox where fact = 'media.uploaded' and payload->>'mediaId' = $1`,
);

/** Uploads bytes past the network and does the worker's part at once. Answers the picture as its owner sees it. */
export async function uploadPicture(
  deps: Deps,
  input: { ownerId: string; bytes?: Buffer; contentType?: PictureType; purpose?: MediaPurpose },
) {
  const { ownerId: actorId, purpose = "post", contentType = "image/png" } = input;
  const bytes = input.bytes ?? (await makePicture());
  const { media } = await createMedia(deps, { actorId, purpose, contentType, byteSize: bytes.length });
  await deps.storage.put({ key: uploadKey(media.id), bytes, contentType });
  await completeMedia(deps, { actorId, mediaId: media.id });
  await makeUploaded(deps, { mediaId: media.id });
  return presentOwnMedia(deps, { actorId, mediaId: media.id });
}

/** The worker's part for one completed upload, done here and now. */
export async function makeUploaded(deps: Deps, input: { mediaId: string }): Promise<void> {
  const { mediaId } = input;
  const rows = await deps.db.sql.many(selectUploaded, [mediaId]);
  await makeVariants(deps, {
    facts: rows.map(({ id }) => ({ id, fact: "media.uploaded", payload: { mediaId } })),
  });
}

/**
 * A private bucket on a free port, which checks signatures and, unlike real ones, ignores `If-None-Match`; `env` makes
 * deps use it.
 */
export async function openBucket(): Promise<{ env: Record<string, string>; close(): Promise<void> }> {
  const directory = await mkdtemp(join(tmpdir(), "pixora-test-bucket-"));
  const bucket = new S3rver({
    address: "127.0.0.1",
    port: 0,
    silent: true,
    directory,
    configureBuckets: [{ name: "pixora-test", configs: [] }],
  });
  // It knows no private buckets: what is not signed at all it would let pass.
  bucket.middleware.unshift(async (context, next) => {
    if (context.headers.authorization === undefined && !("X-Amz-Signature" in context.query)) context.status = 403;
    else await next();
  });
  const address = await bucket.run();
  return {
    env: {
      STORAGE_URL: "s3://pixora-test",
      STORAGE_ENDPOINT: `http://127.0.0.1:${address.port}`,
      STORAGE_ACCESS_KEY_ID: "S3RVER",
      STORAGE_SECRET_ACCESS_KEY: "S3RVER",
    },
    async close() {
      await bucket.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
