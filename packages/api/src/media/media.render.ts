// From the bytes that somebody uploaded to the files that we serve. Pure but for the time it takes.
// Promises: upright, in sRGB, without any metadata, never larger than the original; memory bounded by the pixel limits;
// whatever is wrong with the bytes is a BadPictureError that their owner understands.
import sharp, { type Metadata, type Sharp } from "sharp";
import { rgbaToThumbHash } from "thumbhash";
import type { MediaPurpose } from "./media.schema.ts";
import { isAnnounced, isPictureType, isPolyglot, nameOfType, type PictureType, sniffType } from "./media.type.ts";
import { pictureWidths } from "./media.width.ts";

export interface RenderedFile {
  width: number;
  height: number;
  /** WebP. */
  bytes: Buffer;
}

export interface RenderedPicture {
  /** Smallest first; the last is the largest. */
  files: RenderedFile[];
  /** A thumbhash in base64. */
  placeholder: string;
}

/** The file cannot become a picture; the message is for its owner. */
export class BadPictureError extends Error {
  override name = "BadPictureError";
}

/** Shown small, and many on a page. */
const avatarSide = 640;
const maxWidth = 2_048;
/** A strip of a screenshot may be long; WebP ends at 16,383. */
const maxHeight = 12_000;

/** Baseline JPEG and plain PNG flow through in rows; everything else is held whole, at four bytes a pixel and more. */
const maxFlowingPixels = 100_000_000;
const maxHeldPixels = 50_000_000;
const timeoutSeconds = 120;

// One thread a picture: several pictures at once use the processors better, and the event loop keeps its share.
sharp.concurrency(1);
// Every picture is another one: a cache of operations only holds memory.
sharp.cache(false);
// What is not taken cannot be loaded either, whatever a file says it is.
sharp.block({ operation: ["VipsForeignLoad"] });
sharp.unblock({ operation: ["Jpeg", "Png", "Webp", "Heif", "Nsgif"].map((name) => `VipsForeignLoad${name}`) });

/** Makes the files of a picture. Throws BadPictureError. */
export async function renderPicture(
  bytes: Uint8Array,
  input: { purpose: MediaPurpose; contentType: string },
): Promise<RenderedPicture> {
  const type = checkType(bytes, input.contentType);
  const source = await readSource(bytes, type);
  const target = targetOf(source, input.purpose);
  const master = await decode(bytes, { type, target });
  const files: RenderedFile[] = [];
  for (const width of widthsBelow(target.width)) {
    const height = Math.max(1, Math.round((target.height * width) / target.width));
    files.push({ width, height, bytes: await encode(master(), { width, height }) });
  }
  return { files, placeholder: await makePlaceholder(master(), target) };
}

function checkType(bytes: Uint8Array, contentType: string): PictureType {
  const real = sniffType(bytes);
  if (real === null) throw new BadPictureError("This is not a JPEG, PNG, WebP, AVIF, GIF or HEIC picture.");
  if (!isPictureType(contentType) || !isAnnounced(real, contentType)) {
    const announced = isPictureType(contentType) ? nameOfType(contentType) : contentType;
    throw new BadPictureError(`The file is a ${nameOfType(real)} picture but was announced as ${announced}.`);
  }
  if (isPolyglot(bytes)) throw new BadPictureError("The file holds something else besides a picture.");
  return real;
}

/** Size as seen upright. */
interface Size {
  width: number;
  height: number;
}

async function readSource(bytes: Uint8Array, type: PictureType): Promise<Size> {
  const metadata = await open(bytes)
    .metadata()
    .catch((cause) => refuse(cause, type));
  const { width, height } = metadata.autoOrient;
  const maxPixels = isHeldWhole(metadata, type) ? maxHeldPixels : maxFlowingPixels;
  if (width * height > maxPixels) throw tooManyPixels(maxPixels);
  return { width, height };
}

function isHeldWhole(metadata: Metadata, type: PictureType): boolean {
  return metadata.isProgressive || (type !== "image/jpeg" && type !== "image/png");
}

function tooManyPixels(maxPixels: number): BadPictureError {
  return new BadPictureError(`The picture has more than ${maxPixels / 1_000_000} million pixels.`);
}

/** Only the first page is read: an animation of any length costs what its first picture does. */
function open(bytes: Uint8Array): Sharp {
  return sharp(bytes, {
    page: 0,
    pages: 1,
    limitInputPixels: maxFlowingPixels,
    // Warnings are common in real photos; broken or missing rows are not forgiven.
    failOn: "error",
    sequentialRead: true,
    autoOrient: true,
  });
}

function targetOf(source: Size, purpose: MediaPurpose): Size {
  if (purpose === "avatar") {
    const side = Math.min(source.width, source.height, avatarSide);
    return { width: side, height: side };
  }
  const scale = Math.min(1, maxWidth / source.width, maxHeight / source.height);
  return {
    width: Math.max(1, Math.round(source.width * scale)),
    height: Math.max(1, Math.round(source.height * scale)),
  };
}

function widthsBelow(largest: number): number[] {
  return [...pictureWidths.filter((width) => width < largest), largest];
}

/** Decodes once, to the largest size that is served; the answer opens that as often as wanted. */
async function decode(bytes: Uint8Array, input: { type: PictureType; target: Size }): Promise<() => Sharp> {
  const { data, info } = await open(bytes)
    .timeout({ seconds: timeoutSeconds })
    .resize({ ...input.target, fit: "cover" })
    // By the profile in the file, if it has one; the profile itself stays behind.
    .toColourspace("srgb")
    .raw()
    .toBuffer({ resolveWithObject: true })
    .catch((cause) => refuse(cause, input.type));
  const { width, height, channels } = info;
  return () => sharp(data, { raw: { width, height, channels } });
}

function refuse(cause: unknown, type: PictureType): never {
  const message = cause instanceof Error ? cause.message : "";
  if (/pixel limit/i.test(message)) throw tooManyPixels(maxFlowingPixels);
  if (/timeout/i.test(message)) throw new BadPictureError("The picture takes too long to read.");
  if (nameOfType(type) === "HEIC") {
    throw new BadPictureError("HEIC pictures cannot be read here: save it as JPEG and send that.");
  }
  throw new BadPictureError("The file is damaged or incomplete.", { cause });
}

function encode(master: Sharp, size: Size): Promise<Buffer> {
  // Effort 2 takes half the time of the default 4 and 3 % more bytes (measured on photos of 12 megapixels).
  return master
    .resize({ ...size, fit: "fill" })
    .webp({ quality: 80, alphaQuality: 90, effort: 2 })
    .toBuffer();
}

/** At most 64 pixels a side: the hash keeps less than that, and its code runs on the event loop. */
async function makePlaceholder(master: Sharp, target: Size): Promise<string> {
  const scale = Math.min(1, 64 / target.width, 64 / target.height);
  const size = {
    width: Math.max(1, Math.round(target.width * scale)),
    height: Math.max(1, Math.round(target.height * scale)),
  };
  const rgba = await master
    .resize({ ...size, fit: "fill" })
    .ensureAlpha()
    .raw()
    .toBuffer();
  return Buffer.from(rgbaToThumbHash(size.width, size.height, rgba)).toString("base64");
}
