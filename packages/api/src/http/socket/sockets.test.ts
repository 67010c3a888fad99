// What one address, one person and one socket may hold open and say.
import { afterAll, beforeAll, expect, test } from "vitest";
import { WebSocket } from "ws";
import {
  createPerson,
  createPost,
  openTestServer,
  type TestServer,
  type TestSocket,
  waitFor,
} from "../../testing/index.ts";

let server: TestServer;
let postId: string;

beforeAll(async () => {
  // A fiftieth: 10 sockets an address, 1 a person, 20 messages at once.
  server = await openTestServer({ env: { LIMITS_SCALE: "0.02" } });
  const author = await createPerson(server.deps);
  postId = (await createPost(server.deps, { authorId: author.id })).id;
});
afterAll(() => server.close());

async function isHeard(socket: TestSocket): Promise<boolean> {
  return socket.call("query", "user.isHandleFree", { handle: "free_one" }).then(
    () => true,
    () => false,
  );
}

test("an address holds only so many sockets; one that closes makes room, another address has its own", async () => {
  const from = "127.0.2.1";
  const sockets = await Promise.all(Array.from({ length: 10 }, () => server.openSocket({ from })));
  const refused = await server.openSocket({ from });
  expect(await refused.closed).toMatchObject({ code: 1013 });
  expect(sockets.every((socket) => socket.isOpen)).toBe(true);
  const elsewhere = await server.openSocket({ from: "127.0.2.2" });
  expect(await isHeard(elsewhere)).toBe(true);
  await sockets[0]?.close();
  const next = await server.openSocket({ from });
  expect(await isHeard(next)).toBe(true);
  await Promise.all([...sockets.slice(1), next, elsewhere].map((socket) => socket.close()));
});

test("a person holds only so many sockets, from whatever addresses", async () => {
  const person = await server.signUp({}, { from: "127.0.2.10" });
  const first = await server.openSocket({ from: "127.0.2.11", token: person.token });
  expect(await first.call("query", "user.me")).toMatchObject({ id: person.user.id });
  const second = await server.openSocket({ from: "127.0.2.12", token: person.token });
  expect(await second.closed).toMatchObject({ code: 1013 });
  await first.close();
  const third = await server.openSocket({ from: "127.0.2.12", token: person.token });
  expect(await third.call("query", "user.me")).toMatchObject({ id: person.user.id });
  await third.close();
});

test("a bad token is the call's failure, not the socket's", async () => {
  const socket = await server.openSocket({ from: "127.0.2.20", token: "nonsense" });
  await expect(socket.call("query", "user.me")).rejects.toMatchObject({ appCode: "auth.tokenInvalid" });
  expect(socket.isOpen).toBe(true);
  await socket.close();
});

test("a socket that talks too much is closed, and what it still sends is not worked on", async () => {
  const socket = await server.openSocket({ from: "127.0.2.30" });
  for (let id = 1; id <= 200; id += 1) {
    socket.send({
      id: 10_000 + id,
      method: "query",
      params: { path: "user.isHandleFree", input: { handle: "free_one" } },
    });
  }
  expect(await socket.closed).toEqual({ code: 1008, reason: "too many messages" });
  expect(socket.notices.length).toBeLessThan(30);
});

test("long messages cost more than short ones, and pings are counted too", async () => {
  const long = await server.openSocket({ from: "127.0.2.31" });
  long.send(`{"id":1,"method":"query","params":{"path":"x","input":"${"a".repeat(40_000)}"}}`);
  expect(await long.closed).toMatchObject({ code: 1008 });

  const pinging = new WebSocket(`ws://127.0.0.1:${server.port}/trpc`, { localAddress: "127.0.2.32" });
  const closed = new Promise<number>((resolve) => pinging.once("close", resolve));
  pinging.once("open", () => {
    for (let time = 0; time < 100; time += 1) pinging.ping();
  });
  expect(await closed).toBe(1008);
});

test("a frame above 64 KiB closes the socket", async () => {
  const socket = await server.openSocket({ from: "127.0.2.33" });
  socket.send("a".repeat(70_000));
  expect(await socket.closed).toMatchObject({ code: 1009 });
});

test("a caller holds only so many streams, however many connections they come over; ended ones make room", async () => {
  // Six at this scale. Anonymous streams are counted by address.
  const from = "127.0.2.40";
  const sockets = await Promise.all(Array.from({ length: 2 }, () => server.openSocket({ from })));
  const [one, other] = sockets;
  if (one === undefined || other === undefined) throw new Error("no sockets");
  const streams = [one, one, one, other, other, other].map((socket) => socket.subscribe("live.onPost", { postId }));
  await waitFor("the streams", () => streams.every((stream) => stream.items.length > 0));
  const refused = other.subscribe("live.onPost", { postId });
  await waitFor("the refusal", () => refused.error);
  expect(refused.error).toMatchObject({ appCode: "limit.exceeded" });
  expect(refused.error?.retryAfterMs).toBeGreaterThan(0);
  streams[0]?.stop();
  await waitFor("the end", () => streams[0]?.isStopped);
  await one.close();
  await other.close();
});
