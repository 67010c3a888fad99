// The reference as it is served.
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { createPerson, createPost, openTestServer, type TestServer, waitFor } from "../../testing/index.ts";

let server: TestServer;
beforeAll(async () => {
  server = await openTestServer();
});
afterAll(() => server?.close());

const path = "/openapi.json";

test("the reference is served to anyone as JSON that may be kept for a minute", async () => {
  const answer = await server.request({ path });
  expect(answer.status).toBe(200);
  expect(answer.headers["content-type"]).toBe("application/json; charset=utf-8");
  expect(answer.headers["cache-control"]).toBe("public, max-age=60");
  expect(answer.headers["access-control-allow-origin"]).toBe("*");
  expect(JSON.parse(answer.text)).toMatchObject({ openapi: "3.1.1", info: { title: "Pixora" } });
});

test("who has it already gets nothing again", async () => {
  const { headers, text } = await server.request({ path });
  const second = await server.request({ path });
  expect([second.headers.etag, second.text]).toEqual([headers.etag, text]);
  const unchanged = await server.request({ path, headers: { "if-none-match": String(headers.etag) } });
  expect([unchanged.status, unchanged.text]).toEqual([304, ""]);
  expect((await server.request({ path, headers: { "if-none-match": '"another"' } })).status).toBe(200);
});

test("who takes gzip gets the same in a tenth of the bytes", async () => {
  const plain = await server.request({ path });
  const zipped = await fetch(server.url + path, { headers: { "accept-encoding": "gzip" } });
  expect(zipped.headers.get("content-encoding")).toBe("gzip");
  expect(zipped.headers.get("vary")).toContain("accept-encoding");
  expect(Number(zipped.headers.get("content-length"))).toBeLessThan(plain.text.length / 10);
  expect(await zipped.text()).toBe(plain.text);
});

test("it is called as the reference says", async () => {
  const person = await server.signUp();
  const reads = encodeURIComponent(JSON.stringify({ userId: person.user.id }));
  const byId = await server.request({ path: `/trpc/user.byId?input=${reads}` });
  expect(JSON.parse(byId.text)).toMatchObject({ result: { data: { id: person.user.id } } });
  const headers = { "content-type": "application/json" };
  const body = JSON.stringify({ postId: "1" });
  const like = await server.request({ path: "/trpc/like.create", method: "POST", token: person.token, headers, body });
  expect(like.status).toBe(404);
  expect(JSON.parse(like.text)).toMatchObject({ error: { data: { appCode: "post.notFound", path: "like.create" } } });
});

test("its streams send what it says, over either transport", async () => {
  const { post, postId } = await seePost();
  const counts = expect.objectContaining({ type: "post.counts", likeCount: 0 });
  expect(post.eventStream.opened).toBe("connected");
  const aborter = new AbortController();
  const input = encodeURIComponent(JSON.stringify({ postId }));
  const answer = await fetch(`${server.url}/trpc/live.onPost?input=${input}`, {
    headers: { accept: "text/event-stream" },
    signal: aborter.signal,
  });
  expect(answer.headers.get("content-type")).toMatch(/^text\/event-stream/);
  const [opened, first] = await readEvents(answer, 2);
  aborter.abort();
  expect(opened).toContain(`event: ${post.eventStream.opened}`);
  expect(JSON.parse(/^data: (.*)$/m.exec(first ?? "")?.[1] ?? "")).toEqual(counts);

  const socket = await server.openSocket();
  const { params, ...message } = post.webSocket.subscribe;
  socket.send({ ...message, params: { ...params, input: { postId } } });
  await waitFor("two messages of the stream", () => socket.notices.length >= 2);
  await socket.close();
  const data = expect.objectContaining({ type: "data", data: counts });
  expect(socket.notices).toContainEqual({ id: message.id, result: data });
});

const streams = z.object({
  paths: z.object({
    "/trpc/live.onPost": z.object({
      get: z.object({
        "x-stream": z.object({
          eventStream: z.object({ opened: z.string() }),
          webSocket: z.object({
            subscribe: z.object({ id: z.int(), method: z.string(), params: z.object({ path: z.string() }) }),
          }),
        }),
      }),
    }),
  }),
});

/** A post to look at, and what the reference says of watching it. */
async function seePost() {
  const author = await createPerson(server.deps);
  const { id } = await createPost(server.deps, { authorId: author.id });
  const { text } = await server.request({ path });
  const { paths } = streams.parse(JSON.parse(text));
  return { postId: id, post: paths["/trpc/live.onPost"].get["x-stream"] };
}

/** The first events of a stream, as text. */
async function readEvents(answer: Response, count: number): Promise<string[]> {
  let text = "";
  for await (const part of answer.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += part;
    if (text.split("\n\n").length > count) break;
  }
  return text.split("\n\n").slice(0, count);
}
