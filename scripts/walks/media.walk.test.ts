// Pictures through a whole Pixora: the SDK, servers, workers that are killed, and what a sweep leaves on the disk.
import { mkdir, rename, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { createOutboxDb } from "@pixora/api/domain";
import { waitFor } from "@pixora/api/testing";
import { UploadError } from "@pixora/client";
import { replayDeadLetters } from "@pixora/jobs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { intakeKey } from "../../packages/api/src/media/media.key.ts";
import { makePhonePhoto, makePicture } from "../../packages/api/src/testing/pictures.ts";
import { type App, type House, openHouse } from "./house.ts";
import { expectNoOrphans } from "./media.orphans.ts";
import { withDepsOf } from "./stored-files.ts";

let house: House;
let server: App;
let worker: App;

beforeAll(async () => {
  house = await openHouse();
  [server, worker] = await Promise.all([house.startServer(), house.startWorker()]);
});

afterAll(() => house.close());

test("a photo goes from the SDK to a follower's feed, and one as an avatar", async () => {
  const [ana, ben] = await Promise.all([house.signUp(server, "ana"), house.signUp(server, "ben")]);
  await ben.pixora.follow.create.mutate({ userId: ana.id });
  const photo = await makePhonePhoto({ width: 2_400, height: 1_600 });
  const parts: number[] = [];
  const media = await ana.pixora.media.upload(new Blob([new Uint8Array(photo)]), {
    purpose: "post",
    onProgress: (part) => parts.push(part),
  });
  expect(media).toMatchObject({ state: "ready", image: { width: 1_600, height: 2_400 } });
  expect([parts[0], parts.at(-1)]).toEqual([0, 1]);
  const avatar = await ana.pixora.media.upload(photo, { purpose: "avatar" });
  await ana.pixora.user.update.mutate({ avatarMediaId: avatar.id });
  await ana.pixora.post.create.mutate({ caption: "up", media: [{ mediaId: media.id, alt: "a square" }] });
  const { items } = await ben.pixora.feed.home.query({});
  const [image] = items[0]?.media ?? [];
  expect(image).toMatchObject({ id: media.id, alt: "a square", expiresAt: null });
  expect(items[0]?.author.avatar).toMatchObject({ width: 640, height: 640 });
  const answer = await fetch(image?.url ?? "");
  expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "image/webp"]);
  expect(answer.headers.get("cache-control")).toMatch(/^public, max-age=31536000, immutable/);
}, 60_000);

test("a file that is no picture is refused in words, and an upload can be given up", async () => {
  const { pixora } = await house.signUp(server, "cleo");
  const html = new File(["<html><script>alert(1)</script>"], "cat.jpg", { type: "image/jpeg" });
  const refused = await pixora.media.upload(html, { purpose: "post" }).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(UploadError);
  expect((refused as UploadError).message).toBe("This is not a JPEG, PNG, WebP, AVIF, GIF or HEIC picture.");
  const stopped = pixora.media.upload(await makePicture(), { purpose: "post", signal: AbortSignal.abort("enough") });
  await expect(stopped).rejects.toBe("enough");
}, 30_000);

test("a worker that is killed again and again in the middle of 100 uploads loses none, and a sweep leaves no orphans", async () => {
  const { pixora } = await house.signUp(server, "dora");
  const photo = await makePicture({ width: 900, height: 700 });
  const uploads = Promise.all(Array.from({ length: 100 }, () => pixora.media.upload(photo, { purpose: "post" })));
  uploads.catch(() => undefined);
  for (let kill = 0; kill < 3; kill += 1) {
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    await worker.end("SIGKILL");
    worker = await house.startWorker();
  }
  const made = await uploads;
  expect(made.map((media) => media.state)).toEqual(Array(100).fill("ready"));
  await expectNoOrphans(house, { pixora, made });
}, 240_000);

test("a picture whose job is given up ends as failed, and as ready once its dead letter is replayed", async () => {
  const { pixora } = await house.signUp(server, "emil");
  const heard: string[] = [];
  const stream = pixora.live.onEvent.subscribe(undefined, { onData: ({ data }) => heard.push(data.type) });
  await worker.end("SIGTERM");
  const bytes = await makePicture();
  const announced = { purpose: "post", contentType: "image/png", byteSize: bytes.length } as const;
  const { media, upload } = await pixora.media.create.mutate(announced);
  await fetch(upload.url, { method: upload.method, headers: upload.headers, body: new Uint8Array(bytes) });
  await pixora.media.complete.mutate({ mediaId: media.id });
  const stateOf = async () => (await pixora.media.byId.query({ mediaId: media.id })).state;
  // Something that no worker can read.
  const intake = join(house.env.STORAGE_DIR ?? "", intakeKey(media.id));
  await rename(intake, `${intake}-aside`);
  await mkdir(intake);
  worker = await house.startWorker();
  await waitFor("the picture to fail", async () => (await stateOf()) === "failed");
  const { reason } = await pixora.media.byId.query({ mediaId: media.id });
  expect(reason).toBe("The picture could not be made: send it again, now or later.");
  await waitFor("its owner to hear of it", async () => heard.includes("media.failed"));

  await rmdir(intake);
  await rename(`${intake}-aside`, intake);
  await withDepsOf(house, { aheadMs: 0, work: (deps) => replayDeadLetters(createOutboxDb(deps.db), {}) });
  await waitFor("the picture to be ready", async () => (await stateOf()) === "ready");
  await waitFor("its owner to hear of that", async () => heard.includes("media.ready"));
  stream.unsubscribe();
  const { image, reason: none } = await pixora.media.byId.query({ mediaId: media.id });
  expect([image?.width, none]).toEqual([400, null]);
}, 60_000);
