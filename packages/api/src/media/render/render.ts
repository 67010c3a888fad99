// From the bytes that somebody uploaded to the files that we serve. Pure but for the time it takes.
// Promises: upright, in sRGB, without any metadata, never larger than the original; memory bounded by the pixel limits;
// whatever is wrong with the bytes is a BadPictureError that their owner understands.
import sharp, { type Sharp } from "sharp";
import type { MediaPurpose } from "../media.schema.ts";
import { pictureWidths } from "../media.width.ts";
import { type CodedColours, profileOf } from "./colour.ts";
import { encode, makePlaceholder } from "./encode.ts";
import { decodeHevc, type Pixels } from "./hevc.ts";
import { writePng } from "./png.ts";
import { open, putInPlace, readSource, refuse, type Size, type Source } from "./source.ts";

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
  /** Whether the upload was an animation; the files show its first frame. */
  isAnimated: boolean;
}

/** Shown small, and many on a page. */
const avatarSide = 640;
const maxWidth = 2_048;
/** A strip of a screenshot may be long; WebP ends at 16,383. */
const maxHeight = 12_000;

const timeoutSeconds = 120;
/** A picture of so few pixels is pixel art or an icon, where each pixel counts. */
const fewPixels = 65_536;

export interface RenderInput {
  purpose: MediaPurpose;
  /** Whether HEVC may be decoded. */
  isHeicTaken: boolean;
  /** Asked before anything is decoded, with about what it will take: the work waits for the answer. */
  whenRoomFor?(bytes: number): Promise<void>;
}

/** Makes the files of a picture. Throws BadPictureError. */
export async function renderPicture(upload: Uint8Array, input: RenderInput): Promise<RenderedPicture> {
  const source = await readSource(upload, input);
  await input.whenRoomFor?.(source.estimatedBytes);
  const target = targetOf(source, input.purpose);
  const pixels = await decode(source, target);
  const master = () => openPixels(pixels);
  const isCrisp = isDrawn(source);
  const files: RenderedFile[] = [];
  for (const width of widthsBelow(target.width)) {
    const height = Math.max(1, Math.round((target.height * width) / target.width));
    files.push({ width, height, bytes: await encode(master, { width, height, isCrisp }) });
  }
  return { files, placeholder: await makePlaceholder(master(), target), isAnimated: source.isAnimated };
}

/** Whether it has hard edges that a lossy file would blur: few colours or few pixels, and not out of a camera. */
function isDrawn({ type, metadata, width, height }: Source): boolean {
  if (type === "image/jpeg" || metadata.format === "heif") return false;
  return metadata.isPalette || type === "image/gif" || width * height <= fewPixels;
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

interface Master extends Size {
  data: Buffer;
  channels: 1 | 2 | 3 | 4;
}

function openPixels({ data, width, height, channels }: Master | Pixels): Sharp {
  return sharp(data, { raw: { width, height, channels } });
}

/** Decodes once, to the largest size that is served, in sRGB. */
async function decode(source: Source, target: Size): Promise<Master> {
  const isHevc = source.metadata.compression === "hevc";
  const { data, info } = await (isHevc ? decodeHeic(source, target) : decodeRest(source, target)).catch((cause) =>
    refuse(cause, source.maxPixels),
  );
  const master = { data, width: info.width, height: info.height, channels: info.channels };
  const { icc } = source.metadata;
  // sharp itself applies the profile in a file that it decodes.
  const profile = icc === undefined ? codedProfile(source.colours) : isHevc ? icc : null;
  return profile === null ? master : convert(master, profile);
}

function codedProfile(colours: CodedColours | null): Buffer | null {
  return colours === null ? null : profileOf(colours);
}

/** The numbers as they are stored: no profile is applied yet. It comes out of the decoder upright. */
async function decodeHeic(source: Source, target: Size) {
  const pixels = await decodeHevc(source.bytes, { pixels: source.width * source.height, maxPixels: source.maxPixels });
  return openPixels(pixels)
    .resize({ ...target, fit: "cover" })
    .raw()
    .toBuffer({ resolveWithObject: true });
}

async function decodeRest(source: Source, target: Size) {
  const { type } = source;
  const bytes = await putInPlace(source);
  try {
    return await decodeBySharp(open(bytes, source), source, target);
  } catch (error) {
    if (type !== "image/jpeg" || bytes.subarray(-2).equals(jpegEnd)) throw error;
    // Only the mark of the end may be missing: with it, nothing else is forgiven.
    const ended = Buffer.concat([bytes, jpegEnd]);
    const again = open(ended, { maxPixels: source.maxPixels, failOn: "warning" });
    return await decodeBySharp(again, source, target).catch(() => Promise.reject(error));
  }
}

const jpegEnd = Buffer.from([0xff, 0xd9]);

function decodeBySharp(opened: Sharp, { metadata }: Source, target: Size) {
  // By the profile in the file, if it has one; the profile itself stays behind. Of more than eight bits a channel it is
  // only applied if all work is done in sRGB.
  const isDeep = metadata.depth === "ushort" && metadata.icc !== undefined;
  const pipeline = isDeep ? opened.pipelineColourspace("srgb") : opened;
  return pipeline
    .timeout({ seconds: timeoutSeconds })
    .resize({ ...target, fit: "cover" })
    .toColourspace("srgb")
    .raw()
    .toBuffer({ resolveWithObject: true });
}

/** What the numbers mean by a profile, in sRGB. */
async function convert(master: Master, profile: Buffer): Promise<Master> {
  const { data, width, height, channels } = master;
  const told = writePng({ pixels: data, width, height, channels, profile });
  const { data: converted, info } = await sharp(told, { limitInputPixels: false })
    .toColourspace("srgb")
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data: converted, width, height, channels: info.channels };
}
