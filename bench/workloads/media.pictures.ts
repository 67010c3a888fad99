// Pictures for the workload `media`: photos with the detail of photos, and a mixture as people send it.
import sharp from "sharp";
import { encodeHeic } from "../../packages/api/src/testing/heic.ts";

const size = { width: 4_000, height: 3_000 };

/** Something with the detail of a photo, 12 megapixels: noise at several scales. */
export async function makePhoto(seed: number): Promise<Buffer> {
  const noise = { type: "gaussian" as const, mean: 100 + seed * 15, sigma: 45 };
  const layer = { create: { width: 500, height: 375, channels: 3 as const, background: "#000", noise } };
  return sharp(await sharp(layer).png().toBuffer())
    .resize({ ...size, kernel: "cubic" })
    .jpeg({ quality: 88 })
    .withMetadata({ orientation: 6 })
    .toBuffer();
}

/** The same photos as HEIC. */
export async function makeHeics(photos: readonly Buffer[]): Promise<Buffer[]> {
  const heics: Buffer[] = [];
  for (const photo of photos) {
    const rgba = await sharp(photo, { autoOrient: false }).ensureAlpha().raw().toBuffer();
    heics.push(await encodeHeic({ ...size, rgba }));
  }
  return heics;
}

/** Fifty pictures in an order that puts the largest side by side: photos mostly, and each kind that is held whole. */
export async function makeMixture(): Promise<Buffer[]> {
  const photo = await makePhoto(1);
  const [heic = photo] = await makeHeics([photo]);
  const wide = await sharp(photo).resize(8_160, 6_120, { fit: "fill" }).png({ compressionLevel: 1 }).toBuffer();
  const large = await sharp(wide)
    .toColourspace("rgb16")
    .heif({ compression: "av1", bitdepth: 10, effort: 0, quality: 40 })
    .toBuffer();
  const small = sharp(photo).resize(2_000);
  const held = [
    large,
    large,
    heic,
    await sharp(photo).avif({ effort: 0 }).toBuffer(),
    await sharp(photo).jpeg({ progressive: true, quality: 85 }).toBuffer(),
    await sharp(photo).webp({ effort: 0 }).toBuffer(),
    await small.clone().png({ compressionLevel: 1 }).toBuffer(),
    await small.clone().gif({ effort: 1 }).toBuffer(),
  ];
  return [...held, ...Array<Buffer>(50 - held.length).fill(photo)];
}
