// Which kinds of pictures are taken, from the announcement to the view.
import sharp from "sharp";
import { afterAll, beforeAll, expect, test } from "vitest";
import { encodeHeic } from "../testing/heic.ts";
import { createPerson, openTestDeps, type TestDeps, type TestPerson } from "../testing/index.ts";
import { makePicture, uploadPicture } from "../testing/pictures.ts";
import { createMediaInput } from "./media.schema.ts";
import { createMedia } from "./media.service.ts";

let deps: TestDeps;
let ana: TestPerson;

beforeAll(async () => {
  deps = await openTestDeps();
  ana = await createPerson(deps);
});

afterAll(() => deps.close());

const announce = (on: TestDeps, contentType: string) =>
  createMedia(on, { actorId: ana.id, ...createMediaInput.parse({ purpose: "post", contentType, byteSize: 100 }) });

async function makeHeic(): Promise<Buffer> {
  const size = { width: 400, height: 300 };
  const pixels = sharp({ create: { ...size, channels: 4, background: "#c04020" } });
  return encodeHeic({ rgba: await pixels.raw().toBuffer(), ...size });
}

test("HEIC is taken, and becomes a picture like others", async () => {
  const { state, image } = await uploadPicture(deps, {
    ownerId: ana.id,
    bytes: await makeHeic(),
    contentType: "image/heic",
  });
  expect([state, image?.width, image?.height, image?.isAnimated]).toEqual(["ready", 400, 300, false]);
});

test("where HEIC is switched off, it is neither named nor accepted", async () => {
  const without = { ...deps, config: { ...deps.config, MEDIA_HEIC: false } };
  for (const contentType of ["image/heic", "image/heif", "text/html"]) {
    await expect(announce(without, contentType)).rejects.toMatchObject({
      code: "input.invalid",
      fieldErrors: { contentType: ["Send a JPEG, PNG, WebP, AVIF or GIF picture"] },
    });
  }
  expect((await announce(without, "image/jpg")).media.state).toBe("pending");
  await expect(announce(deps, "text/html")).rejects.toMatchObject({
    fieldErrors: { contentType: ["Send a JPEG, PNG, WebP, AVIF, GIF or HEIC picture"] },
  });
  // Announced as something else, it gets no further than the worker.
  const { state, reason } = await uploadPicture(without, {
    ownerId: ana.id,
    bytes: await makeHeic(),
    contentType: "image/jpeg",
  });
  expect([state, reason]).toEqual(["failed", "HEIC pictures cannot be read here: save it as JPEG and send that."]);
});

test("a picture is what it is, not what it was announced as", async () => {
  const bytes = await sharp(await makePicture())
    .webp()
    .toBuffer();
  const { state, image } = await uploadPicture(deps, { ownerId: ana.id, bytes, contentType: "image/jpeg" });
  expect([state, image?.width]).toEqual(["ready", 400]);
});

test("an animation that is shown as one picture says so", async () => {
  const frames = [await makePicture({ colour: "#d02020" }), await makePicture({ colour: "#20d020" })];
  const bytes = await sharp(frames, { join: { animated: true } })
    .gif()
    .toBuffer();
  const { image } = await uploadPicture(deps, { ownerId: ana.id, bytes, contentType: "image/gif" });
  expect(image?.isAnimated).toBe(true);
});
