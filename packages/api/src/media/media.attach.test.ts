// Where pictures are shown, who may see them there, and what is left when they go.
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { statement } from "@pixora/db";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { updateUser } from "../account/account.profile.ts";
import { createBlock } from "../block/block.service.ts";
import { listHomeFeed } from "../feed/feed.service.ts";
import { deleteFollow } from "../follow/follow.service.ts";
import { createPostInput } from "../post/post.schema.ts";
import { createPost, deletePost, updatePost } from "../post/post.service.ts";
import { presentPost } from "../post/post.view.ts";
import { createPerson, follow, openTestServer, type TestPerson, type TestServer } from "../testing/index.ts";
import { makePicture, makeUploaded, uploadPicture } from "../testing/pictures.ts";
import { deleteFiles, purgeMediaOfUser } from "./media.delete.ts";
import { uploadKey } from "./media.key.ts";
import { failGivenUp } from "./media.make.ts";
import { completeMedia, createMedia } from "./media.service.ts";
import { sweepOrphans } from "./media.sweep.ts";
import { presentMedia } from "./media.view.ts";

let server: TestServer;
let deps: TestServer["deps"];
let ana: TestPerson;
let nowMs = Date.now();

beforeAll(async () => {
  server = await openTestServer({ clock: { now: () => new Date(nowMs) } });
  deps = server.deps;
});
beforeEach(async () => {
  nowMs = Date.now();
  ana = await createPerson(deps);
});
afterAll(() => server.close());

async function statusOf(url: string | undefined): Promise<number> {
  return (await fetch((url ?? "").replace(/^http:\/\/[^/]+/, server.url))).status;
}

async function readyMedia(owner: TestPerson, purpose: "post" | "avatar" = "post"): Promise<string> {
  return (await uploadPicture(deps, { ownerId: owner.id, purpose })).id;
}

function publish(author: TestPerson, input: { media: { mediaId: string; alt?: string }[]; visibility?: "followers" }) {
  return createPost(deps, { actorId: author.id, ...createPostInput.parse(input) });
}

const selectFacts = statement<{ id: string; fact: "media.deleted" | "post.deleted"; payload: never }>(
  "testing.facts",
  `select id, fact, payload from outbox where fact in ('media.deleted', 'post.deleted')`,
);

/** The worker's part, twice: the second time changes nothing. */
async function runDeletions(): Promise<void> {
  const facts = await deps.db.sql.many(selectFacts);
  await deleteFiles(deps, { facts });
  await deleteFiles(deps, { facts });
}

/** Ids that have any file. */
async function idsOnDisk(): Promise<Set<string>> {
  const lists = ["upload", "intake", "picture"].map((folder) =>
    readdir(join(deps.config.STORAGE_DIR, folder)).catch(() => []),
  );
  return new Set((await Promise.all(lists)).flat());
}

describe("a post", () => {
  test("shows its author's ready pictures in the order given, each once and nowhere else", async () => {
    const ids = [await readyMedia(ana), await readyMedia(ana), await readyMedia(ana)];
    const media = [ids[2], ids[0]].map((mediaId, at) => ({ mediaId: mediaId ?? "", alt: `number ${at}` }));
    const post = await publish(ana, { media });
    expect(post.media.map(({ id, alt }) => ({ mediaId: id, alt }))).toEqual(media);
    const ben = await createPerson(deps);
    const unready = await createMedia(deps, {
      actorId: ana.id,
      purpose: "post",
      contentType: "image/png",
      byteSize: 9,
    });
    const refused: [TestPerson, string[]][] = [
      [ana, [ids[0] ?? ""]],
      [ana, [ids[1] ?? "", ids[1] ?? ""]],
      [ana, [ids[1] ?? "", unready.media.id]],
      [ana, [await readyMedia(ana, "avatar")]],
      [ben, [ids[1] ?? ""]],
      [ana, ["12"]],
    ];
    for (const [author, wanted] of refused) {
      const made = publish(author, { media: wanted.map((mediaId) => ({ mediaId })) });
      await expect(made).rejects.toMatchObject({ code: "media.notReady" });
    }
    const rivals = [1, 2, 3].map(() => publish(ana, { media: [{ mediaId: ids[1] ?? "" }] }));
    const ended = await Promise.allSettled(rivals);
    expect(ended.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });

  test("takes new texts for its pictures, as an edit, and lives without a caption", async () => {
    const mediaId = await readyMedia(ana);
    const post = await publish(ana, { media: [{ mediaId, alt: "a cat" }] });
    const edit = { actorId: ana.id, postId: post.id, caption: undefined, media: [{ mediaId, alt: "a dog" }] };
    const edited = await updatePost(deps, edit);
    expect(edited).toMatchObject({ caption: "", media: [{ id: mediaId, alt: "a dog" }], rev: post.rev + 1 });
    expect(edited.editedAt).not.toBeNull();
    expect(await updatePost(deps, edit)).toEqual(edited);
    expect((await updatePost(deps, { ...edit, media: [{ mediaId, alt: null }] })).media[0]?.alt).toBe("");
    const foreign = updatePost(deps, { ...edit, media: [{ mediaId: await readyMedia(ana), alt: "x" }] });
    await expect(foreign).rejects.toMatchObject({ code: "media.notFound" });
  });

  test("of everybody has plain URLs, for as long as it is everybody's", async () => {
    const post = await publish(ana, { media: [{ mediaId: await readyMedia(ana) }] });
    const [image] = post.media;
    expect(image?.expiresAt).toBeNull();
    expect(await statusOf(image?.url)).toBe(200);
    await updateUser(deps, { actorId: ana.id, isPrivate: true });
    expect(await statusOf(image?.url)).toBe(404);
    await updateUser(deps, { actorId: ana.id, isPrivate: false });
    expect(await statusOf(image?.url)).toBe(200);
    await deletePost(deps, { actorId: ana.id, postId: post.id });
    expect(await statusOf(image?.url)).toBe(404);
  });

  test.each(["a private account", "followers only"])(
    "of %s is seen by followers through URLs that die within ten minutes, by nobody else",
    async (kind) => {
      const [ben, eve] = [await createPerson(deps), await createPerson(deps)];
      for (const reader of [ben, eve]) await follow(deps, { followerId: reader.id, followeeId: ana.id });
      if (kind === "a private account") await updateUser(deps, { actorId: ana.id, isPrivate: true });
      const media = [{ mediaId: await readyMedia(ana) }];
      const post = await publish(ana, kind === "a private account" ? { media } : { media, visibility: "followers" });
      const { items } = await listHomeFeed(deps, { viewerId: ben.id, limit: 20 });
      const [image] = items[0]?.media ?? [];
      const madeAtMs = nowMs;
      expect(Date.parse(image?.expiresAt ?? "") - madeAtMs).toBeLessThanOrEqual(600_000);
      expect(await statusOf(image?.url)).toBe(200);
      expect(await statusOf(image?.url.replace(/\?.*/, ""))).toBe(404);
      await deleteFollow(deps, { actorId: ben.id, userId: ana.id });
      await createBlock(deps, { actorId: ana.id, userId: eve.id });
      for (const reader of [ben, eve]) {
        const refused = presentPost(deps, { viewerId: reader.id, postId: post.id });
        await expect(refused).rejects.toMatchObject({ code: "post.notFound" });
        const feed = await listHomeFeed(deps, { viewerId: reader.id, limit: 20 });
        expect(feed.items.map(({ id }) => id)).not.toContain(post.id);
      }
      nowMs = madeAtMs + 600_001;
      expect(await statusOf(image?.url)).toBe(404);
      expect((await presentPost(deps, { viewerId: ana.id, postId: post.id })).media[0]?.url).not.toBe(image?.url);
    },
  );
});

describe("an avatar", () => {
  test("is shown wherever its owner is; the one it replaces is deleted, files and all", async () => {
    const [first, second] = [await readyMedia(ana, "avatar"), await readyMedia(ana, "avatar")];
    const before = await updateUser(deps, { actorId: ana.id, avatarMediaId: first });
    expect(before.avatar).toMatchObject({ id: first, width: 300, height: 300, expiresAt: null });
    expect(await statusOf(before.avatar?.url)).toBe(200);
    expect((await updateUser(deps, { actorId: ana.id, avatarMediaId: first })).rev).toBe(before.rev);
    const post = await publish(ana, { media: [{ mediaId: await readyMedia(ana) }] });
    expect(post.author.avatar?.id).toBe(first);
    const after = await updateUser(deps, { actorId: ana.id, avatarMediaId: second });
    expect([after.avatar?.id, after.rev > before.rev]).toEqual([second, true]);
    expect((await presentPost(deps, { viewerId: null, postId: post.id })).author.avatar?.id).toBe(second);
    expect(await statusOf(before.avatar?.url)).toBe(404);
    await runDeletions();
    expect((await idsOnDisk()).has(first)).toBe(false);
    const again = updateUser(deps, { actorId: ana.id, avatarMediaId: first });
    await expect(again).rejects.toMatchObject({ code: "media.notFound" });
    expect((await updateUser(deps, { actorId: ana.id, avatarMediaId: null })).avatar).toBeNull();
  });

  test("is a picture that its owner made as one", async () => {
    const ben = await createPerson(deps);
    const wear = (mediaId: string) => updateUser(deps, { actorId: ana.id, avatarMediaId: mediaId });
    await expect(wear(await readyMedia(ben, "avatar"))).rejects.toMatchObject({ code: "media.notFound" });
    await expect(wear(await readyMedia(ana, "post"))).rejects.toMatchObject({ code: "media.notReady" });
  });
});

describe("what is left", () => {
  test("of a deleted post, and of a deleted account, is nothing", async () => {
    const [ofPost, ofAccount, avatar] = [await readyMedia(ana), await readyMedia(ana), await readyMedia(ana, "avatar")];
    const ben = await createPerson(deps);
    const kept = await readyMedia(ben);
    await updateUser(deps, { actorId: ana.id, avatarMediaId: avatar });
    const post = await publish(ana, { media: [{ mediaId: ofPost }] });
    await publish(ana, { media: [{ mediaId: ofAccount }] });
    await deletePost(deps, { actorId: ana.id, postId: post.id });
    await runDeletions();
    const afterPost = await idsOnDisk();
    expect([ofPost, ofAccount, avatar].map((id) => afterPost.has(id))).toEqual([false, true, true]);
    for (const _ of ["once", "twice"]) await purgeMediaOfUser(deps, { userId: ana.id });
    const afterAccount = await idsOnDisk();
    expect([ofAccount, avatar, kept].map((id) => afterAccount.has(id))).toEqual([false, false, true]);
    expect((await presentMedia(deps, { ids: [ofPost, ofAccount, avatar, kept] })).size).toBe(1);
  });

  test("of uploads that were never finished or shown, and of files without a row, goes with the sweep; the rest stays", async () => {
    const [shown, worn, unused] = [await readyMedia(ana), await readyMedia(ana, "avatar"), await readyMedia(ana)];
    await publish(ana, { media: [{ mediaId: shown }] });
    await updateUser(deps, { actorId: ana.id, avatarMediaId: worn });
    const bytes = await makePicture();
    const input = { actorId: ana.id, purpose: "post", contentType: "image/png", byteSize: bytes.length } as const;
    const { media } = await createMedia(deps, input);
    await deps.storage.put({ key: uploadKey(media.id), bytes, contentType: "image/png" });
    const stray = String(BigInt(media.id) + 1n);
    await deps.storage.put({ key: `picture/${stray}/320.webp`, bytes, contentType: "image/webp" });
    await deps.storage.put({ key: `upload/${shown}`, bytes, contentType: "image/png" });
    await sweepOrphans(deps);
    const young = await idsOnDisk();
    expect([shown, worn, unused, media.id, stray].every((id) => young.has(id))).toBe(true);
    nowMs += 27 * 3_600_000;
    await sweepOrphans(deps);
    await sweepOrphans(deps);
    const old = await idsOnDisk();
    expect([shown, worn, unused, media.id, stray].map((id) => old.has(id))).toEqual([true, true, false, false, false]);
    expect(await deps.storage.stat({ key: `upload/${shown}` })).toBeNull();
  });

  test("of a picture that was given up stays for a day, for a replay", async () => {
    const bytes = await makePicture();
    const input = { actorId: ana.id, purpose: "post", contentType: "image/png", byteSize: bytes.length } as const;
    const { media } = await createMedia(deps, input);
    await deps.storage.put({ key: uploadKey(media.id), bytes, contentType: "image/png" });
    await completeMedia(deps, { actorId: ana.id, mediaId: media.id });
    const fact = { id: "1", fact: "media.uploaded", payload: { mediaId: media.id } } as const;
    for (const _ of ["once", "twice"]) await failGivenUp(deps, { facts: [fact] });
    const given = (await presentMedia(deps, { ids: [media.id] })).get(media.id);
    expect(given).toMatchObject({
      state: "failed",
      reason: "The picture could not be made: send it again, now or later.",
    });
    nowMs += 20 * 3_600_000;
    await sweepOrphans(deps);
    expect(await deps.storage.stat({ key: uploadKey(media.id) })).toBeNull();
    await makeUploaded(deps, { mediaId: media.id });
    expect((await presentMedia(deps, { ids: [media.id] })).get(media.id)).toMatchObject({
      state: "ready",
      reason: null,
    });
  });
});
