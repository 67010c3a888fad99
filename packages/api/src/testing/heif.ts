// Containers of AVIF and HEIC, written by hand for tests: several pictures in one file, turned and mirrored ones, colours
// told by number, films. What is coded inside comes from real encoders.

/** One coded picture, taken out of the file that an encoder wrote. */
export interface CodedPicture {
  kind: "av01" | "hvc1";
  data: Buffer;
  width: number;
  height: number;
  /** The box that tells a decoder how it is coded. */
  config: Buffer;
  /** More boxes about it: colours, turns. */
  properties: Buffer[];
}

function box(type: string, ...parts: Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([numbers(32, 8 + body.length), Buffer.from(type, "latin1"), body]);
}

function fullBox(type: string, flags: number, ...parts: Buffer[]): Buffer {
  return box(type, numbers(32, flags), ...parts);
}

function numbers(bits: 8 | 16 | 32, ...values: number[]): Buffer {
  const bytes = Buffer.alloc((values.length * bits) / 8);
  for (const [at, value] of values.entries()) bytes.writeUIntBE(value, (at * bits) / 8, bits / 8);
  return bytes;
}

/** Takes the first picture out of a file of one picture. */
export function takeCoded(file: Buffer, size: { width: number; height: number }): CodedPicture {
  const kind = file.includes("av1C") ? "av01" : "hvc1";
  const at = file.indexOf(kind === "av01" ? "av1C" : "hvcC") - 4;
  const config = file.subarray(at, at + file.readUInt32BE(at));
  return { kind, data: firstItemOf(file), ...size, config, properties: [] };
}

/** By the list of places, `iloc`, as encoders write it: version 0 or 1, offsets of four bytes. */
function firstItemOf(file: Buffer): Buffer {
  const start = file.indexOf("iloc") + 4;
  const isOne = file[start] === 1;
  const hasBase = ((file[start + 5] ?? 0) & 0xf0) === 0x40;
  let at = start + 8 + 2 + (isOne ? 2 : 0) + 2;
  const base = hasBase ? file.readUInt32BE(at) : 0;
  at += hasBase ? 4 : 0;
  const parts = Array.from({ length: file.readUInt16BE(at) }, (_, index) => {
    const offset = base + file.readUInt32BE(at + 2 + index * 8);
    return file.subarray(offset, offset + file.readUInt32BE(at + 6 + index * 8));
  });
  return Buffer.concat(parts);
}

/** Colours by their numbers in H.273; the matrix is that of most encoders. */
export function codedColour(primaries: number, transfer: number): Buffer {
  return box("colr", Buffer.from("nclx"), numbers(16, primaries, transfer, 6), numbers(8, 0x80));
}

export function profileColour(icc: Buffer): Buffer {
  return box("colr", Buffer.from("prof"), icc);
}

/** What a mirror exchanges, as numbered by ISO/IEC 23008-12 since 2022; earlier editions could be read either way. */
const topAndBottom = 0;
const leftAndRight = 1;

/** The turns that show a stored picture upright, by the number that EXIF has for it. */
export function turnsOf(orientation: number): Buffer[] {
  const rotate = (quarters: number) => box("irot", numbers(8, quarters));
  const mirror = (axis: number) => box("imir", numbers(8, axis));
  const turns: Record<number, Buffer[]> = {
    2: [mirror(leftAndRight)],
    3: [rotate(2)],
    4: [mirror(topAndBottom)],
    5: [rotate(1), mirror(topAndBottom)],
    6: [rotate(3)],
    7: [rotate(3), mirror(topAndBottom)],
    8: [rotate(1)],
  };
  return turns[orientation] ?? [];
}

/** A file of these pictures, of which the one at `primary` is to be shown; `isFilm` adds a film of all of them. */
export function composeHeif(input: { pictures: readonly CodedPicture[]; primary?: number; isFilm?: boolean }): Buffer {
  const { pictures, primary = 0, isFilm = false } = input;
  const isAv1 = pictures[0]?.kind === "av01";
  const brands = isAv1
    ? `${isFilm ? "avis" : "avif"}\0\0\0\0avifmif1miaf${isFilm ? "avismsf1" : ""}`
    : "heic\0\0\0\0mif1heic";
  const type = box("ftyp", Buffer.from(brands, "latin1"));
  // The places depend on the length of what tells them, which does not depend on the places.
  const lengthOfHead = type.length + writeMeta(pictures, { primary, start: 0 }).length;
  const lengthOfFilm = isFilm ? writeFilm(pictures, 0).length : 0;
  const start = lengthOfHead + lengthOfFilm + 8;
  return Buffer.concat([
    type,
    writeMeta(pictures, { primary, start }),
    ...(isFilm ? [writeFilm(pictures, start)] : []),
    box("mdat", ...pictures.map(({ data }) => data)),
  ]);
}

function writeMeta(pictures: readonly CodedPicture[], of: { primary: number; start: number }): Buffer {
  const places: Buffer[] = [];
  const entries: Buffer[] = [];
  const properties: Buffer[] = [];
  const links: Buffer[] = [];
  let at = of.start;
  for (const [index, picture] of pictures.entries()) {
    const id = index + 1;
    places.push(numbers(16, id, 0, 1), numbers(32, at, picture.data.length));
    at += picture.data.length;
    entries.push(fullBox("infe", 0x02_00_00_00, numbers(16, id, 0), Buffer.from(`${picture.kind}\0`)));
    const own = [
      fullBox("ispe", 0, numbers(32, picture.width, picture.height)),
      picture.config,
      fullBox("pixi", 0, numbers(8, 3, 8, 8, 8)),
      ...picture.properties,
    ];
    const first = properties.length + 1;
    properties.push(...own);
    // What a reader must know is marked: how it is coded and how it is turned.
    const marks = own.map((property) => (/av1C|hvcC|irot|imir/.test(property.toString("latin1", 4, 8)) ? 0x80 : 0));
    links.push(numbers(16, id), numbers(8, own.length, ...marks.map((mark, place) => mark + first + place)));
  }
  return fullBox(
    "meta",
    0,
    fullBox("hdlr", 0, numbers(32, 0), Buffer.from("pict"), Buffer.alloc(13)),
    fullBox("pitm", 0, numbers(16, of.primary + 1)),
    fullBox("iloc", 0, numbers(8, 0x44, 0), numbers(16, pictures.length), ...places),
    fullBox("iinf", 0, numbers(16, pictures.length), ...entries),
    box("iprp", box("ipco", ...properties), fullBox("ipma", 0, numbers(32, pictures.length), ...links)),
  );
}

const noTurn = numbers(32, 0x1_0000, 0, 0, 0, 0x1_0000, 0, 0, 0, 0x4000_0000);

/** A film that shows the pictures one after the other, each for a second. */
function writeFilm(pictures: readonly CodedPicture[], start: number): Buffer {
  const [{ width, height, config } = { width: 0, height: 0, config: Buffer.alloc(0) }] = pictures;
  const count = pictures.length;
  const sample = box(
    "av01",
    numbers(16, 0, 0, 0, 1, 0, 0),
    Buffer.alloc(12),
    numbers(16, width, height),
    numbers(32, 0x48_0000, 0x48_0000, 0),
    numbers(16, 1),
    Buffer.alloc(32),
    numbers(16, 0x18, 0xffff),
    config,
  );
  const tables = box(
    "stbl",
    fullBox("stsd", 0, numbers(32, 1), sample),
    fullBox("stts", 0, numbers(32, 1, count, 1)),
    fullBox("stsc", 0, numbers(32, 1, 1, count, 1)),
    fullBox("stsz", 0, numbers(32, 0, count, ...pictures.map(({ data }) => data.length))),
    fullBox("stco", 0, numbers(32, 1, start)),
  );
  const where = box("dinf", fullBox("dref", 0, numbers(32, 1), fullBox("url ", 1)));
  const media = box(
    "mdia",
    fullBox("mdhd", 0, numbers(32, 0, 0, 1, count, 0x55c4_0000)),
    fullBox("hdlr", 0, numbers(32, 0), Buffer.from("pict"), Buffer.alloc(13)),
    box("minf", fullBox("vmhd", 1, Buffer.alloc(8)), where, tables),
  );
  const track = fullBox(
    "tkhd",
    3,
    numbers(32, 0, 0, 1, 0, count, 0, 0),
    numbers(16, 0, 0, 0, 0),
    noTurn,
    numbers(32, width * 65_536, height * 65_536),
  );
  const movie = fullBox(
    "mvhd",
    0,
    numbers(32, 0, 0, 1, count, 0x1_0000),
    numbers(16, 0x100, 0),
    Buffer.alloc(8),
    noTurn,
    Buffer.alloc(24),
    numbers(32, 2),
  );
  return box("moov", movie, box("trak", track, media));
}
