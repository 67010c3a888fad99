// Which of several pictures in a file is shown, and what is said of the others.
import sharp from "sharp";
import { expect, test } from "vitest";
import { composeHeif, takeCoded } from "../../testing/heif.ts";
import { makePicture } from "../../testing/pictures.ts";
import { makeApng } from "../../testing/png.ts";
import { renderPicture } from "./render.ts";
import { readSource } from "./source.ts";

const size = { width: 96, height: 64 };
const post = { purpose: "post", isHeicTaken: true } as const;

async function colourOf(file: Buffer | undefined, at = { left: 48, top: 32 }): Promise<number[]> {
  const pixel = await sharp(file)
    .extract({ ...at, width: 1, height: 1 })
    .raw()
    .toBuffer();
  return [...pixel];
}

async function show(bytes: Buffer) {
  const { files, isAnimated } = await renderPicture(bytes, post);
  const [red = 0, green = 0, blue = 0] = await colourOf(files.at(-1)?.bytes);
  const colour = red > 150 ? "red" : green > 150 ? "green" : blue > 150 ? "blue" : "none";
  return { colour, isAnimated };
}

const png = (colour: string) => makePicture({ ...size, colour });

async function coded(colour: string) {
  return takeCoded(
    await sharp(await png(colour))
      .avif()
      .toBuffer(),
    size,
  );
}

test("of an AVIF with several pictures, the primary one", async () => {
  const pictures = [await coded("#d02020"), await coded("#20d020")];
  expect(await show(composeHeif({ pictures, primary: 0 }))).toEqual({ colour: "red", isAnimated: false });
  expect(await show(composeHeif({ pictures, primary: 1 }))).toEqual({ colour: "green", isAnimated: false });
});

test("of an animated AVIF, the still picture that it carries", async () => {
  const pictures = [await coded("#20d020"), await coded("#d02020")];
  expect(await show(composeHeif({ pictures, isFilm: true }))).toEqual({ colour: "green", isAnimated: true });
});

test("of an animated PNG, the first frame that is shown", async () => {
  const [red, green, blue] = [await png("#d02020"), await png("#20d020"), await png("#2020d0")];
  const frames = [red, green].map((frame) => ({ png: frame, left: 0, top: 0 }));
  expect(await show(makeApng({ frames }))).toEqual({ colour: "red", isAnimated: true });
  expect(await show(makeApng({ frames, hidden: blue }))).toEqual({ colour: "red", isAnimated: true });
  expect(await show(makeApng({ frames: frames.slice(0, 1), hidden: blue }))).toEqual({
    colour: "red",
    isAnimated: false,
  });
});

test("a first frame that fills only a part of the picture stands in its place", async () => {
  const part = await makePicture({ width: 40, height: 30, colour: "#d02020" });
  const bytes = makeApng({ frames: [{ png: part, left: 50, top: 20 }], hidden: await png("#2020d0") });
  const { files } = await renderPicture(bytes, post);
  expect(files).toMatchObject([size]);
  expect((await colourOf(files[0]?.bytes, { left: 60, top: 30 }))[3]).toBe(255);
  expect((await colourOf(files[0]?.bytes, { left: 10, top: 10 }))[3]).toBe(0);
  const outside = makeApng({ frames: [{ png: part, left: 57, top: 20 }], hidden: await png("#2020d0") });
  await expect(renderPicture(outside, post)).rejects.toThrow("damaged or incomplete");
});

test("a first frame is put in its place only when there is room for the whole picture", async () => {
  const [part, hidden] = [await makePicture({ width: 40, height: 30, colour: "#d02020" }), await png("#2020d0")];
  const placed = makeApng({ frames: [{ png: part, left: 50, top: 20 }], hidden });
  const plain = makeApng({ frames: [{ png: hidden, left: 0, top: 0 }] });
  const estimate = async (bytes: Buffer) => (await readSource(bytes, post)).estimatedBytes - bytes.length;
  const { width, height } = size;
  expect((await estimate(placed)) - (await estimate(plain))).toBeGreaterThanOrEqual(width * height * 4);
  expect((await readSource(placed, post)).bytes.length).toBeLessThan(placed.length);
});

test.each(["gif", "webp"] as const)("a moving %s shows its first frame, and says that it moved", async (format) => {
  const frames = [await png("#d02020"), await png("#20d020")];
  const moving = await sharp(frames, { join: { animated: true } })
    [format]()
    .toBuffer();
  expect(await show(moving)).toEqual({ colour: "red", isAnimated: true });
  expect(
    await show(
      await sharp(await png("#20d020"))
        [format]()
        .toBuffer(),
    ),
  ).toEqual({ colour: "green", isAnimated: false });
});
