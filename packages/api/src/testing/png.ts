// PNGs written by hand for tests: with a chunk more, and animated ones whose first frame is hidden.
import { crc32 } from "node:zlib";

export interface Chunk {
  type: string;
  body: Buffer;
}

const signatureBytes = 8;

export function chunkOf({ type, body }: Chunk): Buffer {
  const named = Buffer.concat([Buffer.from(type, "latin1"), body]);
  const [size, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  size.writeUInt32BE(body.length);
  sum.writeUInt32BE(crc32(named));
  return Buffer.concat([size, named, sum]);
}

export function chunksIn(png: Buffer): Chunk[] {
  const chunks: Chunk[] = [];
  for (let at = signatureBytes; at < png.length; at += 12 + png.readUInt32BE(at)) {
    const body = png.subarray(at + 8, at + 8 + png.readUInt32BE(at));
    chunks.push({ type: png.toString("latin1", at + 4, at + 8), body });
  }
  return chunks;
}

function join(png: Buffer, chunks: readonly Chunk[]): Buffer {
  return Buffer.concat([png.subarray(0, signatureBytes), ...chunks.map(chunkOf)]);
}

/** The same PNG with one chunk more, behind its header. */
export function writeChunked(png: Buffer, chunk: Chunk): Buffer {
  const [header, ...rest] = chunksIn(png);
  return join(png, [...(header ? [header] : []), chunk, ...rest]);
}

export interface Frame {
  /** Of the same kind of PNG as the others. */
  png: Buffer;
  left: number;
  top: number;
}

/** An animation; where `hidden` is given, readers that know no animations show that, and others never do. */
export function makeApng(input: { frames: readonly Frame[]; hidden?: Buffer }): Buffer {
  const { frames, hidden } = input;
  const canvas = hidden ?? frames[0]?.png ?? Buffer.alloc(0);
  let sequence = 0;
  const next = () => number32(sequence++);
  const own = chunksIn(canvas).filter(({ type }) => type !== "IEND");
  const [header, ...body] = own;
  const control = { type: "acTL", body: Buffer.concat([number32(frames.length), number32(0)]) };
  const shown = frames.flatMap(({ png, left, top }, index): Chunk[] => {
    const [size, ...rest] = chunksIn(png);
    const place = Buffer.concat([size?.body.subarray(0, 8) ?? Buffer.alloc(8), number32(left), number32(top)]);
    const start = { type: "fcTL", body: Buffer.concat([next(), place, Buffer.from([0, 1, 0, 1, 0, 0])]) };
    const isCanvas = index === 0 && hidden === undefined;
    const parts = rest
      .filter(({ type }) => type === "IDAT")
      .map((part): Chunk => (isCanvas ? part : { type: "fdAT", body: Buffer.concat([next(), part.body]) }));
    return [start, ...parts];
  });
  const hiddenBody = hidden === undefined ? [] : body;
  return join(canvas, [
    ...(header ? [header] : []),
    control,
    ...hiddenBody,
    ...shown,
    { type: "IEND", body: Buffer.alloc(0) },
  ]);
}

function number32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
