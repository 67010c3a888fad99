// The pictures of the demo: drawn, sent through the real pipeline, put into the storage, and their rows inserted.
// Promise: the same seed makes the same files. Those of a load that fails are swept with other orphans.
import { availableParallelism } from "node:os";
import { statement, type Tx } from "@pixora/db";
import { pictureKey } from "../../packages/api/src/media/media.key.ts";
import { type RenderedPicture, renderPicture } from "../../packages/api/src/media/render/render.ts";
import { createGate } from "../../packages/api/src/platform/flow/gate.ts";
import type { Storage } from "../../packages/api/src/platform/storage/storage.ts";
import { drawJpeg } from "../../packages/api/src/testing/draw.ts";
import { instantOf } from "./load.sql.ts";
import { type Drawing, drawAvatar, drawPicture } from "./pictures.draw.ts";
import type { PlannedPicture } from "./pictures.plan.ts";

/** A planned picture whose files are in the storage. */
export interface MadePicture extends PlannedPicture {
  byteSize: number;
  alt: string;
  placeholder: string;
  variants: [width: number, height: number][];
}

/** Makes all pictures of a plan: each drawing once, then a copy for every place that shows it. */
export async function makePictures(
  storage: Storage,
  input: { plan: readonly PlannedPicture[]; seed: string },
): Promise<MadePicture[]> {
  const { plan, seed } = input;
  const gate = createGate(availableParallelism());
  const byDrawing = Map.groupBy(plan, ({ post, drawing }) => `${post?.topic.pastime ?? "avatar"}/${drawing}`);
  const made = await Promise.all(
    [...byDrawing.values()].map((places) => gate.pass(() => makeDrawing(storage, { places, seed }))),
  );
  return made.flat();
}

async function makeDrawing(
  storage: Storage,
  input: { places: readonly PlannedPicture[]; seed: string },
): Promise<MadePicture[]> {
  const [first, ...others] = input.places;
  if (first === undefined) return [];
  const named = { seed: input.seed, index: first.drawing };
  const pastime = first.post?.topic.pastime;
  const drawing = pastime === undefined ? drawAvatar(named) : drawPicture({ ...named, pastime });
  const bytes = await drawJpeg(drawing.svg);
  const purpose = pastime === undefined ? "avatar" : "post";
  const picture = await renderPicture(bytes, { purpose, isHeicTaken: false });
  for (const { width, bytes: file } of picture.files) {
    await storage.put({ key: pictureKey(String(first.id), width), bytes: file, contentType: "image/webp" });
  }
  for (const place of others) await copyFiles(storage, { from: first, to: place, picture });
  return input.places.map((place) => describe(place, { drawing, picture, byteSize: bytes.length }));
}

async function copyFiles(
  storage: Storage,
  input: { from: PlannedPicture; to: PlannedPicture; picture: RenderedPicture },
): Promise<void> {
  const { from, to, picture } = input;
  for (const { width } of picture.files) {
    await storage.copy({ from: pictureKey(String(from.id), width), to: pictureKey(String(to.id), width) });
  }
}

function describe(
  place: PlannedPicture,
  of: { drawing: Drawing; picture: RenderedPicture; byteSize: number },
): MadePicture {
  const { drawing, picture, byteSize } = of;
  const variants = picture.files.map(({ width, height }): [number, number] => [width, height]);
  return { ...place, byteSize, alt: drawing.alt, placeholder: picture.placeholder, variants };
}

const insertMedia = statement<never>(
  "seed.insertMedia",
  `insert into media (id, owner_id, purpose, state, content_type, byte_size, width, height, placeholder, variants,
                      post_id, position, alt, created_at)
   select id, owner_id, case when post_id is null then 'avatar' else 'post' end, 'ready', 'image/jpeg', byte_size,
          (variants #>> '{-1,0}')::int, (variants #>> '{-1,1}')::int, placeholder, variants, post_id, position, alt,
          ${instantOf("id")}
   from unnest($1::bigint[], $2::bigint[], $3::int[], $4::text[], $5::jsonb[], $6::bigint[], $7::int[], $8::text[])
        as picture (id, owner_id, byte_size, placeholder, variants, post_id, position, alt)`,
);

const wearAvatars = statement<never>(
  "seed.wearAvatars",
  `update users set avatar_media_id = media.id from media where media.owner_id = users.id and media.purpose = 'avatar'`,
);

/** Inserts the rows of made pictures, after posts and people. Answers how many. */
export async function insertPictures(tx: Tx, input: { pictures: readonly MadePicture[] }): Promise<number> {
  const { pictures } = input;
  await tx.run(insertMedia, [
    pictures.map(({ id }) => id),
    pictures.map(({ owner }) => owner.id),
    pictures.map(({ byteSize }) => byteSize),
    pictures.map(({ placeholder }) => placeholder),
    pictures.map(({ variants }) => JSON.stringify(variants)),
    pictures.map(({ post }) => post?.id ?? null),
    pictures.map(({ position }) => position),
    pictures.map(({ alt }) => alt),
  ]);
  await tx.run(wearAvatars);
  return pictures.length;
}
