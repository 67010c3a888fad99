// One scene as every kind of picture: patches of known colours of sRGB, stored in any format, depth, colour space and
// orientation that can be made here; and how far a rendering is from it.
import sharp, { type Sharp } from "sharp";
import { differenceOf, inSpace, type Rgb, type WideSpace } from "./colour.ts";
import { encodeHeic } from "./heic.ts";
import { codedColour, composeHeif, profileColour, takeCoded, turnsOf } from "./heif.ts";
import { writeChunked } from "./png.ts";

/** All inside sRGB, and no two alike: a turned or mirrored scene is another one. Row by row, from the upper left. */
const patches: readonly (readonly Rgb[])[] = [
  [
    [200, 40, 40],
    [60, 150, 60],
    [50, 70, 170],
    [230, 200, 60],
  ],
  [
    [245, 245, 245],
    [180, 180, 180],
    [118, 118, 118],
    [52, 52, 52],
  ],
  [
    [190, 85, 150],
    [60, 140, 170],
    [215, 125, 45],
    [95, 60, 110],
  ],
] as unknown as readonly (readonly Rgb[])[];
const patchSide = 96;

export const sceneSize = { width: 4 * patchSide, height: 3 * patchSide };

export interface SceneFile {
  name: string;
  bytes: Buffer;
}

/** The scene as sharp reads it: sixteen bits a channel, upright, in the numbers of a space. */
function drawScene(space: "srgb" | WideSpace = "srgb"): Sharp {
  const { width, height } = sceneSize;
  const pixels = new Uint16Array(width * height * 3);
  for (let at = 0; at < width * height; at += 1) {
    const colour = colourAt(at % width, Math.floor(at / width));
    const numbers = space === "srgb" ? colour : inSpace(colour, space);
    for (const [channel, value] of numbers.entries()) pixels[at * 3 + channel] = Math.round(value * 257);
  }
  return sharp(pixels, { raw: { width, height, channels: 3 } });
}

function colourAt(x: number, y: number): Rgb {
  return patches[Math.floor(y / patchSide)]?.[Math.floor(x / patchSide)] ?? [0, 0, 0];
}

/** The scene as it is stored where a file says that it must be turned to be upright. */
async function drawTurned(orientation: number): Promise<Sharp> {
  const upright = drawScene().toColourspace("srgb");
  const steps: Record<number, ((picture: Sharp) => Sharp)[]> = {
    2: [(one) => one.flop()],
    3: [(one) => one.rotate(180)],
    4: [(one) => one.flip()],
    5: [(one) => one.rotate(90), (one) => one.flop()],
    6: [(one) => one.rotate(270)],
    7: [(one) => one.rotate(270), (one) => one.flop()],
    8: [(one) => one.rotate(90)],
  };
  let picture = sharp(await upright.png().toBuffer());
  for (const step of steps[orientation] ?? []) picture = sharp(await step(picture).png().toBuffer());
  return picture;
}

const lossless = { quality: 100, chromaSubsampling: "4:4:4" } as const;

async function heicOf(picture: Sharp): Promise<Buffer> {
  const { data, info } = await picture.ensureAlpha().raw({ depth: "uchar" }).toBuffer({ resolveWithObject: true });
  return encodeHeic({ rgba: data, width: info.width, height: info.height });
}

/** In every orientation: by EXIF where a format has it, by the turns of the container where it is HEIF. */
export async function* turnedScenes(): AsyncGenerator<SceneFile> {
  for (let orientation = 1; orientation <= 8; orientation += 1) {
    const stored = await drawTurned(orientation);
    const { width, height } = await stored.metadata();
    const told = stored.clone().withMetadata({ orientation });
    yield { name: `jpeg ${orientation}`, bytes: await told.clone().jpeg(lossless).toBuffer() };
    yield { name: `png ${orientation}`, bytes: await told.clone().png().toBuffer() };
    yield { name: `webp ${orientation}`, bytes: await told.clone().webp({ lossless: true }).toBuffer() };
    const turned = (file: Buffer) => {
      const picture = takeCoded(file, { width, height });
      return composeHeif({ pictures: [{ ...picture, properties: turnsOf(orientation) }] });
    };
    yield {
      name: `avif ${orientation}`,
      bytes: turned(
        await stored
          .clone()
          .avif({ ...lossless, effort: 0 })
          .toBuffer(),
      ),
    };
    // sharp writes the turn of the container, and EXIF that says the same: it must not be turned twice.
    yield {
      name: `avif with EXIF ${orientation}`,
      bytes: await told
        .clone()
        .avif({ ...lossless, effort: 0 })
        .toBuffer(),
    };
    yield { name: `heic ${orientation}`, bytes: turned(await heicOf(stored.clone())) };
  }
}

/** In every depth and colour space: told by a profile, by number, or not at all. */
export async function* colouredScenes(): AsyncGenerator<SceneFile> {
  for (const profile of [undefined, "p3"] as const) {
    const name = profile ?? "untold";
    // The numbers are those of the profile already: to raw pixels sharp only adds it.
    const told = (picture: Sharp) => (profile === undefined ? picture : picture.withIccProfile(profile));
    const shallow = told(drawScene(profile).toColourspace("srgb"));
    yield { name: `jpeg ${name}`, bytes: await shallow.clone().jpeg(lossless).toBuffer() };
    yield {
      name: `progressive jpeg ${name}`,
      bytes: await shallow
        .clone()
        .jpeg({ ...lossless, progressive: true })
        .toBuffer(),
    };
    yield { name: `png ${name}`, bytes: await shallow.clone().png().toBuffer() };
    yield { name: `palette png ${name}`, bytes: await shallow.clone().png({ palette: true }).toBuffer() };
    yield { name: `webp ${name}`, bytes: await shallow.clone().webp({ lossless: true }).toBuffer() };
    const deep = told(drawScene(profile).toColourspace("rgb16"));
    yield { name: `png of 16 bits ${name}`, bytes: await deep.clone().png().toBuffer() };
    yield {
      name: `interlaced png of 16 bits ${name}`,
      bytes: await deep.clone().png({ progressive: true }).toBuffer(),
    };
    for (const bitdepth of [8, 10, 12] as const) {
      const bytes = await deep
        .clone()
        .heif({ ...lossless, compression: "av1", bitdepth, effort: 0 })
        .toBuffer();
      yield { name: `avif of ${bitdepth} bits ${name}`, bytes };
    }
  }
  yield { name: "gif", bytes: await drawScene().toColourspace("srgb").gif({ dither: 0 }).toBuffer() };
  yield { name: "heic", bytes: await heicOf(drawScene().toColourspace("srgb")) };
  const { icc } = await sharp(await drawScene().withIccProfile("p3").png().toBuffer()).metadata();
  if (icc === undefined) throw new Error("sharp has no profile of Display P3");
  const wideHeic = takeCoded(await heicOf(drawScene("p3").toColourspace("srgb")), sceneSize);
  yield { name: "heic p3", bytes: composeHeif({ pictures: [{ ...wideHeic, properties: [profileColour(icc)] }] }) };
  yield* codedScenes();
}

const spaces = { p3: 12, bt2020: 9 } as const;
const srgbCurve = 13;

async function* codedScenes(): AsyncGenerator<SceneFile> {
  for (const [space, primaries] of Object.entries(spaces) as [WideSpace, number][]) {
    const wide = () => drawScene(space);
    for (const depth of ["srgb", "rgb16"] as const) {
      const png = await wide().toColourspace(depth).png().toBuffer();
      const bytes = writeChunked(png, { type: "cICP", body: Buffer.from([primaries, srgbCurve, 0, 1]) });
      yield { name: `png, ${depth}, ${space} by number`, bytes };
    }
    for (const bitdepth of [8, 10] as const) {
      const file = await wide()
        .toColourspace("rgb16")
        .heif({ ...lossless, compression: "av1", bitdepth, effort: 0 })
        .toBuffer();
      yield { name: `avif of ${bitdepth} bits, ${space} by number`, bytes: recoloured(file, primaries) };
    }
    const heic = await heicOf(wide().toColourspace("srgb"));
    yield { name: `heic, ${space} by number`, bytes: recoloured(heic, primaries) };
  }
}

/** The same coded picture in a container that says other colours. */
export function recoloured(file: Buffer, primaries: number, transfer: number = srgbCurve): Buffer {
  const picture = takeCoded(file, sceneSize);
  return composeHeif({ pictures: [{ ...picture, properties: [codedColour(primaries, transfer)] }] });
}

/** How far the worst patch of a rendering is from the scene, by CIEDE2000. */
export async function distanceFromScene(file: Buffer): Promise<number> {
  const { data, info } = await sharp(file).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const side = info.width / 4;
  const distances = patches.flatMap((row, y) =>
    row.map((colour, x) => {
      const at = (Math.round((y + 0.5) * side) * info.width + Math.round((x + 0.5) * side)) * info.channels;
      return differenceOf(colour, [data[at] ?? 0, data[at + 1] ?? 0, data[at + 2] ?? 0]);
    }),
  );
  return Math.max(...distances);
}
