// Streams as the network lets them through: proxies that know no WebSockets, event streams in pieces, connections that
// fall silent.
import { createServer, type RequestListener, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test, vi } from "vitest";
import { createPixora, type PixoraOptions } from "./client.ts";
import { readEvents, type ServerEvent } from "./sse.events.ts";

const closers: (() => void | Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

function begin(reply: ServerResponse): ServerResponse {
  reply.writeHead(200, { "content-type": "text/event-stream" }).write("event: connected\ndata: {}\n\n");
  return reply;
}

const counts = { type: "post.counts", likeCount: 1, commentCount: 0, rev: 1 };

/** A server that knows SSE alone: upgrades are answered as plain requests. */
async function openWorld(options: Partial<PixoraOptions>, answer?: RequestListener) {
  const streams: ServerResponse[] = [];
  let upgrades = 0;
  const server = createServer((request, reply) => {
    if (answer !== undefined) return answer(request, reply);
    streams.push(begin(reply));
    reply.write(`data: ${JSON.stringify(counts)}\n\n`);
  });
  server.on("upgrade", (_request, socket) => {
    upgrades += 1;
    // A client that gives up resets the connection.
    socket.on("error", () => undefined);
    socket.end("HTTP/1.1 426 Upgrade Required\r\nconnection: close\r\n\r\n");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const pixora = createPixora({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, ...options });
  closers.push(() => pixora.close());
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { pixora, streams, upgrades: () => upgrades };
}

test("where three sockets in a row do not open, streams go over SSE, and the app is told", async () => {
  const { pixora, upgrades } = await openWorld({});
  const told: string[] = [];
  pixora.connection.subscribe(({ status, transport }) => told.push(`${transport} ${status}`));
  const onData = vi.fn();
  pixora.live.onPost.subscribe({ postId: "1" }, { onData });
  await vi.waitFor(() => expect(onData).toHaveBeenCalledWith(counts), 5_000);
  expect(upgrades()).toBe(3);
  expect(told.slice(0, 2)).toEqual(["null connecting", "websocket connecting"]);
  expect(told.at(-1)).toBe("sse live");
  expect(pixora.connection.transport).toBe("sse");
});

test("a socket that says what is no message has failed: its stream opens over the next one", async () => {
  const opened: string[] = [];
  class Babbling {
    onopen: (() => void) | null = null;
    onmessage: ((event: { data: unknown }) => void) | null = null;
    onerror: unknown = null;
    onclose: unknown = null;
    constructor(url: string) {
      opened.push(url);
      setTimeout(() => this.onopen?.());
    }
    send(text: string): void {
      if (text.includes("subscription")) setTimeout(() => this.onmessage?.({ data: "<html>" }));
    }
    close(): void {}
  }
  const WebSocket = Babbling as unknown as typeof globalThis.WebSocket;
  const { pixora } = await openWorld({ transport: "websocket", WebSocket });
  pixora.live.onPost.subscribe({ postId: "1" }, {});
  await vi.waitFor(() => expect(opened.length).toBeGreaterThan(1), 5_000);
  expect(pixora.connection.status).not.toBe("live");
});

test("an app that asks for sockets gets nothing else", async () => {
  const { pixora, upgrades, streams } = await openWorld({ transport: "websocket" });
  pixora.live.onPost.subscribe({ postId: "1" }, {});
  await vi.waitFor(() => expect(upgrades()).toBe(4), 5_000);
  expect(streams).toHaveLength(0);
  expect(pixora.connection).toMatchObject({ transport: "websocket", status: "offline" });
});

test("a runtime whose fetch has no streams is told so, and with `auto` goes on with sockets", async () => {
  const whole: typeof fetch = async () => {
    const answer = new Response("", { headers: { "content-type": "text/event-stream" } });
    return Object.defineProperty(answer, "body", { value: undefined });
  };
  const { pixora } = await openWorld({ transport: "sse", fetch: whole });
  const error = await new Promise<unknown>((resolve) =>
    pixora.live.onPost.subscribe({ postId: "1" }, { onError: resolve }),
  );
  expect((error as Error).message).toContain('transport: "websocket"');
  const other = await openWorld({ fetch: whole });
  const onError = vi.fn();
  other.pixora.live.onPost.subscribe({ postId: "1" }, { onError });
  await vi.waitFor(() => expect(other.upgrades()).toBeGreaterThan(3), 5_000);
  expect(other.pixora.connection.transport).toBe("websocket");
  expect(onError).not.toHaveBeenCalled();
});

test("at most four streams are open over SSE; the next one takes the place of one that ends", async () => {
  const { pixora, streams } = await openWorld({ transport: "sse" });
  const heard: string[] = [];
  const [first] = ["1", "2", "3", "4", "5"].map((postId) =>
    pixora.live.onPost.subscribe({ postId }, { onData: () => void heard.push(postId) }),
  );
  await vi.waitFor(() => expect(heard).toHaveLength(4));
  expect(streams).toHaveLength(4);
  first?.unsubscribe();
  await vi.waitFor(() => expect(heard).toHaveLength(5));
});

test("a stream over SSE that breaks off is opened again, and a stream without ids says that it has a gap", async () => {
  const { pixora, streams } = await openWorld({ transport: "sse" });
  const types: string[] = [];
  pixora.live.onPost.subscribe({ postId: "1" }, { onData: ({ type }) => void types.push(type) });
  await vi.waitFor(() => expect(types).toHaveLength(1));
  streams[0]?.destroy();
  await vi.waitFor(() => expect(types).toEqual(["post.counts", "post.resync", "post.counts"]));
});

test("what a listener throws ends no stream over SSE, and reaches the runtime", async () => {
  const { pixora, streams } = await openWorld({ transport: "sse" });
  const thrown: unknown[] = [];
  const catching = (error: unknown) => void thrown.push(error);
  const before = process.listeners("uncaughtException");
  process.removeAllListeners("uncaughtException").on("uncaughtException", catching);
  closers.push(() => {
    process.removeAllListeners("uncaughtException");
    for (const listener of before) process.on("uncaughtException", listener);
  });
  let count = 0;
  const onData = () => {
    count += 1;
    throw new Error("the listener threw");
  };
  pixora.live.onPost.subscribe({ postId: "1" }, { onData });
  await vi.waitFor(() => expect(count).toBe(1));
  streams[0]?.write(`data: ${JSON.stringify(counts)}\n\n`);
  await vi.waitFor(() => expect(count).toBe(2));
  await vi.waitFor(() => expect(thrown).toHaveLength(2));
  expect(streams).toHaveLength(1);
});

function bodyOf(chunks: string[], isEnding = true) {
  const onCancel = vi.fn();
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(encoder.encode(chunk));
      if (isEnding) controller.close();
    },
    cancel: onCancel,
  });
  return { body, onCancel };
}

async function eventsOf(chunks: string[]): Promise<ServerEvent[]> {
  const events: ServerEvent[] = [];
  const { body } = bodyOf(chunks);
  const reading = readEvents(body, {
    signal: new AbortController().signal,
    silenceMs: 1_000,
    onEvent: (event) => ({ isEnd: events.push(event) < 0 }),
  });
  await expect(reading).rejects.toThrow("broke off");
  return events;
}

test("events are read however they are cut, with any end of line", async () => {
  const text = "event: a\ndata: 1\nid: 7\n\n: a comment\n\ndata: two\ndata: lines\n\n";
  const wanted = [
    { type: "a", data: "1", id: "7" },
    { type: "message", data: "two\nlines", id: "" },
  ];
  expect(await eventsOf([text])).toEqual(wanted);
  expect(await eventsOf([...text])).toEqual(wanted);
  expect(await eventsOf([...text.replaceAll("\n", "\r\n")])).toEqual(wanted);
  expect(await eventsOf(["data: ü", "\n\n"])).toEqual([{ type: "message", data: "ü", id: "" }]);
});

test("an event stream that falls silent is a failure of the network, and its connection is let go", async () => {
  const { body, onCancel } = bodyOf(["data: 1\n\n"], false);
  const input = { signal: new AbortController().signal, silenceMs: 20, onEvent: () => ({}) };
  await expect(readEvents(body, input)).rejects.toThrow("fell silent");
  expect(onCancel).toHaveBeenCalled();
});

test("a signal ends the reading at once, also where the runtime loses that of a fetch", async () => {
  const { body, onCancel } = bodyOf([], false);
  const stopping = new AbortController();
  const reading = readEvents(body, { signal: stopping.signal, silenceMs: 10_000, onEvent: () => ({}) });
  stopping.abort(new Error("enough"));
  await expect(reading).rejects.toThrow("enough");
  expect(onCancel).toHaveBeenCalled();
});
