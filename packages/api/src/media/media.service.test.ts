// Uploads from end to end, on both storage drivers, over real HTTP.
import { statement } from "@pixora/db";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { listHomeFeed } from "../feed/feed.service.ts";
import { createPostInput } from "../post/post.schema.ts";
import { createPost } from "../post/post.service.ts";
import { createPerson, follow, openTestServer, type TestPerson, type TestServer } from "../testing/index.ts";
import { inspectPicture, makePhonePhoto, makePicture, makeUploaded, openBucket } from "../testing/pictures.ts";
import { uploadKey } from "./media.key.ts";
import type { CreatedMediaView } from "./media.schema.ts";
import { completeMedia, createMedia } from "./media.service.ts";
import type { PictureType } from "./media.type.ts";
import { presentOwnMedia } from "./media.view.ts";

const events = statement<{ type: string }>(
  "testing.events",
  `select type from live_log where user_id = $1 order by seq`,
);

describe.each(["disk", "s3"] as const)("on %s", (driver) => {
  let server: TestServer;
  let ana: TestPerson;
  let bucket: Awaited<ReturnType<typeof openBucket>> | undefined;

  beforeAll(async () => {
    bucket = driver === "s3" ? await openBucket() : undefined;
    server = await openTestServer(bucket ? { env: bucket.env } : {});
    ana = await createPerson(server.deps);
  });

  afterAll(async () => {
    await server.close();
    await bucket?.close();
  });

  /** URLs of the disk driver name the configured server; the test's listens elsewhere. */
  function reach(url: string): string {
    return driver === "disk" ? url.replace(/^http:\/\/[^/]+/, server.url) : url;
  }

  function send(upload: CreatedMediaView["upload"], body: Buffer, headers: Record<string, string> = {}) {
    return fetch(reach(upload.url), {
      method: upload.method,
      headers: { ...upload.headers, ...headers },
      body: new Uint8Array(body),
    });
  }

  function announce(bytes: Buffer, contentType: PictureType = "image/jpeg") {
    return createMedia(server.deps, { actorId: ana.id, purpose: "post", contentType, byteSize: bytes.length });
  }

  test("a phone's photo comes out upright, in all widths, without a word about its maker or place", async () => {
    const photo = await makePhonePhoto({ width: 3_000, height: 2_000 });
    const { media, upload } = await announce(photo);
    expect(media).toMatchObject({ state: "pending", image: null, reason: null });
    // Every kind of metadata is there to begin with.
    const kinds = ["exif", "xmp", "iptc", "icc", "orientation"];
    expect((await inspectPicture(photo)).traces).toEqual(expect.arrayContaining([...kinds, "somebody", "xmpmeta"]));
    expect((await send(upload, photo)).status).toBe(200);
    const completed = await completeMedia(server.deps, { actorId: ana.id, mediaId: media.id });
    expect(completed.state).toBe("processing");
    await makeUploaded(server.deps, { mediaId: media.id });
    const { state, image } = await presentOwnMedia(server.deps, { actorId: ana.id, mediaId: media.id });
    expect(state).toBe("ready");
    expect(image).toMatchObject({ width: 2_000, height: 3_000 });
    expect(image?.variants.map((variant) => variant.width)).toEqual([320, 640, 1_080]);
    expect(image?.placeholder.length).toBeGreaterThan(10);
    for (const file of [...(image?.variants ?? []), ...(image ? [image] : [])]) {
      const answer = await fetch(reach(file.url));
      expect(answer.headers.get("content-type")).toBe("image/webp");
      const bytes = Buffer.from(await answer.arrayBuffer());
      expect(await inspectPicture(bytes)).toEqual({
        format: "webp",
        width: file.width,
        height: file.height,
        traces: [],
        isUpright: true,
      });
    }
    expect(await server.deps.db.sql.many(events, [ana.id])).toEqual([{ type: "media.ready" }]);

    const ben = await createPerson(server.deps);
    await follow(server.deps, { followerId: ben.id, followeeId: ana.id });
    const input = createPostInput.parse({ media: [{ mediaId: media.id, alt: "a red corner" }] });
    await createPost(server.deps, { actorId: ana.id, ...input });
    const { items } = await listHomeFeed(server.deps, { viewerId: ben.id, limit: 20 });
    const [shown] = items[0]?.media ?? [];
    expect(shown).toMatchObject({ id: media.id, alt: "a red corner", width: 2_000, placeholder: image?.placeholder });
    // A private bucket is never read without a signature.
    expect(shown?.expiresAt === null).toBe(driver === "disk");
    expect((await fetch(reach(shown?.url ?? ""))).status).toBe(200);
  });

  test("an upload is refused when it is larger, of another type, for another place or too late", async () => {
    const photo = await makePicture();
    const { media, upload } = await announce(photo, "image/png");
    const larger = Buffer.concat([photo, Buffer.alloc(10)]);
    expect((await send(upload, larger)).status).toBe(403);
    expect((await send(upload, photo, { "content-type": "text/html" })).status).toBe(403);
    const other = upload.url.replace(media.id, String(BigInt(media.id) + 1n));
    const forged = driver === "s3" ? other : upload.url.replace(/t=../, "t=AA");
    expect((await send({ ...upload, url: forged }, photo)).status).toBe(403);
    const expired = await server.deps.storage.signUpload({
      key: uploadKey(media.id),
      contentType: "image/png",
      byteSize: photo.length,
      lifeMs: driver === "s3" ? 1_000 : -1,
    });
    if (driver === "s3") await new Promise((resolve) => setTimeout(resolve, 2_100));
    expect((await send({ ...expired, expiresAt: "" }, photo)).status).toBe(403);
    await expect(completeMedia(server.deps, { actorId: ana.id, mediaId: media.id })).rejects.toMatchObject({
      code: "media.notReady",
    });
    expect((await send(upload, photo)).status).toBe(200);
  });

  test("what is written after the upload was completed is neither read nor served", async () => {
    const [first, second] = await Promise.all([makePicture({ colour: "#d02020" }), makePicture({ colour: "#20d020" })]);
    const bytes = Buffer.concat([first, Buffer.alloc(Math.max(0, second.length - first.length))]);
    const rival = Buffer.concat([second, Buffer.alloc(Math.max(0, first.length - second.length))]);
    const { media, upload } = await announce(bytes, "image/png");
    await send(upload, bytes);
    await completeMedia(server.deps, { actorId: ana.id, mediaId: media.id });
    const again = await send(upload, rival);
    // The loopback bucket ignores the condition that real ones honour.
    expect(again.status).toBe(driver === "disk" ? 412 : 200);
    await makeUploaded(server.deps, { mediaId: media.id });
    const after = await send(upload, rival);
    expect(after.status).toBe(driver === "disk" ? 412 : 200);
    expect((await completeMedia(server.deps, { actorId: ana.id, mediaId: media.id })).state).toBe("ready");
    const { image } = await presentOwnMedia(server.deps, { actorId: ana.id, mediaId: media.id });
    const served = await sharp(Buffer.from(await (await fetch(reach(image?.url ?? ""))).arrayBuffer()))
      .raw()
      .toBuffer();
    expect(served[0]).toBeGreaterThan(180);
    expect(upload.headers["if-none-match"] ?? "*").toBe("*");
    if (driver === "s3") expect(upload.url).toContain("if-none-match");
  });

  test("announcing again with the same key answers the same picture and a fresh permission", async () => {
    const input = {
      actorId: ana.id,
      purpose: "post",
      contentType: "image/png",
      byteSize: 10,
      idempotencyKey: "k",
    } as const;
    const [one, two] = await Promise.all([createMedia(server.deps, input), createMedia(server.deps, input)]);
    expect(two.media.id).toBe(one.media.id);
    await expect(createMedia(server.deps, { ...input, byteSize: 11 })).rejects.toMatchObject({
      code: "idempotency.reused",
    });
  });

  test("a picture that is not one's own does not exist, and its files need a signature", async () => {
    const photo = await makePicture();
    const { media, upload } = await announce(photo, "image/png");
    await send(upload, photo);
    const ben = await createPerson(server.deps);
    for (const call of [completeMedia, presentOwnMedia]) {
      await expect(call(server.deps, { actorId: ben.id, mediaId: media.id })).rejects.toMatchObject({
        code: "media.notFound",
      });
    }
    await completeMedia(server.deps, { actorId: ana.id, mediaId: media.id });
    await makeUploaded(server.deps, { mediaId: media.id });
    const { image } = await presentOwnMedia(server.deps, { actorId: ana.id, mediaId: media.id });
    const url = reach(image?.url ?? "");
    const leftMs = Date.parse(image?.expiresAt ?? "") - Date.now();
    expect(leftMs).toBeGreaterThan(8.9 * 60_000);
    expect(leftMs).toBeLessThanOrEqual(10 * 60_000);
    expect((await fetch(url)).status).toBe(200);
    expect((await fetch(url.replace(/.$/, (last) => (last === "a" ? "b" : "a")))).ok).toBe(false);
    expect((await fetch(url.replace(/\?.*/, ""))).status).toBe(driver === "disk" ? 404 : 403);
  });
});
