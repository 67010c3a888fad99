// How pictures are served: headers, parts of files, and what is not there.
import { maxId } from "@pixora/db";
import { afterAll, beforeAll, expect, test } from "vitest";
import { updateUser } from "../../account/account.profile.ts";
import { createPostInput } from "../../post/post.schema.ts";
import { createPost } from "../../post/post.service.ts";
import { createPerson, openTestServer, type TestServer } from "../../testing/index.ts";
import { uploadPicture } from "../../testing/pictures.ts";
import { parseByteRange } from "./byte-range.ts";

let server: TestServer;
let url: string;
let whole: Buffer;

beforeAll(async () => {
  server = await openTestServer();
  const ana = await createPerson(server.deps);
  const { id } = await uploadPicture(server.deps, { ownerId: ana.id });
  const post = await createPost(server.deps, {
    actorId: ana.id,
    ...createPostInput.parse({ media: [{ mediaId: id }] }),
  });
  url = (post.media[0]?.url ?? "").replace(/^http:\/\/[^/]+/, server.url);
  whole = Buffer.from(await (await fetch(url)).arrayBuffer());
});

afterAll(() => server.close());

function get(headers: Record<string, string>, method = "GET") {
  return fetch(url, { method, headers });
}

test("a public picture may be kept for a year by browsers and ten minutes by shared caches, is nothing but a picture, and may stand on any page", async () => {
  const answer = await get({ origin: "https://app.example" });
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    "content-type": "image/webp",
    "x-content-type-options": "nosniff",
    "cache-control": "public, max-age=31536000, immutable, s-maxage=600",
    "cross-origin-resource-policy": "cross-origin",
    "access-control-allow-origin": "*",
    "content-length": String(whole.length),
    "accept-ranges": "bytes",
  });
  const known = await get({ "if-none-match": answer.headers.get("etag") ?? "" });
  expect([known.status, await known.text()]).toEqual([304, ""]);
  const head = await get({}, "HEAD");
  expect([head.status, head.headers.get("content-length")]).toEqual([200, String(whole.length)]);
});

test("parts of a file are served one at a time", async () => {
  const size = whole.length;
  const parts: [string, number, number][] = [
    ["bytes=0-9", 0, 9],
    ["bytes=10-", 10, size - 1],
    ["bytes=-7", size - 7, size - 1],
    [`bytes=5-${size * 2}`, 5, size - 1],
  ];
  for (const [range, start, end] of parts) {
    const answer = await get({ range });
    expect(answer.status).toBe(206);
    expect(answer.headers.get("content-range")).toBe(`bytes ${start}-${end}/${size}`);
    expect(Buffer.from(await answer.arrayBuffer())).toEqual(whole.subarray(start, end + 1));
  }
  const beyond = await get({ range: `bytes=${size}-` });
  expect([beyond.status, beyond.headers.get("content-range")]).toEqual([416, `bytes */${size}`]);
  const others: Record<string, string>[] = [
    { range: "bytes=0-1,4-5" },
    { range: "lines=1-2" },
    { range: "bytes=0-1", "if-range": '"old"' },
  ];
  for (const headers of others) expect((await get(headers)).status).toBe(200);
});

test("ranges are read as RFC 9110 has them", () => {
  expect(parseByteRange("bytes=0-0", 10)).toEqual({ start: 0, end: 0 });
  expect(parseByteRange("bytes=-20", 10)).toEqual({ start: 0, end: 9 });
  expect(parseByteRange("bytes=-0", 10)).toBe("unsatisfiable");
  expect(parseByteRange("bytes=5-2", 10)).toBeNull();
  expect(parseByteRange("bytes=-", 10)).toBeNull();
  expect(parseByteRange(undefined, 10)).toBeNull();
});

test("a shared cache that asks again is told when a picture is public no more", async () => {
  const { id: actorId } = await createPerson(server.deps);
  const { id } = await uploadPicture(server.deps, { ownerId: actorId });
  const post = await createPost(server.deps, { actorId, ...createPostInput.parse({ media: [{ mediaId: id }] }) });
  const publicUrl = (post.media[0]?.url ?? "").replace(/^http:\/\/[^/]+/, server.url);
  const etag = (await fetch(publicUrl)).headers.get("etag") ?? "";
  const askAgain = async () => (await fetch(publicUrl, { headers: { "if-none-match": etag } })).status;
  expect(await askAgain()).toBe(304);
  await updateUser(server.deps, { actorId, isPrivate: true });
  expect(await askAgain()).toBe(404);
});

test("nothing else can be reached through /media", async () => {
  const [, folder = "", id = ""] = /(\/media\/picture\/(\d+)\/)/.exec(url) ?? [];
  const paths = [
    `${folder}321.webp`,
    `${folder}..%2f..%2f..%2fpackage.json`,
    `${folder}%2e%2e/320.webp`,
    `/media/upload/${id}`,
    `/media/intake/${id}`,
    "/media/picture/0/320.webp",
    `/media/picture/${maxId}/320.webp`,
    "/media/picture/99999999999999999999/320.webp",
    "/media/",
  ];
  for (const path of paths) {
    const answer = await fetch(`${server.url}${path}`);
    expect([path, answer.status]).toEqual([path, 404]);
  }
  const forged = await fetch(`${url}?e=zzzzzzzz&s=AAAA`);
  expect(forged.status).toBe(404);
});

test("an upload without a permission is refused before its body is read", async () => {
  for (const token of ["", "a.b", "e30.e30"]) {
    const answer = await fetch(`${server.url}/media/upload?t=${token}`, {
      method: "PUT",
      headers: { "content-type": "image/png" },
      body: new Uint8Array(300_000),
    });
    expect(answer.status).toBe(403);
  }
  const preflight = await fetch(`${server.url}/media/upload?t=x`, {
    method: "OPTIONS",
    headers: {
      origin: "https://app.example",
      "access-control-request-method": "PUT",
      "access-control-request-headers": "content-type",
    },
  });
  expect(preflight.headers.get("access-control-allow-methods")).toContain("PUT");
});
