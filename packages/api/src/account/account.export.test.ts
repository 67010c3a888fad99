import { idAt, statement } from "@pixora/db";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { deleteOldTokens } from "../auth/auth.expiry.ts";
import {
  addLike,
  createPerson,
  createPost,
  createPosts,
  follow,
  openTestDeps,
  type TestDeps,
} from "../testing/index.ts";
import { exportSections } from "./account.export.sections.ts";
import { exportLifeMs, exportRestMs, makeExports, presentExport, readExport, requestExport } from "./account.export.ts";

let nowMs = Date.now();
let deps: TestDeps;
beforeAll(async () => {
  deps = await openTestDeps({ clock: { now: () => new Date(nowMs) } });
});
afterAll(() => deps.close());

const takeFacts = statement<{ id: string; fact: "auth.exportRequested"; payload: { userId: string } }>(
  "test.takeExportFacts",
  `delete from outbox where fact = 'auth.exportRequested' returning id, fact, payload`,
);

async function runJob(): Promise<number> {
  const facts = await deps.db.sql.many(takeFacts);
  await makeExports(deps, { facts });
  return facts.length;
}

async function fetchArchive(url: string | null): Promise<Record<string, unknown[]> | null> {
  const file = await readExport(deps, { token: url?.split("/").at(-1) ?? "" });
  if (file === null) return null;
  let text = "";
  for await (const piece of file.content) text += piece;
  return JSON.parse(text);
}

describe("an export", () => {
  test("holds all that is the person's, and nothing that only others wrote", async () => {
    const [person, other] = [await createPerson(deps), await createPerson(deps)];
    await follow(deps, { followerId: person.id, followeeId: other.id });
    await follow(deps, { followerId: other.id, followeeId: person.id });
    const post = await createPost(deps, { authorId: person.id, caption: 'quotes " and \\ and ü' });
    const theirs = await createPost(deps, { authorId: other.id, caption: "not mine" });
    await addLike(deps, { userId: person.id, postId: theirs.id });
    expect(await presentExport(deps, { viewerId: person.id })).toEqual({ state: "none", url: null, expiresAt: null });
    expect(await requestExport(deps, { actorId: person.id })).toMatchObject({ state: "running", url: null });
    await runJob();
    const view = await presentExport(deps, { viewerId: person.id });
    expect(view).toMatchObject({ state: "ready", expiresAt: new Date(nowMs + exportLifeMs).toISOString() });
    const archive = await fetchArchive(view.url);
    expect(archive).toMatchObject({
      profile: [{ id: person.id, handle: person.handle, email: `${person.handle}@test.example` }],
      posts: [{ id: post.id, caption: 'quotes " and \\ and ü', history: [] }],
      postLikes: [{ postId: theirs.id }],
      following: [{ userId: other.id, handle: other.handle }],
      followers: [{ userId: other.id }],
      comments: [],
    });
    expect(JSON.stringify(archive)).not.toContain("not mine");
    expect(Object.keys(archive ?? {})).toEqual(["exportedAt", ...exportSections.map((section) => section.name)]);
  });

  test("of many pages has each entry once", async () => {
    const person = await createPerson(deps);
    const start = idAt(new Date("2025-05-05T05:05:05Z"));
    const posts = Array.from({ length: 1203 }, (_, n) => ({
      id: (start + BigInt(n)).toString(),
      caption: `${"long caption ".repeat(60)}${n}`,
    }));
    await createPosts(deps, { authorId: person.id, posts });
    await requestExport(deps, { actorId: person.id });
    await runJob();
    const archive = await fetchArchive((await presentExport(deps, { viewerId: person.id })).url);
    const captions = (archive?.posts ?? []).map((entry) => Object.assign({ caption: "" }, entry).caption);
    expect([captions.length, new Set(captions).size]).toEqual([1203, 1203]);
  });

  test("asked for twice is made once, and anew after an hour, which ends the old link", async () => {
    const person = await createPerson(deps);
    await Promise.all([1, 2, 3].map(() => requestExport(deps, { actorId: person.id })));
    expect(await runJob()).toBe(1);
    const first = await requestExport(deps, { actorId: person.id });
    expect([first.state, await runJob()]).toEqual(["ready", 0]);
    nowMs += exportRestMs;
    expect((await requestExport(deps, { actorId: person.id })).state).toBe("running");
    expect(await fetchArchive(first.url)).toBeNull();
  });

  test("that nobody finishes counts as failed after an hour and can be asked for again", async () => {
    const person = await createPerson(deps);
    await requestExport(deps, { actorId: person.id });
    nowMs += exportRestMs;
    expect((await presentExport(deps, { viewerId: person.id })).state).toBe("failed");
    expect((await requestExport(deps, { actorId: person.id })).state).toBe("running");
  });

  test("is nobody else's, and gone when its time is over", async () => {
    const [person, other] = [await createPerson(deps), await createPerson(deps)];
    for (const { id } of [person, other]) await requestExport(deps, { actorId: id });
    await runJob();
    const [mine, theirs] = [
      await presentExport(deps, { viewerId: person.id }),
      await presentExport(deps, { viewerId: other.id }),
    ];
    const mixed = Buffer.concat([
      Buffer.from(mine.url?.split("/").at(-1) ?? "", "base64url").subarray(0, 8),
      Buffer.from(theirs.url?.split("/").at(-1) ?? "", "base64url").subarray(8),
    ]);
    for (const token of [mixed.toString("base64url"), "", "x", "A".repeat(32), "%00"]) {
      expect(await readExport(deps, { token })).toBeNull();
    }
    nowMs += exportLifeMs;
    expect(await fetchArchive(mine.url)).toBeNull();
    expect((await presentExport(deps, { viewerId: person.id })).state).toBe("none");
    await deleteOldTokens(deps);
    const parts = statement<{ count: number }>("test.parts", "select count(*)::int as count from export_parts");
    expect((await deps.db.sql.one(parts)).count).toBe(0);
  });
});
