// What is kept of an HTTP exchange: nothing by the socket it opened, nor by a stream that has ended.
import { get, type IncomingMessage } from "node:http";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { WebSocket } from "ws";
import { countOpenStreams } from "../../platform/call/open-streams.ts";
import { deletePost } from "../../post/post.service.ts";
import { createPerson, createPost, openTestServer, type TestServer, waitFor } from "../../testing/index.ts";

let server: TestServer;

beforeAll(async () => {
  server = await openTestServer();
});
afterAll(() => server.close());

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

test("an open socket lets go of its HTTP request and answer, and goes on", async () => {
  const author = await createPerson(server.deps);
  const post = await createPost(server.deps, { authorId: author.id });
  let request: WeakRef<IncomingMessage> | undefined;
  server.app.server.once("upgrade", (message) => {
    request = new WeakRef(message);
  });
  const socket = await server.openSocket();
  const stream = socket.subscribe("live.onPost", { postId: post.id });
  await waitFor("the counts", () => stream.items.length === 1);
  await waitFor("the request to be collected", () => {
    collectGarbage();
    return request !== undefined && request.deref() === undefined;
  });
  expect(await socket.call("query", "user.isHandleFree", { handle: "free_one" })).toBeDefined();
  await socket.close();
});

test("a socket whose connection breaks ends alone: the process goes on, and its streams are counted out", async () => {
  const author = await createPerson(server.deps);
  const post = await createPost(server.deps, { authorId: author.id });
  const broken = new WebSocket(`ws://127.0.0.1:${server.port}/trpc`);
  let heard = 0;
  broken.on("message", () => {
    heard += 1;
  });
  await new Promise<void>((resolve) => broken.once("open", () => resolve()));
  broken.send(
    JSON.stringify({ id: 1, method: "subscription", params: { path: "live.onPost", input: { postId: post.id } } }),
  );
  await waitFor("the counts", () => heard === 2);
  expect(countOpenStreams(server.deps)).toBe(1);
  // A frame that no client sends, and then a reset.
  const raw = (broken as unknown as { _socket: { write(bytes: Buffer): void; resetAndDestroy(): void } })._socket;
  raw.write(Buffer.from([0xff, 0xff, 0xff, 0xff]));
  raw.resetAndDestroy();
  await waitFor("the end", () => countOpenStreams(server.deps) === 0);
  const next = await server.openSocket();
  expect(await next.call("query", "user.isHandleFree", { handle: "free_one" })).toBeDefined();
  await next.close();
});

test("an event source that the server has ended leaves nothing behind", async () => {
  const author = await createPerson(server.deps);
  const post = await createPost(server.deps, { authorId: author.id });
  let exchange: WeakRef<object>[] = [];
  server.app.server.once("request", (request, response) => {
    exchange = [new WeakRef(request), new WeakRef(response)];
  });
  const input = encodeURIComponent(JSON.stringify({ postId: post.id }));
  const headers = { accept: "text/event-stream", connection: "close" };
  let text = "";
  let isOver = false;
  get(`${server.url}/trpc/live.onPost?input=${input}`, { headers, agent: false }, (answer) => {
    answer.on("data", (part) => {
      text += part;
    });
    answer.on("end", () => {
      isOver = true;
    });
  });
  await waitFor("the counts", () => text.includes("post.counts"));
  const before = countOpenStreams(server.deps);
  await deletePost(server.deps, { actorId: author.id, postId: post.id });
  await waitFor("the end", () => isOver);
  expect(text).toContain("post.deleted");
  expect(countOpenStreams(server.deps)).toBe(before - 1);
  await waitFor("the exchange to be collected", () => {
    collectGarbage();
    return exchange.length === 2 && exchange.every((part) => part.deref() === undefined);
  });
});
