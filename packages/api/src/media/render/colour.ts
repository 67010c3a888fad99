// Colours that a file tells by numbers (`nclx` of AVIF and HEIC, cICP of PNG) instead of by a profile: the profile that
// says the same. Pure.
import { BadPictureError } from "./bad-picture.ts";

/** Colour primaries and transfer characteristics, as numbered by ITU-T H.273. */
export interface CodedColours {
  primaries: number;
  transfer: number;
}

type Triple = readonly [number, number, number];
type Matrix = readonly [Triple, Triple, Triple];

/** Where red, green and blue lie in the CIE diagram of 1931. All have the white of daylight, D65. */
const wideGamuts: Record<number, readonly [red: Triple, green: Triple, blue: Triple]> = {
  // BT.2020
  9: [xyz(0.708, 0.292), xyz(0.17, 0.797), xyz(0.131, 0.046)],
  // Display P3; 11 is that of cinemas, whose white no screen shows.
  11: [xyz(0.68, 0.32), xyz(0.265, 0.69), xyz(0.15, 0.06)],
  12: [xyz(0.68, 0.32), xyz(0.265, 0.69), xyz(0.15, 0.06)],
};
const ordinaryGamut = [xyz(0.64, 0.33), xyz(0.3, 0.6), xyz(0.15, 0.06)] as const;
const daylight = xyz(0.3127, 0.329);

/** What profiles are written for: D50, and the way there from daylight (Bradford's). */
const profileWhite: Triple = [0.9642, 1, 0.8249];
const toProfileWhite: Matrix = [
  [1.047_929_8, 0.022_946_8, -0.050_192_2],
  [0.029_627_8, 0.990_434_5, -0.017_073_8],
  [-0.009_243_1, 0.015_055_2, 0.751_874_3],
];

const perceptualQuantizer = 16;
const hybridLogGamma = 18;
/** Exponents of transfers that are a plain power; all others are seen as sRGB's curve, as browsers do. */
const gammas: Record<number, number> = { 4: 2.2, 5: 2.8, 8: 1 };

/** Throws BadPictureError for pictures of high dynamic range: without its tone mapping one would be a grey veil. */
export function refuseHighDynamicRange(colours: CodedColours | null): void {
  if (colours?.transfer !== perceptualQuantizer && colours?.transfer !== hybridLogGamma) return;
  throw new BadPictureError(
    "HDR pictures (PQ or HLG) cannot be shown here: save it as a standard picture and send that.",
  );
}

/** The ICC profile of such colours; null where they are sRGB's. */
export function profileOf({ primaries, transfer }: CodedColours): Buffer | null {
  const wide = wideGamuts[primaries];
  const gamma = gammas[transfer];
  if (wide === undefined && gamma === undefined) return null;
  const [red, green, blue] = columnsOf(wide ?? ordinaryGamut);
  const curve =
    gamma === undefined ? parametric(3, [2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045]) : parametric(0, [gamma]);
  return assemble([
    ["desc", text("coded colours")],
    ["cprt", text("none")],
    ["wtpt", place(profileWhite)],
    ["rXYZ", place(red)],
    ["gXYZ", place(green)],
    ["bXYZ", place(blue)],
    ["rTRC", curve],
    ["gTRC", curve],
    ["bTRC", curve],
  ]);
}

function xyz(x: number, y: number): Triple {
  return [x / y, 1, (1 - x - y) / y];
}

/** Red, green and blue at full strength, such that together they are white, seen under the white of profiles. */
function columnsOf(primaries: readonly [Triple, Triple, Triple]): [Triple, Triple, Triple] {
  const [r, g, b] = primaries;
  const all = determinant(r, g, b);
  const shares = [
    determinant(daylight, g, b) / all,
    determinant(r, daylight, b) / all,
    determinant(r, g, daylight) / all,
  ];
  const column = (primary: Triple, share = 0) =>
    apply(toProfileWhite, [primary[0] * share, primary[1] * share, primary[2] * share]);
  return [column(r, shares[0]), column(g, shares[1]), column(b, shares[2])];
}

function determinant(a: Triple, b: Triple, c: Triple): number {
  return a[0] * (b[1] * c[2] - b[2] * c[1]) - b[0] * (a[1] * c[2] - a[2] * c[1]) + c[0] * (a[1] * b[2] - a[2] * b[1]);
}

function apply(matrix: Matrix, [x, y, z]: Triple): Triple {
  const row = ([a, b, c]: Triple) => a * x + b * y + c * z;
  return [row(matrix[0]), row(matrix[1]), row(matrix[2])];
}

function fixed(values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [at, value] of values.entries()) bytes.writeInt32BE(Math.round(value * 65_536), at * 4);
  return bytes;
}

function place(values: Triple): Buffer {
  return Buffer.concat([Buffer.from("XYZ \0\0\0\0", "latin1"), fixed(values)]);
}

function parametric(kind: number, values: readonly number[]): Buffer {
  return Buffer.concat([Buffer.from("para\0\0\0\0", "latin1"), Buffer.from([0, kind, 0, 0]), fixed(values)]);
}

function text(words: string): Buffer {
  const head = Buffer.from("mluc\0\0\0\0\0\0\0\x01\0\0\0\x0cenUS\0\0\0\0\0\0\0\x1c", "latin1");
  head.writeUInt32BE(words.length * 2, 20);
  return Buffer.concat([head, Buffer.from(words, "utf16le").swap16()]);
}

/** A profile of a screen, version 4: header, list of tags, tags. */
function assemble(tags: readonly (readonly [name: string, body: Buffer])[]): Buffer {
  const header = Buffer.alloc(128);
  header.writeUInt32BE(0x04_30_00_00, 8);
  header.write("mntrRGB XYZ ", 12, "latin1");
  header.write("acsp", 36, "latin1");
  fixed(profileWhite).copy(header, 68);
  const list = Buffer.alloc(4 + tags.length * 12);
  list.writeUInt32BE(tags.length);
  const bodies: Buffer[] = [];
  let at = header.length + list.length;
  for (const [index, [name, body]] of tags.entries()) {
    list.write(name, 4 + index * 12, "latin1");
    list.writeUInt32BE(at, 8 + index * 12);
    list.writeUInt32BE(body.length, 12 + index * 12);
    bodies.push(body, Buffer.alloc((4 - (body.length % 4)) % 4));
    at += body.length + ((4 - (body.length % 4)) % 4);
  }
  const profile = Buffer.concat([header, list, ...bodies]);
  profile.writeUInt32BE(profile.length);
  return profile;
}
