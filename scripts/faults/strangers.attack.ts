// What strangers send, from addresses of their own, in a thread of its own so that the reader's times are the server's.
// Everything is small, bounded in number and stops by itself: each kind was once enough to stall or stop a server.
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { workerData } from "node:worker_threads";

export interface AttackInput {
  port: number;
  /** A post with the largest comments that there can be. */
  postId: string;
  forMs: number;
}

const { port, postId, forMs } = workerData as AttackInput;
const endMs = performance.now() + forMs;
const open = new Set<Socket>();

function dial(from: string): Socket {
  const socket = connect({ port, host: "127.0.0.1", localAddress: from });
  socket.on("error", () => undefined);
  socket.on("close", () => open.delete(socket));
  open.add(socket);
  return socket;
}

function write(socket: Socket, text: string | Buffer): void {
  if (!socket.destroyed) socket.write(text);
}

/** A request whose answer is read and thrown away. */
async function ask(from: string, head: string, body = ""): Promise<void> {
  const socket = dial(from);
  socket.resume();
  const over = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  const length = body === "" ? "" : `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n`;
  write(socket, `${head} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${length}\r\n${body}`);
  await Promise.race([over, sleep(2_000)]);
  socket.destroy();
}

async function repeat(everyMs: number, work: () => unknown): Promise<void> {
  while (performance.now() < endMs) {
    await work();
    await sleep(everyMs);
  }
}

/** Logins with long rows of marks, in batches. */
function marks(): Promise<void> {
  const login = `a${"\u0301\u0316".repeat(100)}`;
  const calls = Array.from({ length: 48 }, (_, index) => [index, { login, password: "no password of anybody" }]);
  const body = JSON.stringify(Object.fromEntries(calls));
  const path = `/trpc/${calls.map(() => "auth.signIn").join(",")}?batch=1`;
  return repeat(200, () => ask("127.0.0.2", `POST ${path}`, body));
}

/** Batches of the largest pages, over connections that read nothing. */
function unreadPages(): Promise<void> {
  const inputs = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [index, { postId, limit: 100 }]));
  const paths = Array.from({ length: 50 }, () => "comment.list").join(",");
  const request = `GET /trpc/${paths}?batch=1&input=${encodeURIComponent(JSON.stringify(inputs))} HTTP/1.1`;
  let opened = 0;
  return repeat(400, () => {
    if (opened === 12) return;
    opened += 1;
    const socket = dial("127.0.0.3");
    socket.pause();
    write(socket, `${request}\r\nHost: localhost\r\n\r\n`);
  });
}

const upgrade = (path: string) =>
  [
    `GET ${path} HTTP/1.1`,
    "Host: localhost",
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    "",
    "",
  ].join("\r\n");

/** A frame as a client sends it, masked with zeros. */
function frame(text: string, { opcode = 1, isLast = true } = {}): Buffer {
  const body = Buffer.from(text);
  const size = body.length < 126 ? [0x80 | body.length] : [0x80 | 126, (body.length >> 8) & 0xff, body.length & 0xff];
  return Buffer.concat([Buffer.from([(isLast ? 0x80 : 0) | opcode, ...size, 0, 0, 0, 0]), body]);
}

/** Sockets that ask for fifty pages each and read none. */
function unreadSockets(): Promise<void> {
  const call = (id: number) => ({
    id,
    method: "query",
    params: { path: "comment.list", input: { postId, limit: 100 } },
  });
  const asking = frame(JSON.stringify(Array.from({ length: 50 }, (_, id) => call(id))));
  let opened = 0;
  return repeat(400, async () => {
    if (opened === 12) return;
    opened += 1;
    const socket = dial("127.0.0.4");
    write(socket, upgrade("/trpc"));
    await new Promise((resolve) => socket.once("readable", resolve));
    write(socket, asking);
  });
}

/** Messages in one piece too many, that are never whole. */
function pieces(): Promise<void> {
  return repeat(200, async () => {
    const socket = dial("127.0.0.5");
    socket.resume();
    write(socket, upgrade("/trpc"));
    await sleep(20);
    const parts = Array.from({ length: 33 }, (_, at) => frame("a", { opcode: at === 0 ? 1 : 0, isLast: false }));
    write(socket, Buffer.concat(parts));
  });
}

/** Upgrades where none is, pictures that are none, and doors that ask a store. */
function doors(): Promise<void> {
  const paths = ["/media/picture/9999999999999999999/320.webp", "/readyz", `/export/${"a".repeat(32)}`];
  let turn = 0;
  return repeat(10, async () => {
    turn += 1;
    if (turn % 10 === 0) {
      const socket = dial("127.0.0.6");
      socket.resume();
      write(socket, upgrade("/healthz?token=secret"));
    } else await ask("127.0.0.6", `GET ${paths[turn % paths.length] ?? "/readyz"}`);
  });
}

await Promise.all([marks(), unreadPages(), unreadSockets(), pieces(), doors()]);
for (const socket of open) socket.destroy();
