// What becomes of files: good ones, strange ones and bad ones.
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import sharp from "sharp";
import { thumbHashToRGBA } from "thumbhash";
import { describe, expect, test } from "vitest";
import { claimJpegSize, makeBadPictures, makeGif } from "../../testing/bad-pictures.ts";
import { makePhonePhoto, makePicture } from "../../testing/pictures.ts";
import { sniffType } from "../media.type.ts";
import { renderPicture } from "./render.ts";

const post = { purpose: "post", isHeicTaken: true } as const;
const widthsOf = (picture: { files: { width: number }[] }) => picture.files.map(({ width }) => width);

describe("files that are no pictures", () => {
  test("each ends with a reason that its owner understands, no process with them, and little memory", async () => {
    const folder = await mkdtemp(join(tmpdir(), "pixora-bad-pictures-"));
    const corpus = await makeBadPictures();
    const animation = makeGif({ frames: 40_000, side: 200 });
    await writeFile(join(folder, "gif of 40,000 frames"), animation);
    for (const { name, bytes } of corpus) await writeFile(join(folder, name), bytes);
    const child = fileURLToPath(new URL("../../testing/render.child.ts", import.meta.url));
    // Rejects where the child exits with another code than 0.
    const { stdout } = await promisify(execFile)(process.execPath, [child, folder], { timeout: 60_000 });
    await rm(folder, { recursive: true });
    const { outcomes, grownBytes } = JSON.parse(stdout);
    for (const { name, reason } of corpus) {
      expect(outcomes[name], name).toMatch(/^BadPictureError: /);
      expect(outcomes[name], name).toMatch(reason);
    }
    expect(outcomes["gif of 40,000 frames"]).toBe("ready");
    expect(grownBytes).toBeLessThan(150 * 1_024 * 1_024);
  }, 120_000);
});

describe("good pictures", () => {
  test("are never enlarged, and come in all widths that they have", async () => {
    expect(widthsOf(await renderPicture(await makePicture({ width: 3_000, height: 30 }), post))).toEqual([
      320, 640, 1_080, 2_048,
    ]);
    expect(widthsOf(await renderPicture(await makePicture({ width: 641, height: 30 }), post))).toEqual([320, 640, 641]);
    expect(widthsOf(await renderPicture(await makePicture({ width: 640, height: 30 }), post))).toEqual([320, 640]);
    expect(widthsOf(await renderPicture(await makePicture({ width: 1, height: 1 }), post))).toEqual([1]);
    const strip = await renderPicture(await makePicture({ width: 100, height: 30_000 }), post);
    expect(strip.files).toMatchObject([{ width: 40, height: 12_000 }]);
  });

  test("as avatars are square, from the middle", async () => {
    const photo = await makePhonePhoto({ width: 1_500, height: 1_000 });
    const { files } = await renderPicture(photo, { ...post, purpose: "avatar" });
    expect(files).toMatchObject([320, 640].map((side) => ({ width: side, height: side })));
  });

  test.each(["jpeg", "png", "webp", "avif", "gif"] as const)("are taken as %s", async (format) => {
    const bytes = await sharp(await makePicture({ colour: "#c04020" }))
      [format]()
      .toBuffer();
    expect(sniffType(bytes)).toBe(`image/${format}`);
    const { files, placeholder } = await renderPicture(bytes, post);
    const [red = 0, green = 0] = await sharp(files[0]?.bytes).raw().toBuffer();
    expect(red).toBeGreaterThan(170);
    expect(green).toBeLessThan(90);
    expect(Buffer.from(placeholder, "base64").length).toBeLessThan(30);
  });

  test("of another colour space are converted to sRGB by their profile, which stays behind", async () => {
    // Full green of Display P3 lies outside sRGB: it is clipped to sRGB's own full green.
    const green = sharp({ create: { width: 64, height: 64, channels: 3, background: { r: 0, g: 200, b: 0 } } });
    const plain = await green.clone().png().toBuffer();
    const raw = await green.raw().toBuffer();
    const p3 = await sharp(raw, { raw: { width: 64, height: 64, channels: 3 } })
      .withIccProfile("p3", { attach: true })
      .png()
      .toBuffer();
    expect((await sharp(p3).metadata()).icc).toBeDefined();
    const [file] = (await renderPicture(p3, post)).files;
    const metadata = await sharp(file?.bytes).metadata();
    expect([metadata.icc, metadata.space]).toEqual([undefined, "srgb"]);
    const [, converted = 0] = await sharp(file?.bytes).raw().toBuffer();
    const [, kept = 0] = await sharp((await renderPicture(plain, post)).files[0]?.bytes)
      .raw()
      .toBuffer();
    expect(Math.abs(converted - kept)).toBeLessThan(4);
    const cmyk = await sharp(plain).toColourspace("cmyk").jpeg().toBuffer();
    const [fromCmyk] = (await renderPicture(cmyk, post)).files;
    expect((await sharp(fromCmyk?.bytes).metadata()).space).toBe("srgb");
  });

  test("keep what is transparent", async () => {
    const glass = await sharp({
      create: { width: 50, height: 50, channels: 4, background: { r: 9, g: 9, b: 200, alpha: 0.5 } },
    })
      .png()
      .toBuffer();
    const [file] = (await renderPicture(glass, post)).files;
    expect((await sharp(file?.bytes).metadata()).hasAlpha).toBe(true);
  });

  test("of 200 megapixels pass where they are made smaller while they are read, and each limit told holds", async () => {
    const large = await sharp({ create: { width: 16_320, height: 12_240, channels: 3, background: "#468" } })
      .jpeg({ chromaSubsampling: "4:2:0" })
      .toBuffer();
    expect(widthsOf(await renderPicture(large, post)).at(-1)).toBe(2_048);
    const over = renderPicture(
      claimJpegSize(
        await sharp(await makePicture())
          .jpeg()
          .toBuffer(),
        14_492,
      ),
      post,
    );
    await expect(over).rejects.toMatchObject({ message: "The picture has more than 210 million pixels." });
    const small = await sharp(await makePicture())
      .jpeg({ progressive: true })
      .toBuffer();
    const held = renderPicture(claimJpegSize(small, 7_072), post);
    await expect(held).rejects.toMatchObject({ message: "The picture has more than 50 million pixels." });
  }, 60_000);

  test("have lost the mark of their end and nothing else", async () => {
    const photo = await makePhonePhoto({ width: 800, height: 600 });
    const unmarked = photo.subarray(0, -2);
    expect((await renderPicture(unmarked, post)).files).toEqual((await renderPicture(photo, post)).files);
    await expect(renderPicture(photo.subarray(0, -200), post)).rejects.toThrow("damaged or incomplete");
  });

  test("are what they are, whatever an editor wrote into them or stands behind them", async () => {
    const photo = await makePhonePhoto({ width: 800, height: 600 });
    const plist = '<?xml version="1.0"?><!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN"><plist><dict/></plist>';
    const edited = withResources(photo, plist);
    expect((await renderPicture(edited, post)).files).toEqual((await renderPicture(photo, post)).files);
    const zipEnd = Buffer.from(`PK\x05\x06${"\0".repeat(18)}`, "latin1");
    const page = Buffer.from("<script>alert(document.domain)</script>");
    for (const appended of [Buffer.alloc(5_000), Buffer.from("SEFH\0\0\0SEFT"), photo, zipEnd, page]) {
      const { files } = await renderPicture(Buffer.concat([photo, appended]), post);
      for (const { bytes } of files) expect(bytes.includes("<script>")).toBe(false);
    }
  });
});

/** As Photoshop writes them: its resources, here those of the printer, in segments behind the start. */
function withResources(jpeg: Buffer, text: string): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt32BE(text.length);
  const resource = Buffer.concat([Buffer.from("Photoshop 3.0\x008BIM\x04\x24\0\0", "latin1"), size, Buffer.from(text)]);
  const head = Buffer.from([0xff, 0xed, 0, 0]);
  head.writeUInt16BE(resource.length + 2, 2);
  return Buffer.concat([jpeg.subarray(0, 2), head, resource, jpeg.subarray(2)]);
}

describe("thin and small pictures", () => {
  test.each([
    [1, 1],
    [3, 3],
    [2, 600],
    [2_000, 2],
    [3_000, 60],
  ])("of %d by %d have a placeholder of their own colour", async (width, height) => {
    const { placeholder } = await renderPicture(await makePicture({ width, height, colour: "#c04020" }), post);
    const { rgba } = thumbHashToRGBA(Buffer.from(placeholder, "base64"));
    for (let at = 0; at < rgba.length; at += 4) {
      const [red = 0, green = 0, blue = 0] = rgba.subarray(at, at + 3);
      expect(Math.max(Math.abs(red - 0xc0), Math.abs(green - 0x40), Math.abs(blue - 0x20))).toBeLessThan(24);
    }
  });

  test("of few pixels or few colours keep every pixel; photos stay small", async () => {
    const sprite = await makeCheckers({ side: 64 });
    const board = await makeCheckers({ side: 600, isPalette: true });
    for (const bytes of [sprite, board]) {
      const { files } = await renderPicture(bytes, post);
      const [before, after] = await Promise.all(
        [bytes, files.at(-1)?.bytes].map((one) => sharp(one).removeAlpha().raw().toBuffer()),
      );
      expect(after?.equals(before ?? Buffer.alloc(0))).toBe(true);
    }
    const photo = await makeNoise({ width: 400, height: 300 });
    const dithered = await sharp(photo).gif().toBuffer();
    const sizeOf = async (bytes: Buffer) => (await renderPicture(bytes, post)).files.at(-1)?.bytes.length ?? 0;
    expect(await sizeOf(dithered)).toBeLessThan(3 * (await sizeOf(photo)));
  });
});

/** Two colours, each pixel another one than its neighbours. */
function makeCheckers({ side, isPalette = false }: { side: number; isPalette?: boolean }): Promise<Buffer> {
  const pixels = Buffer.alloc(side * side * 3);
  for (let at = 0; at < side * side; at += 1) {
    const isRed = (at + Math.floor(at / side)) % 2 === 0;
    pixels.set(isRed ? [230, 40, 60] : [20, 30, 200], at * 3);
  }
  return sharp(pixels, { raw: { width: side, height: side, channels: 3 } })
    .png({ palette: isPalette })
    .toBuffer();
}

function makeNoise(size: { width: number; height: number }): Promise<Buffer> {
  const noise = { type: "gaussian" as const, mean: 128, sigma: 50 };
  return sharp({ create: { ...size, channels: 3, background: "#000", noise } })
    .png()
    .toBuffer();
}
