// One scene in every format, depth, colour space and orientation that can be made here: it always looks the same. What it
// should look like is known by other arithmetic than the pipeline's.
import sharp from "sharp";
import { expect, test } from "vitest";
import { colouredScenes, distanceFromScene, type SceneFile, sceneSize, turnedScenes } from "../../testing/scene.ts";
import { renderPicture } from "./render.ts";

async function check({ name, bytes }: SceneFile): Promise<void> {
  const { files } = await renderPicture(bytes, { purpose: "post", isHeicTaken: true });
  expect(files.at(-1), name).toMatchObject(sceneSize);
  for (const file of files) {
    expect(await distanceFromScene(file.bytes), `${name}, ${file.width} pixels wide`).toBeLessThan(3);
    const { format, exif, xmp, iptc, icc, orientation } = await sharp(file.bytes).metadata();
    expect([format, exif, xmp, iptc, icc, orientation], name).toEqual(["webp", ...Array(5).fill(undefined)]);
  }
}

test("pictures are upright and in their colours, whichever way they were stored", async () => {
  let count = 0;
  for await (const scene of turnedScenes()) {
    await check(scene);
    count += 1;
  }
  expect(count).toBe(48);
}, 60_000);

test("pictures of every depth keep their colours, told by a profile, by number, or not at all", async () => {
  let count = 0;
  for await (const scene of colouredScenes()) {
    await check(scene);
    count += 1;
  }
  expect(count).toBe(33);
}, 60_000);
