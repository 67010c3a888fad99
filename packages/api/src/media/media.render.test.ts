// What becomes of files: good ones, strange ones and bad ones.
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { claimJpegSize, makeBadPictures, makeGif } from "../testing/bad-pictures.ts";
import { makePhonePhoto, makePicture } from "../testing/pictures.ts";
import { renderPicture } from "./media.render.ts";
import { isPolyglot, sniffType } from "./media.type.ts";

const post = { purpose: "post", contentType: "image/png" } as const;
const widthsOf = (picture: { files: { width: number }[] }) => picture.files.map(({ width }) => width);

describe("files that are no pictures", () => {
  test("each ends with a reason that its owner understands, no process with them, and little memory", async () => {
    const folder = await mkdtemp(join(tmpdir(), "pixora-bad-pictures-"));
    const corpus = await makeBadPictures();
    const animation = makeGif({ frames: 40_000, side: 200 });
    await writeFile(join(folder, "gif of 40,000 frames@image_gif"), animation);
    for (const { name, contentType, bytes } of corpus) {
      await writeFile(join(folder, `${name}@${contentType.replace("/", "_")}`), bytes);
    }
    const child = fileURLToPath(new URL("../testing/render.child.ts", import.meta.url));
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
    const { files } = await renderPicture(photo, { purpose: "avatar", contentType: "image/jpeg" });
    expect(files).toMatchObject([320, 640].map((side) => ({ width: side, height: side })));
  });

  test.each(["jpeg", "png", "webp", "avif", "gif"] as const)("are taken as %s", async (format) => {
    const bytes = await sharp(await makePicture({ colour: "#c04020" }))
      [format]()
      .toBuffer();
    expect(sniffType(bytes)).toBe(`image/${format}`);
    const { files, placeholder } = await renderPicture(bytes, { purpose: "post", contentType: `image/${format}` });
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
    const [fromCmyk] = (await renderPicture(cmyk, { ...post, contentType: "image/jpeg" })).files;
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

  test("of 50 to 100 megapixels pass where they flow through in rows", async () => {
    const large = await sharp({ create: { width: 10_000, height: 6_000, channels: 3, background: "#468" } })
      .jpeg()
      .toBuffer();
    const jpeg = { ...post, contentType: "image/jpeg" };
    expect(widthsOf(await renderPicture(large, jpeg)).at(-1)).toBe(2_048);
    const small = await sharp(await makePicture())
      .jpeg({ progressive: true })
      .toBuffer();
    const refused = renderPicture(claimJpegSize(small, 8_000), jpeg);
    await expect(refused).rejects.toMatchObject({ message: "The picture has more than 50 million pixels." });
  }, 60_000);
});

test("photos with what phones append to them are no polyglots", async () => {
  const photo = await makePhonePhoto({ width: 800, height: 600 });
  for (const appended of [Buffer.alloc(5_000), Buffer.from("SEFH\0\0\0SEFT"), photo]) {
    const bytes = Buffer.concat([photo, appended]);
    expect(isPolyglot(bytes)).toBe(false);
    await expect(renderPicture(bytes, { purpose: "post", contentType: "image/jpeg" })).resolves.toBeDefined();
  }
});
