// The part of the media walks that is the same on every storage: a sweep, which must leave exactly the files that rows
// name, whatever people and crashes left behind.
import type { Pixora } from "@pixora/client";
import { expect } from "vitest";
import { intakeKey, uploadKey } from "../../packages/api/src/media/media.key.ts";
import { makePicture } from "../../packages/api/src/testing/pictures.ts";
import type { House } from "./house.ts";
import { sweepLater } from "./stored-files.ts";

type Made = Awaited<ReturnType<Pixora["media"]["upload"]>>;

const picturesOfPost = 10;

/** Shows most of the pictures on posts, leaves every kind of orphan behind, sweeps, and looks at what is left. */
export async function expectNoOrphans(house: House, input: { pixora: Pixora; made: readonly Made[] }): Promise<void> {
  const { pixora, made } = input;
  const unused = made.slice(0, picturesOfPost);
  const shown = made.slice(picturesOfPost);
  for (let at = 0; at < shown.length; at += picturesOfPost) {
    const media = shown.slice(at, at + picturesOfPost).map(({ id }) => ({ mediaId: id }));
    await pixora.post.create.mutate({ media });
  }
  const unfinished = await sendWithoutEnd(pixora);
  // As after a crash between the last file and the row's end.
  await house.pool.query("delete from media where id = $1", [unused[0]?.id]);

  const { before, after, named } = await sweepLater(house);
  // Even before it, nothing is left of what was sent and made.
  expect(before).toContain(uploadKey(unfinished));
  for (const { id } of made) {
    expect(before).not.toContain(uploadKey(id));
    expect(before).not.toContain(intakeKey(id));
  }
  expect(after).toEqual(named);
  const left = new Set(after.map((key) => key.split("/")[1]));
  expect(shown.every(({ id }) => left.has(id))).toBe(true);
  expect(unused.some(({ id }) => left.has(id))).toBe(false);
  await expect(pixora.media.byId.query({ mediaId: unused[1]?.id ?? "" })).rejects.toThrow();
}

/** An upload whose sender went away before saying that it is complete; answers the picture's id. */
async function sendWithoutEnd(pixora: Pixora): Promise<string> {
  const bytes = await makePicture();
  const { media, upload } = await pixora.media.create.mutate({
    purpose: "post",
    contentType: "image/png",
    byteSize: bytes.length,
  });
  const { url, method, headers } = upload;
  expect((await fetch(url, { method, headers, body: new Uint8Array(bytes) })).status).toBe(200);
  return media.id;
}
