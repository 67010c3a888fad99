import { createServer, type Server } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { guardedLookup, isPublicAddress } from "../platform/limit/public-address.ts";
import { openPushSink, type PushSink } from "../testing/push-sink.ts";
import { callPushService } from "./push.call.ts";

let sink: PushSink;
let raw: Server | undefined;
beforeEach(async () => {
  sink = await openPushSink();
});
afterEach(async () => {
  raw?.close();
  await sink.close();
});

const anywhere = guardedLookup(() => true);
const call = (url: string, lookup = anywhere) =>
  callPushService({ url: new URL(url), headers: { "content-length": 2 }, body: Buffer.from("hi"), lookup });

test("a name that leads within our walls is not connected to", async () => {
  const { port } = new URL(sink.url);
  const answer = await call(`http://localhost:${port}/1`, guardedLookup(isPublicAddress));
  expect(answer).toMatchObject({ isAnswered: false, isSent: false, error: expect.stringContaining("not public") });
  expect(sink.pushes).toEqual([]);
  expect(await call(`http://localhost:${port}/1`)).toMatchObject({ isAnswered: true, status: 201 });
});

test("an answer is its status and nothing that it leads to", async () => {
  sink.answer = 302;
  sink.headers = { location: "http://127.0.0.1:1/", "retry-after": "7" };
  expect(await call(`${sink.url}/1`)).toEqual({ isAnswered: true, status: 302, retryAfterMs: 7_000 });
  expect(sink.pushes).toHaveLength(1);
});

test("who is not there was not sent to", async () => {
  expect(await call("http://127.0.0.1:1/")).toMatchObject({ isAnswered: false, isSent: false });
});

test("who speaks no HTTP, or no TLS, fails the call", async () => {
  raw = createServer((socket) => socket.on("error", () => undefined).end("hello\r\n\r\n"));
  await new Promise<void>((resolve) => raw?.listen(0, "127.0.0.1", resolve));
  const address = raw.address();
  const port = typeof address === "object" ? address?.port : 0;
  expect(await call(`http://127.0.0.1:${port}/`)).toMatchObject({ isAnswered: false, isSent: true });
  expect(await call(`https://127.0.0.1:${port}/`)).toMatchObject({ isAnswered: false, isSent: false });
});

test("an endless answer is cut off", async () => {
  let isCutOff = false;
  raw = createServer((socket) => {
    socket.write("HTTP/1.1 201 Created\r\ntransfer-encoding: chunked\r\n\r\n");
    const timer = setInterval(() => socket.write(`1000\r\n${"a".repeat(4_096)}\r\n`), 1);
    socket.on("error", () => undefined);
    socket.on("close", () => {
      clearInterval(timer);
      isCutOff = true;
    });
  });
  await new Promise<void>((resolve) => raw?.listen(0, "127.0.0.1", resolve));
  const address = raw.address();
  const port = typeof address === "object" ? address?.port : 0;
  expect(await call(`http://127.0.0.1:${port}/`)).toMatchObject({ status: 201 });
  await expect.poll(() => isCutOff).toBe(true);
});
