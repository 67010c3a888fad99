// What chunks of a PNG say that sharp does not tell: colours by number, animations, the frame that is shown first; and the
// writing of a plain one. Pure; a file that lies is read as one that says nothing.
import { crc32, deflateSync } from "node:zlib";
import type { CodedColours } from "./colour.ts";

const signature = Buffer.from("\x89PNG\r\n\x1a\n", "latin1");

interface Chunk {
  type: string;
  body: Buffer;
}

function* chunksOf(bytes: Buffer): Generator<Chunk> {
  for (let at = signature.length; at + 12 <= bytes.length; ) {
    const size = bytes.readUInt32BE(at);
    if (size > bytes.length - at - 12) return;
    yield { type: bytes.toString("latin1", at + 4, at + 8), body: bytes.subarray(at + 8, at + 8 + size) };
    at += 12 + size;
  }
}

/** The colours that a PNG is coded in (cICP); null where the file leaves it open. */
export function readPngColours(bytes: Buffer): CodedColours | null {
  for (const { type, body } of chunksOf(bytes)) {
    if (type === "IDAT") return null;
    if (type === "cICP" && body.length === 4) return { primaries: body.readUInt8(0), transfer: body.readUInt8(1) };
  }
  return null;
}

interface Rectangle {
  left: number;
  top: number;
  width: number;
  height: number;
}

export interface Animation {
  isAnimated: boolean;
  /** The first frame that is shown as a PNG of its own, and its place; null where that is the picture itself. */
  first: { bytes: Buffer; place: Rectangle } | null;
}

/** What an animated PNG shows first: in some, the picture that other readers see is no part of the animation. */
export function readPngAnimation(bytes: Buffer): Animation {
  const shared: Chunk[] = [];
  const frame: Buffer[] = [];
  let isAnimated = false;
  let place: Rectangle | null = null;
  for (const { type, body } of chunksOf(bytes)) {
    if (type === "acTL" && body.length >= 4) isAnimated = body.readUInt32BE(0) > 1;
    else if (type === "fcTL" && body.length >= 20) {
      if (place !== null) break;
      place = placeOf(body);
    } else if (type === "IDAT") {
      // A frame control stands before it: the picture itself is the first frame.
      if (place !== null) return { isAnimated, first: null };
    } else if (type === "fdAT" && place !== null) frame.push(body.subarray(4));
    else if (place === null && type !== "acTL") shared.push({ type, body });
  }
  if (place === null || frame.length === 0) return { isAnimated, first: null };
  const chunks = shared.map(({ type, body }) => writeChunk(type, type === "IHDR" ? resize(body, place) : body));
  const ends = [writeChunk("IDAT", Buffer.concat(frame)), writeChunk("IEND", Buffer.alloc(0))];
  return { isAnimated, first: { bytes: Buffer.concat([signature, ...chunks, ...ends]), place } };
}

function placeOf(control: Buffer): Rectangle {
  const at = (offset: number) => control.readUInt32BE(offset);
  return { width: at(4), height: at(8), left: at(12), top: at(16) };
}

function resize(header: Buffer, { width, height }: Rectangle): Buffer {
  const copy = Buffer.from(header);
  copy.writeUInt32BE(width, 0);
  copy.writeUInt32BE(height, 4);
  return copy;
}

function writeChunk(type: string, body: Buffer): Buffer {
  const chunk = Buffer.alloc(12 + body.length);
  chunk.writeUInt32BE(body.length, 0);
  chunk.write(type, 4, "latin1");
  body.copy(chunk, 8);
  chunk.writeUInt32BE(crc32(chunk.subarray(4, 8 + body.length)), 8 + body.length);
  return chunk;
}

/** Pixels as a PNG that says by which profile they are meant; hardly compressed, since it is read at once. */
export function writePng(input: {
  pixels: Buffer;
  width: number;
  height: number;
  /** Grey, grey with alpha, RGB, RGBA. */
  channels: number;
  profile: Buffer;
}): Buffer {
  const { pixels, width, height, channels, profile } = input;
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8;
  header[9] = [0, 0, 4, 2, 6][channels] ?? 2;
  const stride = width * channels;
  const rows = Buffer.alloc(height * (stride + 1));
  for (let y = 0; y < height; y += 1) pixels.copy(rows, y * (stride + 1) + 1, y * stride, (y + 1) * stride);
  return Buffer.concat([
    signature,
    writeChunk("IHDR", header),
    writeChunk("iCCP", Buffer.concat([Buffer.from("profile\0\0", "latin1"), deflateSync(profile)])),
    writeChunk("IDAT", deflateSync(rows, { level: 0 })),
    writeChunk("IEND", Buffer.alloc(0)),
  ]);
}
