// HEIC: what phones of one maker send, decoded by a decoder of its own, in a thread of its own.
import sharp from "sharp";
import { expect, test } from "vitest";
import { encodeHeic } from "../../testing/heic.ts";
import { composeHeif, takeCoded, turnsOf } from "../../testing/heif.ts";
import { makePhonePhoto } from "../../testing/pictures.ts";
import { recoloured } from "../../testing/scene.ts";
import { decodeHevc } from "./hevc.ts";
import { renderPicture } from "./render.ts";

const post = { purpose: "post", isHeicTaken: true } as const;

async function makeHeic({ width, height }: { width: number; height: number }): Promise<Buffer> {
  const pixels = sharp(await makePhonePhoto({ width, height }), { autoOrient: false });
  return encodeHeic({ rgba: await pixels.ensureAlpha().raw().toBuffer(), width, height });
}

const colourAt = async (file: Buffer, left: number, top: number) => [
  ...(await sharp(file).extract({ left, top, width: 1, height: 1 }).raw().toBuffer()),
];

test("a photo comes out upright in all its widths", async () => {
  const size = { width: 1_200, height: 800 };
  const picture = takeCoded(await makeHeic(size), size);
  const bytes = composeHeif({ pictures: [{ ...picture, properties: turnsOf(6) }] });
  const { files } = await renderPicture(bytes, post);
  expect(files).toMatchObject([320, 640, 800].map((width) => ({ width, height: width * 1.5 })));
  for (const { bytes: file, width } of files) {
    expect((await colourAt(file, 20, 20))[0]).toBeGreaterThan(180);
    expect((await colourAt(file, width - 20, 20))[2]).toBeGreaterThan(180);
  }
  const [avatar] = (await renderPicture(bytes, { ...post, purpose: "avatar" })).files;
  expect(avatar).toMatchObject({ width: 320, height: 320 });
});

test("the primary picture is shown, not the first one", async () => {
  const [first, second] = await Promise.all([
    makeHeic({ width: 128, height: 64 }),
    makeHeic({ width: 64, height: 128 }),
  ]);
  const pictures = [takeCoded(first, { width: 128, height: 64 }), takeCoded(second, { width: 64, height: 128 })];
  expect((await renderPicture(composeHeif({ pictures, primary: 1 }), post)).files).toMatchObject([
    { width: 64, height: 128 },
  ]);
});

test("where it is not taken, its owner reads what to do", async () => {
  const heic = await makeHeic({ width: 64, height: 64 });
  const refused = renderPicture(heic, { ...post, isHeicTaken: false });
  await expect(refused).rejects.toThrow("HEIC pictures cannot be read here: save it as JPEG and send that.");
  await expect(renderPicture(Buffer.from("hello"), { ...post, isHeicTaken: false })).rejects.toThrow(
    "This is not a JPEG, PNG, WebP, AVIF or GIF picture.",
  );
});

test("a damaged one is refused, and does no harm to the next", async () => {
  const heic = await makeHeic({ width: 256, height: 256 });
  for (const bytes of [heic.subarray(0, heic.length - 300), heic.subarray(0, 900)]) {
    await expect(renderPicture(bytes, post)).rejects.toThrow("damaged or incomplete");
  }
  expect((await renderPicture(heic, post)).files).toHaveLength(1);
});

test("one that is larger than was allowed for is refused before it is decoded", async () => {
  const heic = await makeHeic({ width: 256, height: 256 });
  await expect(decodeHevc(heic, { pixels: 65_535, maxPixels: 65_535 })).rejects.toMatchObject({
    message: "The file is damaged or incomplete.",
    cause: "larger than it said",
  });
});

test.each([
  ["PQ", 16],
  ["HLG", 18],
])("pictures of high dynamic range (%s) are refused in plain words", async (_name, transfer) => {
  const pixels = sharp({ create: { width: 384, height: 288, channels: 3, background: "#888" } });
  for (const file of [
    await pixels.clone().avif().toBuffer(),
    await encodeHeic({ rgba: await pixels.clone().ensureAlpha().raw().toBuffer(), width: 384, height: 288 }),
  ]) {
    await expect(renderPicture(recoloured(file, 9, transfer), post)).rejects.toThrow(/^HDR pictures/);
  }
});
