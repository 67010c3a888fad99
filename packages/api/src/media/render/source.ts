// What an uploaded file is, before any of it is decoded: its real type, its size, its colours, and what it will take.
// Throws BadPictureError for what is no picture, or too large a one.
import sharp, { type Metadata, type Sharp } from "sharp";
import { nameTakenTypes, type PictureType, sniffType } from "../media.type.ts";
import { BadPictureError } from "./bad-picture.ts";
import { type CodedColours, refuseHighDynamicRange } from "./colour.ts";
import { asStillAvif, isHeifAnimated, readHeifColours } from "./heif.ts";
import { type Animation, readPngAnimation, readPngColours } from "./png.ts";

/** Size as seen upright. */
export interface Size {
  width: number;
  height: number;
}

interface Margins {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

export interface Source extends Size {
  type: PictureType;
  /** What is decoded: what was uploaded, or the part of it that is shown. */
  bytes: Buffer;
  /** Where that part stands on the picture; null where it fills it. */
  place: Margins | null;
  /** Of what was uploaded. */
  metadata: Metadata;
  /** Colours told without a profile. */
  colours: CodedColours | null;
  isAnimated: boolean;
  maxPixels: number;
  /** About what the rendering will take at its peak. */
  estimatedBytes: number;
}

/** Phones take photos of 200 megapixels, as baseline JPEGs: they are made smaller while they are read. */
const maxShrunkPixels = 210_000_000;
/** Plain PNG flows through in rows. */
const maxFlowingPixels = 100_000_000;
/** Everything else is held whole, at four bytes a pixel and more. */
const maxHeldPixels = 50_000_000;

// One thread a picture: several pictures at once use the processors better, and the event loop keeps its share.
sharp.concurrency(1);
// Every picture is another one: a cache of operations only holds memory.
sharp.cache(false);
// What is not taken cannot be loaded either, whatever a file says it is.
sharp.block({ operation: ["VipsForeignLoad"] });
sharp.unblock({ operation: ["Jpeg", "Png", "Webp", "Heif", "Nsgif"].map((name) => `VipsForeignLoad${name}`) });

/** Looks at a file; `isHeicTaken` says whether HEVC may be decoded. Its real type counts, whatever it was announced as. */
export async function readSource(upload: Uint8Array, input: { isHeicTaken: boolean }): Promise<Source> {
  const type = sniffType(upload);
  if (type === null) throw new BadPictureError(`This is not a ${nameTakenTypes(input)} picture.`);
  const whole = asStillAvif(Buffer.from(upload.buffer, upload.byteOffset, upload.byteLength));
  const metadata = await open(whole, { maxPixels: maxShrunkPixels })
    .metadata()
    .catch((cause) => refuse(cause, maxShrunkPixels));
  if (metadata.compression === "hevc" && !input.isHeicTaken) {
    throw new BadPictureError("HEIC pictures cannot be read here: save it as JPEG and send that.");
  }
  const { width, height } = metadata.autoOrient;
  const maxPixels = maxPixelsOf(metadata, type);
  if (width * height > maxPixels) throw tooManyPixels(maxPixels);
  const colours = readColours(whole, { type, metadata });
  refuseHighDynamicRange(colours);
  const shown = findFirstShown(whole, { type, metadata });
  const heldBytes = heldBytesAPixel(metadata, type) + (shown.place === null ? 0 : placedBytesAPixel);
  const estimatedBytes = baseBytes + upload.length + width * height * heldBytes;
  return { type, ...shown, metadata, width, height, colours, maxPixels, estimatedBytes };
}

/** Opens the picture that a file shows first: of animations the first frame, of several pictures the primary one. */
export function open(bytes: Uint8Array, input: { maxPixels: number; failOn?: "error" | "warning" }): Sharp {
  return sharp(bytes, {
    limitInputPixels: input.maxPixels,
    // Warnings are common in real photos; broken or missing rows are not forgiven.
    failOn: input.failOn ?? "error",
    sequentialRead: true,
    autoOrient: true,
  });
}

/** Says in its owner's words what sharp found wrong with a file. */
export function refuse(cause: unknown, maxPixels: number): never {
  if (cause instanceof BadPictureError) throw cause;
  const message = cause instanceof Error ? cause.message : "";
  if (/pixel limit/i.test(message)) throw tooManyPixels(maxPixels);
  if (/timeout/i.test(message)) throw new BadPictureError("The picture takes too long to read.");
  throw new BadPictureError("The file is damaged or incomplete.", { cause });
}

function tooManyPixels(maxPixels: number): BadPictureError {
  return new BadPictureError(`The picture has more than ${maxPixels / 1_000_000} million pixels.`);
}

function maxPixelsOf(metadata: Metadata, type: PictureType): number {
  if (metadata.isProgressive) return maxHeldPixels;
  if (type === "image/jpeg") return maxShrunkPixels;
  return type === "image/png" ? maxFlowingPixels : maxHeldPixels;
}

function readColours(
  bytes: Buffer,
  { type, metadata }: { type: PictureType; metadata: Metadata },
): CodedColours | null {
  // Beside a profile only PNG's numbers count, where they say more than a profile can: that the picture is HDR.
  if (type === "image/png") return readPngColours(bytes);
  return metadata.format === "heif" && metadata.icc === undefined ? readHeifColours(bytes) : null;
}

type FirstShown = Pick<Source, "bytes" | "place" | "isAnimated">;

function findFirstShown(bytes: Buffer, { type, metadata }: { type: PictureType; metadata: Metadata }): FirstShown {
  if (type === "image/png") return cutOut(bytes, readPngAnimation(bytes), metadata);
  const isAnimated = metadata.format === "heif" ? isHeifAnimated(bytes) : (metadata.pages ?? 1) > 1;
  return { bytes, place: null, isAnimated };
}

/** The first frame, which need not fill the picture. */
function cutOut(bytes: Buffer, { first, isAnimated }: Animation, canvas: Metadata): FirstShown {
  if (first === null) return { bytes, place: null, isAnimated };
  const { left, top, width, height } = first.place;
  const [right, bottom] = [canvas.width - left - width, canvas.height - top - height];
  if (right < 0 || bottom < 0) throw new BadPictureError("The file is damaged or incomplete.");
  const isFull = width === canvas.width && height === canvas.height;
  return { bytes: first.bytes, place: isFull ? null : { left, top, right, bottom }, isAnimated };
}

/** What is decoded, with nothing around it where the part that is shown leaves the picture open. All of it is held. */
export async function putInPlace({ bytes, place, maxPixels }: Source): Promise<Buffer> {
  if (place === null) return bytes;
  return sharp(bytes, { failOn: "error", limitInputPixels: maxPixels })
    .ensureAlpha()
    .extend({ ...place, background: { r: 0, g: 0, b: 0, alpha: 0 } })
    .keepMetadata()
    .png({ compressionLevel: 0 })
    .toBuffer();
}

/** What the process and the largest rendering take. This and the figures below were measured, and rounded up. */
const baseBytes = 150_000_000;
/** Red, green, blue and alpha of the whole picture, and what writing them takes. */
const placedBytesAPixel = 6;

function heldBytesAPixel(metadata: Metadata, type: PictureType): number {
  const isDeep = metadata.depth !== "uchar";
  if (metadata.format === "heif") return metadata.compression === "hevc" ? 16 : isDeep ? 25 : 18;
  if (type === "image/gif") return 12;
  if (type === "image/webp") return 4;
  if (!metadata.isProgressive) return 0;
  return isDeep ? 10 : 7;
}
