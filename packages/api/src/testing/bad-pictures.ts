// A corpus of files that are no pictures, or too much of one: each with what its owner is told.
import { deflateSync } from "node:zlib";
import sharp from "sharp";
import { makePhonePhoto } from "./pictures.ts";

export interface BadPicture {
  name: string;
  bytes: Buffer;
  /** What its owner is told. */
  reason: RegExp;
}

const noPicture = /not a JPEG, PNG/;
const damaged = /damaged or incomplete/;
const pixels = /million pixels/;

/** Makes them all; nothing is read from disk or network. */
export async function makeBadPictures(): Promise<BadPicture[]> {
  const photo = await makePhonePhoto({ width: 1_600, height: 1_200 });
  const noise = await sharp({
    create: {
      width: 800,
      height: 600,
      channels: 3,
      background: "#000",
      noise: { type: "gaussian", mean: 128, sigma: 60 },
    },
  })
    .png()
    .toBuffer();
  const webp = await sharp(noise).webp().toBuffer();
  const avif = await sharp(noise).avif({ effort: 0 }).toBuffer();
  const gif = await sharp(noise).gif().toBuffer();
  const svg = Buffer.from(
    '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>alert(1)</script></svg>',
  );
  const html = Buffer.from("<!doctype html><html><script>alert(document.domain)</script></html>");
  const cut = (bytes: Buffer, share: number) => bytes.subarray(0, Math.floor(bytes.length * share));
  return [
    { name: "truncated jpeg", bytes: cut(photo, 0.6), reason: damaged },
    { name: "truncated png", bytes: cut(noise, 0.5), reason: damaged },
    { name: "truncated webp", bytes: cut(webp, 0.5), reason: damaged },
    { name: "truncated avif", bytes: cut(avif, 0.5), reason: damaged },
    { name: "truncated gif", bytes: cut(gif, 0.02), reason: damaged },
    { name: "only a jpeg signature", bytes: photo.subarray(0, 4), reason: damaged },
    { name: "png bomb, 900 megapixels", bytes: makePng(30_000, 30_000), reason: pixels },
    {
      name: "png header of 2 gigapixels a side",
      bytes: makePng(2 ** 31 - 1, 2 ** 31 - 1, 1),
      reason: /pixels|damaged/,
    },
    {
      name: "jpeg that claims 65,500 a side",
      bytes: claimJpegSize(photo, 65_500),
      reason: pixels,
    },
    { name: "svg", bytes: svg, reason: noPicture },
    {
      name: "svg behind a png signature",
      bytes: Buffer.concat([noise.subarray(0, 8), svg]),
      reason: damaged,
    },
    { name: "html as jpeg", bytes: html, reason: noPicture },
    { name: "text", bytes: Buffer.from("hello"), reason: noPicture },
    { name: "zeros", bytes: Buffer.alloc(100_000), reason: noPicture },
    {
      name: "gif and script",
      bytes: Buffer.from("GIF89a/*\0\0*/=1;alert(1)//<script>"),
      reason: damaged,
    },
    {
      name: "heic without a picture",
      bytes: makeHeic(),
      reason: damaged,
    },
    { name: "tiff", bytes: await sharp(noise).tiff().toBuffer(), reason: noPicture },
  ];
}

function chunk(type: string, data: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(data.length);
  head.write(type, 4, "latin1");
  const crc = Buffer.alloc(4);
  crc.writeUInt32BE(crc32(Buffer.concat([head.subarray(4), data])));
  return Buffer.concat([head, data, crc]);
}

function crc32(bytes: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}

/** The beginning of a black PNG, one bit a pixel: a few kilobytes that go on for ever. */
function makePng(width: number, height: number, rows = height): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 1;
  const data = deflateSync(Buffer.alloc(Math.min((Math.ceil(width / 8) + 1) * rows, 2_000_000)), { level: 1 });
  const signature = Buffer.from("\x89PNG\r\n\x1a\n", "latin1");
  return Buffer.concat([signature, chunk("IHDR", header), chunk("IDAT", data), chunk("IEND", Buffer.alloc(0))]);
}

/** The same file with another size in its frame header, baseline or progressive. */
export function claimJpegSize(jpeg: Buffer, side: number): Buffer {
  const bytes = Buffer.from(jpeg);
  let at = 2;
  while (bytes[at + 1] !== 0xc0 && bytes[at + 1] !== 0xc2) at += 2 + bytes.readUInt16BE(at + 2);
  bytes.writeUInt16BE(side, at + 5);
  bytes.writeUInt16BE(side, at + 7);
  return bytes;
}

/** A GIF of many frames of one pixel each on a canvas of `side` a side. */
export function makeGif(input: { frames: number; side: number }): Buffer {
  const header = Buffer.from("GIF89a\0\0\0\0\x80\0\0\xff\0\0\0\0\xff", "latin1");
  header.writeUInt16LE(input.side, 6);
  header.writeUInt16LE(input.side, 8);
  const control = Buffer.from("\x21\xf9\x04\x04\x0a\0\0\0", "latin1");
  const frame = Buffer.from("\x2c\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0", "latin1");
  const frames = Array.from({ length: input.frames }, () => Buffer.concat([control, frame]));
  return Buffer.concat([header, ...frames, Buffer.from(";")]);
}

/** The container of a HEIC without what it should hold. */
function makeHeic(): Buffer {
  const type = Buffer.from("\0\0\0\x18ftypheic\0\0\0\0mif1heic", "latin1");
  return Buffer.concat([type, Buffer.from("\0\0\0\x08mdat", "latin1"), Buffer.alloc(500)]);
}
