// Which kinds of pictures are taken, how large, and how to tell them by their first bytes. Pure. What stands behind a
// picture in its file is not looked at: only our own rendering is ever served, and cameras and editors write much there.

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

/** Whether a kind of picture is taken: HEIC only where it can be read. */
export function isTakenType(type: string, { isHeicTaken }: { isHeicTaken: boolean }): type is PictureType {
  return isPictureType(type) && (isHeicTaken || names[type] !== "HEIC");
}

/** All kinds that are taken, as people call them: "JPEG, PNG or GIF". */
export function nameTakenTypes({ isHeicTaken }: { isHeicTaken: boolean }): string {
  const taken = [...new Set<string>(Object.values(names))].filter((name) => isHeicTaken || name !== "HEIC");
  return `${taken.slice(0, -1).join(", ")} or ${taken.at(-1)}`;
}

const avifBrands = new Set(["avif", "avis"]);
const heicBrands = new Set(["heic", "heix", "heim", "heis", "hevc", "hevx", "hevm", "hevs", "mif1", "msf1"]);

/** The real type of a file, by its signature; null where it is no picture that is taken. */
export function sniffType(bytes: Uint8Array): PictureType | null {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, 256)).toString("latin1");
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
  const end = Math.min(head.length, Buffer.from(head.slice(0, 4), "latin1").readUInt32BE());
  for (let at = 16; at + 4 <= end; at += 4) brands.push(head.slice(at, at + 4));
  if (brands.some((brand) => avifBrands.has(brand))) return "image/avif";
  return brands.some((brand) => heicBrands.has(brand)) ? "image/heic" : null;
}
