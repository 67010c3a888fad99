// Which kinds of pictures are taken, how large, and how to tell them by their first bytes. Pure.

/** Files above this are not taken. */
export const maxUploadBytes = 25 * 1_024 * 1_024;

const names = {
  "image/jpeg": "JPEG",
  "image/png": "PNG",
  "image/webp": "WebP",
  "image/avif": "AVIF",
  "image/gif": "GIF",
  "image/heic": "HEIC",
  "image/heif": "HEIC",
} as const;

export type PictureType = keyof typeof names;

export function isPictureType(type: string): type is PictureType {
  return Object.hasOwn(names, type);
}

/** What people call it: "JPEG". */
export function nameOfType(type: PictureType): string {
  return names[type];
}

const avifBrands = new Set(["avif", "avis"]);
const heicBrands = new Set(["heic", "heix", "heim", "heis", "hevc", "hevx", "hevm", "hevs", "mif1", "msf1"]);

/** The real type of a file, by its signature; null where it is no picture that is taken. */
export function sniffType(bytes: Uint8Array): PictureType | null {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, 64)).toString("latin1");
  if (head.startsWith("\xff\xd8\xff")) return "image/jpeg";
  if (head.startsWith("\x89PNG\r\n\x1a\n")) return "image/png";
  if (/^GIF8[79]a/.test(head)) return "image/gif";
  if (/^RIFF.{4}WEBP/s.test(head)) return "image/webp";
  if (head.slice(4, 8) === "ftyp") return sniffBrand(head);
  return null;
}

/** AVIF and HEIC share a container and differ in their brands: the major one, then the compatible ones. */
function sniffBrand(head: string): PictureType | null {
  const brands = [head.slice(8, 12)];
  for (let at = 16; at + 4 <= head.length; at += 4) brands.push(head.slice(at, at + 4));
  if (brands.some((brand) => avifBrands.has(brand))) return "image/avif";
  return brands.some((brand) => heicBrands.has(brand)) ? "image/heic" : null;
}

/** Whether a file of this real type is what was announced. */
export function isAnnounced(real: PictureType, announced: PictureType): boolean {
  return nameOfType(real) === nameOfType(announced);
}

/** Long enough never to stand in millions of photos by chance. */
const markup = /<(?:script|html[\s>]|!doctype|\?php\s)|%PDF-[12]\./i;
/** "End of central directory": every zip has one in its last 64 KiB, with the length of the comment after it. */
const zipEnd = Buffer.from("PK\x05\x06", "latin1");
const zipEndBytes = 22;

/**
 * Whether a picture is also something else: a page, a script, a PDF, a zip. Only our own rendering is ever served, so
 * this protects nobody from the file; it tells an honest uploader that theirs was tampered with.
 */
export function isPolyglot(file: Uint8Array): boolean {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  if (markup.test(bytes.toString("latin1"))) return true;
  for (let at = bytes.lastIndexOf(zipEnd); at >= 0; at = at === 0 ? -1 : bytes.lastIndexOf(zipEnd, at - 1)) {
    if (bytes.length - at > zipEndBytes + 0xffff) return false;
    if (bytes.length >= at + zipEndBytes && bytes.readUInt16LE(at + 20) === bytes.length - at - zipEndBytes)
      return true;
  }
  return false;
}
