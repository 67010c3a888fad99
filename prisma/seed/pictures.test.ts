// The pictures of the demo: on the posts and people that are seen first, with files behind every URL.
import { openTestDeps, type TestDeps } from "@pixora/api/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { sweepOrphans } from "../../packages/api/src/media/media.sweep.ts";
import { listPostsByUser } from "../../packages/api/src/post/post.list.ts";
import { findUserIdByHandle } from "../../packages/api/src/user/user.service.ts";
import { drawPicture } from "./pictures.draw.ts";
import { seedDemo } from "./seed.ts";

let deps: TestDeps;

beforeAll(async () => {
  deps = await openTestDeps();
  const keys = Array.from({ length: 12 }, (_, at) => `key${at}`);
  const graph = keys.map((key, at) => ({
    key,
    name: `Villager ${key}`,
    nick: null,
    follows: [...keys, ...keys].slice(at + 1, at + 5),
    followerCount: 4,
  }));
  await seedDemo(deps.db, { graph, postCount: 160, storage: deps.storage });
}, 120_000);

afterAll(() => deps.close());

test("alice's posts show pictures with texts, and hers is one of the faces", async () => {
  const userId = (await findUserIdByHandle(deps, { handle: "alice" })) ?? "";
  const { items } = await listPostsByUser(deps, { viewerId: null, userId, limit: 100 });
  expect(items.length).toBeGreaterThan(20);
  for (const post of items) {
    expect(post.media.length).toBeGreaterThan(0);
    expect(post.author.avatar).toMatchObject({ width: 320, height: 320 });
    for (const image of post.media) {
      expect(image.alt).not.toBe("");
      expect(image.variants.length).toBeGreaterThan(0);
    }
  }
});

test("every file of every picture is there, no other, and the sweep finds nothing to do", async () => {
  const { rows } = await deps.db.pool.query<{ id: string; variants: [number, number][] }>(
    "select id, variants from media",
  );
  const wanted = new Set(rows.flatMap(({ id, variants }) => variants.map(([width]) => `picture/${id}/${width}.webp`)));
  async function list(): Promise<Set<string>> {
    const found = new Set<string>();
    for await (const keys of deps.storage.list({ prefix: "picture/" })) for (const key of keys) found.add(key);
    return found;
  }
  expect(await list()).toEqual(wanted);
  await sweepOrphans(deps);
  expect(await list()).toEqual(wanted);
});

test("a number draws the same picture again, and another number another", () => {
  const seventh = { seed: "a", pastime: "the sea", index: 7 } as const;
  expect(drawPicture(seventh)).toEqual(drawPicture(seventh));
  expect(drawPicture(seventh).svg).not.toBe(drawPicture({ ...seventh, index: 13 }).svg);
});
