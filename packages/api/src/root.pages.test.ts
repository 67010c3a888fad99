// Pages of the largest things people can make: an answer ends early, and a walk through them loses and doubles nothing.
import { statement } from "@pixora/db";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { maxPageBytes } from "./platform/call/cursor.ts";
import { createPost, openTestServer, type TestServer, type WirePerson } from "./testing/index.ts";

const count = 50;
/** A character of four code units, in which a text may be written from end to end. */
const letter = `q${"\u0316".repeat(3)}`;
const caption = letter.repeat(2_200);
const text = letter.repeat(1_000);

let server: TestServer;
let author: WirePerson;
let postIds: string[];
let topId: string;

const makeEdits = statement<never>(
  "test.makeEdits",
  `insert into post_edits (post_id, caption, edited_at) select $1, $2, now() from generate_series(1, $3::int)`,
);

beforeAll(async () => {
  server = await openTestServer();
  author = await server.signUp();
  const posts: { id: string }[] = [];
  for (let made = 0; made < count; made += 1) {
    posts.push(await createPost(server.deps, { authorId: author.user.id, caption }));
  }
  postIds = posts.map((post) => post.id);
  const [postId = ""] = postIds;
  await author.client.bookmark.create({ postId });
  for (const other of postIds.slice(1)) await author.client.bookmark.create({ postId: other });
  topId = (await author.client.comment.create({ postId, text })).id;
  for (let made = 1; made < count; made += 1) {
    await author.client.comment.create({ postId, text });
    await author.client.comment.create({ postId, text, parentId: topId });
  }
  await server.deps.db.sql.run(makeEdits, [postId, caption, count]);
}, 60_000);
afterAll(() => server.close());

interface Step {
  bytes: number;
  ids: string[];
  nextCursor: string | null;
}

async function readStep(path: string, input: object): Promise<Step> {
  const query = encodeURIComponent(JSON.stringify({ ...input, limit: 100 }));
  const answer = await server.request({ path: `/trpc/${path}?input=${query}`, token: author.token });
  expect(answer.status).toBe(200);
  const { items, nextCursor } = JSON.parse(answer.text).result.data as {
    items: { id?: string; editedAt: string }[];
    nextCursor: string | null;
  };
  return { bytes: Buffer.byteLength(answer.text), ids: items.map((item) => item.id ?? item.editedAt), nextCursor };
}

async function walk(path: string, input: object): Promise<Step[]> {
  const steps: Step[] = [];
  for (let cursor: string | null = null; steps.length === 0 || cursor !== null; ) {
    const step: Step = await readStep(path, { ...input, cursor });
    steps.push(step);
    cursor = step.nextCursor;
  }
  return steps;
}

const lists: [path: string, input: () => object, length: number][] = [
  ["post.byUser", () => ({ userId: author.user.id }), count],
  ["feed.home", () => ({}), count],
  ["bookmark.list", () => ({}), count],
  ["post.history", () => ({ postId: postIds[0] }), count],
  ["comment.list", () => ({ postId: postIds[0], sort: "newest" }), count],
  ["comment.list", () => ({ postId: postIds[0], sort: "oldest" }), count],
  ["comment.list", () => ({ postId: postIds[0], sort: "top" }), count],
  ["comment.replies", () => ({ commentId: topId }), count - 1],
];

describe.each(lists)("%s", (path, input, length) => {
  test("ends a page at some 512 KB and goes on right behind its last item", async () => {
    const steps = await walk(path, input());
    expect(steps.length).toBeGreaterThan(1);
    for (const step of steps) {
      expect(step.bytes).toBeLessThan(maxPageBytes);
      expect(step.ids.length).toBeGreaterThan(0);
    }
    const ids = steps.flatMap((step) => step.ids);
    expect(ids).toHaveLength(length);
    if (path !== "post.history") expect(new Set(ids).size).toBe(length);
  });
});
