// Where sockets open, for which pages, and in how many pieces a message may come; and what the log keeps of a URL.
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { WebSocket } from "ws";
import { createLog } from "../platform/process/log.ts";
import { openRaw, openTestServer, type TestServer } from "../testing/index.ts";
import { maxFragments } from "./socket/sockets.ts";

let server: TestServer;

beforeAll(async () => {
  server = await openTestServer({
    env: { ALLOWED_ORIGINS: "https://app.example,https://other.example", PUBLIC_URL: "https://pixora.example/api" },
  });
});
afterAll(() => server.close());

async function upgrade(path: string, origin?: string): Promise<string> {
  const connection = await openRaw(server.port);
  const lines = [
    `GET ${path} HTTP/1.1`,
    "Host: localhost",
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    ...(origin === undefined ? [] : [`Origin: ${origin}`]),
  ];
  await connection.write(`${lines.join("\r\n")}\r\n\r\n`);
  while (!connection.isOver && connection.heard.length === 0) await connection.hear();
  const answer = connection.heard.toString("latin1");
  // What is refused is over; what is open is ours to end.
  if (!answer.startsWith("HTTP/1.1 101")) await connection.over;
  connection.end();
  return answer.slice(9, 12);
}

describe("an upgrade", () => {
  const elsewhere = ["/", "/healthz", "/readyz", "/nothing?token=secret", "/trpc/user.me", "/media/picture/1/320.webp"];

  test.each(elsewhere)("of %s is refused, from any origin, and its connection is over", async (path) => {
    expect(await upgrade(path)).toBe("400");
    expect(await upgrade(path, "https://evil.example")).toBe("400");
  });

  test("of /trpc opens a socket", async () => {
    expect(await upgrade("/trpc")).toBe("101");
    expect(await upgrade("/trpc?connectionParams=1")).toBe("101");
  });

  test("that a proxy took out of the request is asked for, with status 426", async () => {
    for (const path of ["/trpc", "/trpc?connectionParams=1"]) {
      const answer = await server.request({ path });
      expect(answer.status).toBe(426);
      expect(answer.headers.upgrade).toBe("websocket");
    }
  });

  test("to HTTP/2 is passed over, as a plain request", async () => {
    const headers = { connection: "Upgrade, HTTP2-Settings", upgrade: "h2c", "http2-settings": "AAMAAABkAAQAAP__" };
    expect((await server.request({ path: "/healthz", headers })).status).toBe(200);
  });
});

describe("pages", () => {
  test.each(["https://app.example", "https://other.example", "https://pixora.example"])(
    "of %s may open sockets and call",
    async (origin) => {
      expect(await upgrade("/trpc", origin)).toBe("101");
      const answer = await server.request({ path: "/healthz", headers: { origin } });
      expect(answer.headers["access-control-allow-origin"]).toBe(origin);
    },
  );

  test("of another origin may not, and the log says so once", async () => {
    const warn = vi.spyOn(server.deps.log, "warn");
    const origin = "https://evil.example";
    for (const other of [origin, "http://app.example", "https://app.example.evil.example", "null", origin]) {
      expect(await upgrade("/trpc", other)).toBe("403");
      const answer = await server.request({ path: "/healthz", headers: { origin: other } });
      expect(answer.headers["access-control-allow-origin"]).toBeUndefined();
    }
    const named = warn.mock.calls.map(([told]) => (told as unknown as { origin?: string }).origin);
    expect(named.filter((one) => one === "http://app.example")).toHaveLength(1);
    warn.mockRestore();
  });

  test("programs, which name no origin, may", async () => {
    expect(await upgrade("/trpc")).toBe("101");
  });
});

describe("a message in pieces", () => {
  async function sendIn(pieces: number): Promise<WebSocket> {
    const socket = new WebSocket(`ws://127.0.0.1:${server.port}/trpc`);
    await new Promise((resolve) => socket.once("open", resolve));
    for (let piece = 1; piece <= pieces; piece += 1) {
      socket.send(piece === 1 ? "PING" : "", { fin: piece === pieces && pieces <= maxFragments });
    }
    return socket;
  }

  test("is whole in 32", async () => {
    const socket = await sendIn(maxFragments);
    expect(await new Promise((resolve) => socket.once("message", (text) => resolve(String(text))))).toBe("PONG");
    socket.terminate();
  });

  test("that comes in 33 and is not whole yet closes the socket, with a code", async () => {
    const socket = await sendIn(maxFragments + 1);
    expect(await new Promise((resolve) => socket.once("close", resolve))).toBe(1008);
  });
});

test("no line of the log holds a query string, wherever it comes from", () => {
  const lines: string[] = [];
  const log = createLog({ level: "info", name: "test" }, { write: (line) => void lines.push(line) });
  log.info({ path: "/media/upload?t=secret1" }, "closed /export?t=secret2");
  log.error({ err: new Error('Reply was already sent in "https://pixora.example/x?token=secret3"') }, "what? nothing");
  expect(lines).toHaveLength(2);
  expect(lines.join()).not.toMatch(/secret/);
  expect(JSON.parse(lines[0] ?? "")).toMatchObject({ path: "/media/upload", msg: "closed /export" });
  expect(JSON.parse(lines[1] ?? "")).toMatchObject({ msg: "what? nothing" });
});
