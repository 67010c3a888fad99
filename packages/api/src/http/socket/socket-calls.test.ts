// Sockets are served past tRPC's adapter (docs/decisions/0009): here the same frames go to both, and nobody can tell.
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { getWSConnectionHandler } from "@trpc/server/adapters/ws";
import { afterAll, beforeAll, expect, test } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { nameRequest } from "../../platform/call/wire-error.ts";
import { createShutdown } from "../../platform/process/shutdown.ts";
import { appRouter } from "../../root.ts";
import { createSessionChecker } from "../../session/session.service.ts";
import { createPerson, createPost, openTestServer, type TestServer, waitFor } from "../../testing/index.ts";
import { socketContext } from "../context.ts";

let server: TestServer;
let reference: WebSocketServer;
let token: string;
let userId: string;
let postId: string;

beforeAll(async () => {
  server = await openTestServer();
  const person = await server.signUp();
  [token, userId] = [person.token, person.user.id];
  const author = await createPerson(server.deps);
  postId = (await createPost(server.deps, { authorId: author.id })).id;
  reference = startReference();
  await once(reference, "listening");
});
afterAll(async () => {
  for (const socket of reference.clients) socket.terminate();
  reference.close();
  await server.close();
});

/** The same procedures and contexts behind tRPC's own adapter. */
function startReference(): WebSocketServer {
  const { deps } = server;
  const parts = { deps, checkSession: createSessionChecker(deps), shutdown: createShutdown() };
  const sockets = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  const connect = getWSConnectionHandler<typeof appRouter>({
    router: appRouter,
    maxBatchSize: 50,
    createContext({ req, res, info }) {
      const introduced = info.connectionParams?.token ?? null;
      const handshake = { ip: "127.0.0.1", requestId: "id", userAgent: "", rawSocket: req.socket, token: introduced };
      return socketContext(parts, { socket: res, handshake });
    },
    onError: ({ error }) => nameRequest(error, "id"),
  } as Parameters<typeof getWSConnectionHandler<typeof appRouter>>[0]);
  sockets.on("connection", connect);
  return sockets;
}

type Frame = string | Buffer | object;
/** A frame, and how many answers are waited for before the next. */
type Step = [frame: Frame, answers: number];

interface Talk {
  answers: unknown[];
  /** The code it was closed with by the server, or null. */
  closeCode: number | null;
}

async function talk(port: number, input: { query: string; steps: Step[]; isClosed: boolean }): Promise<Talk> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/trpc${input.query}`);
  const answers: string[] = [];
  socket.on("message", (message) => answers.push(message.toString()));
  const closed = once(socket, "close").then(([code]) => Number(code));
  await once(socket, "open");
  let wanted = 0;
  for (const [frame, count] of input.steps) {
    socket.send(typeof frame === "string" || Buffer.isBuffer(frame) ? frame : JSON.stringify(frame));
    wanted += count;
    await waitFor(`${wanted} answers`, () => answers.length >= wanted);
  }
  if (!input.isClosed) {
    // A fence: what was answered beyond what is wanted shows too.
    socket.send("PING");
    await waitFor("the fence", () => answers.length > wanted);
  }
  const closeCode = input.isClosed ? await closed : null;
  socket.close();
  await closed;
  const read = (text: string) => (text === "PONG" ? text : JSON.parse(text));
  // Each its own; of what cannot be read, the adapter names none.
  return {
    answers: answers.map((text) => read(text.replaceAll(/"requestId":("[^"]+"|null)/g, '"requestId":"…"'))),
    closeCode,
  };
}

const introducing = "?connectionParams=1";
const introduce = (): Step => [{ method: "connectionParams", data: { token } }, 0];
const ask = (id: unknown, method: string, path: string, input?: unknown, more: object = {}) => ({
  ...{ id, method, params: { path, input } },
  ...more,
});
const query = (id: unknown, path = "user.me", input?: unknown) => ask(id, "query", path, input);
const listen = (id: unknown, path: string, input?: unknown) => ask(id, "subscription", path, input);
const stop = (id: unknown) => ({ id, method: "subscription.stop" });

const introduced: [name: string, steps: () => Step[]][] = [
  [
    "queries under numbers, texts and versions",
    () => [
      [query(1), 1],
      [query("one"), 1],
      [query(0, "user.byId", { userId }), 1],
      [ask(2, "query", "user.me", undefined, { jsonrpc: "2.0" }), 1],
    ],
  ],
  ["a mutation", () => [[ask(1, "mutation", "user.update", { bio: "Both ways." }), 1]]],
  [
    "calls that fail",
    () => [
      [query(1, "user.byId", { userId: "7" }), 1],
      [query(2, "user.byId", { userId: 7 }), 1],
      [query(3, "user.nope"), 1],
      [ask(4, "mutation", "user.me", undefined, { jsonrpc: "2.0" }), 1],
      [listen(5, "user.me"), 1],
      [query(6, "live.onEvent"), 1],
      [listen(7, "live.onPost", { postId: "7" }), 3],
      [listen(8, "live.onPost", { postId: 7 }), 1],
    ],
  ],
  [
    "batches",
    () => [
      [[query(1), query(2, "user.nope")], 2],
      [Array.from({ length: 51 }, (_, id) => query(id)), 51],
      [Array.from({ length: 51 }, (_, id) => stop(id)), 1],
      [[], 0],
      ["PING", 1],
    ],
  ],
  [
    "what is no message",
    () => [
      ["nonsense", 1],
      ["5", 1],
      ["null", 1],
      ["[5]", 1],
      [Buffer.from(JSON.stringify(query(1))), 1],
      [{ id: 1, method: "nope", params: { path: "user.me" } }, 1],
      [{ id: 1, method: "query" }, 1],
      [{ id: {}, method: "query", params: { path: "user.me" } }, 1],
      [{ method: "query", params: { path: "user.me" } }, 1],
      [query(null), 1],
      [{ id: 1, method: "subscription", params: { path: "live.onEvent", lastEventId: 5 } }, 1],
      ["PONG", 0],
      ["PING", 1],
    ],
  ],
  [
    "a stream, stopped, and again under its id",
    () => [
      [listen(1, "live.onPost", { postId }), 2],
      [listen(1, "live.onPost", { postId }), 1],
      [stop(1), 1],
      [stop(1), 0],
      [stop(99), 0],
      [listen(1, "live.onPost", { postId }), 2],
      [listen("other", "live.onPost", { postId }), 2],
    ],
  ],
  [
    "personal streams, from now and from an event on",
    () => [
      [listen(1, "live.onEvent", {}), 2],
      [listen(2, "live.onEvent", { lastEventId: "77" }), 3],
      [
        ask(3, "subscription", "live.onEvent", undefined, {
          params: { path: "live.onEvent", input: {}, lastEventId: "77" },
        }),
        3,
      ],
      [{ id: 4, method: "subscription", params: { path: "live.onEvent", lastEventId: "0" } }, 2],
      [{ id: 5, jsonrpc: "2.0", method: "subscription", params: { path: "live.onEvent", input: {} } }, 2],
    ],
  ],
  [
    "a stream that is stopped before it has begun",
    () => [
      [[listen(1, "live.onEvent", {}), stop(1)], 1],
      [query(2), 1],
    ],
  ],
];

const notIntroduced: [name: string, query: string, isClosed: boolean, steps: () => Step[]][] = [
  [
    "strangers who need not say who they are",
    "",
    false,
    () => [
      [query(1, "user.byId", { userId }), 1],
      [query(2), 1],
      [{ method: "connectionParams", data: { token } }, 1],
      [query(3), 1],
    ],
  ],
  [
    "a bad token",
    introducing,
    false,
    () => [
      [{ method: "connectionParams", data: { token: "bad" } }, 0],
      [query(1), 1],
    ],
  ],
  [
    "an introduction without anything",
    introducing,
    false,
    () => [
      [{}, 0],
      [query(1), 1],
    ],
  ],
  ["an introduction that is no JSON", introducing, true, () => [["nonsense", 1]]],
  ["an introduction that is no object", introducing, true, () => [["5", 1]]],
  ["an introduction of the wrong shape", introducing, true, () => [[{ data: { token: 5 } }, 1]]],
];

async function expectAlike(input: { query: string; steps: () => Step[]; isClosed: boolean }): Promise<void> {
  const { port } = reference.address() as AddressInfo;
  const theirs = await talk(port, { ...input, steps: input.steps() });
  const ours = await talk(server.port, { ...input, steps: input.steps() });
  expect(ours).toEqual(theirs);
  expect(theirs.answers.length).toBeGreaterThan(0);
}

test.each(introduced)("%s are answered as by the adapter", async (_name, steps) => {
  await expectAlike({ query: introducing, isClosed: false, steps: () => [introduce(), ...steps()] });
});

test.each(notIntroduced)("%s: answered as by the adapter", async (_name, query, isClosed, steps) => {
  await expectAlike({ query, isClosed, steps });
});
