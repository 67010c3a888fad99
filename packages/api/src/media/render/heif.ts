// What the container of AVIF and HEIC says that sharp does not tell: the colours of the primary picture, whether there is
// a film in it, and a copy that decoders of stills take. Pure; a container that lies is read as one that says nothing.
import type { CodedColours } from "./colour.ts";

interface Box {
  type: string;
  /** Behind the header. */
  start: number;
  end: number;
}

/** The boxes between two places, as far as they can be followed. */
function* boxesIn(bytes: Buffer, start: number, end: number): Generator<Box> {
  for (let at = start; at + 8 <= end; ) {
    const short = bytes.readUInt32BE(at);
    const isLong = short === 1 && at + 16 <= end;
    const size = isLong ? Number(bytes.readBigUInt64BE(at + 8)) : short === 0 ? end - at : short;
    const head = isLong ? 16 : 8;
    if (size < head || size > end - at) return;
    yield { type: bytes.toString("latin1", at + 4, at + 8), start: at + head, end: at + size };
    at += size;
  }
}

function findBox(bytes: Buffer, parent: { start: number; end: number }, type: string): Box | undefined {
  for (const box of boxesIn(bytes, parent.start, parent.end)) if (box.type === type) return box;
  return undefined;
}

/** Behind the version and the flags of a full box. */
function bodyOf(box: Box): Box {
  return { ...box, start: box.start + 4 };
}

/** The colours that the primary picture is coded in (`nclx`); null where the file leaves it open. */
export function readHeifColours(bytes: Buffer): CodedColours | null {
  try {
    const meta = findBox(bytes, { start: 0, end: bytes.length }, "meta");
    if (meta === undefined) return null;
    const primary = findBox(bytes, bodyOf(meta), "pitm");
    const properties = findBox(bytes, bodyOf(meta), "iprp");
    if (primary === undefined || properties === undefined) return null;
    const isShort = bytes[primary.start] === 0;
    const id = isShort ? bytes.readUInt16BE(primary.start + 4) : bytes.readUInt32BE(primary.start + 4);
    return findColours(bytes, { properties, id });
  } catch (error) {
    // The file ends before a value that it announces.
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function findColours(bytes: Buffer, of: { properties: Box; id: number }): CodedColours | null {
  const list = findBox(bytes, of.properties, "ipco");
  if (list === undefined) return null;
  const all = [...boxesIn(bytes, list.start, list.end)];
  for (const box of boxesIn(bytes, of.properties.start, of.properties.end)) {
    if (box.type !== "ipma") continue;
    for (const index of propertiesOf(bytes, { box, id: of.id })) {
      const property = all[index - 1];
      if (property?.type !== "colr" || bytes.toString("latin1", property.start, property.start + 4) !== "nclx")
        continue;
      return { primaries: bytes.readUInt16BE(property.start + 4), transfer: bytes.readUInt16BE(property.start + 6) };
    }
  }
  return null;
}

/** The properties of an item, as numbers in the list, from 1. */
function propertiesOf(bytes: Buffer, { box, id }: { box: Box; id: number }): number[] {
  const isShortId = bytes[box.start] === 0;
  const isWide = (bytes.readUInt8(box.start + 3) & 1) === 1;
  let at = box.start + 8;
  for (let left = bytes.readUInt32BE(box.start + 4); left > 0 && at < box.end; left -= 1) {
    const item = isShortId ? bytes.readUInt16BE(at) : bytes.readUInt32BE(at);
    at += isShortId ? 2 : 4;
    const count = bytes.readUInt8(at);
    at += 1;
    const step = isWide ? 2 : 1;
    if (item === id) {
      // The highest bit says that a reader must know the property.
      return Array.from({ length: count }, (_, place) =>
        isWide ? bytes.readUInt16BE(at + place * 2) & 0x7fff : bytes.readUInt8(at + place) & 0x7f,
      );
    }
    at += count * step;
  }
  return [];
}

/** Whether there is a film beside the still picture. */
export function isHeifAnimated(bytes: Buffer): boolean {
  return findBox(bytes, { start: 0, end: bytes.length }, "moov") !== undefined;
}

/** A film carries a still picture, but decoders of stills refuse the brand of films: a copy with the brand of stills. */
export function asStillAvif(bytes: Buffer): Buffer {
  if (bytes.toString("latin1", 4, 12) !== "ftypavis") return bytes;
  const copy = Buffer.from(bytes);
  copy.write("avif", 8, "latin1");
  return copy;
}
