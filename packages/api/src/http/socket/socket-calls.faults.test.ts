// What a socket does when something goes wrong around it: nothing is left unanswered, and nothing is worked on in vain.
import { EventEmitter } from "node:events";
import { expect, test } from "vitest";
import { waitFor } from "../../testing/index.ts";
import { maxRunningCalls } from "../answering.ts";
import { serveSocket } from "./socket-calls.ts";
import { createSocketRegister } from "./sockets.ts";

function query(id: number): Buffer {
  return Buffer.from(JSON.stringify({ id, method: "query", params: { path: "user.me" } }));
}

class FakeSocket extends EventEmitter {
  readonly OPEN = 1;
  readyState = 1;
  readonly bufferedAmount = 0;
  readonly heard: unknown[] = [];
  send(text: string): void {
    this.heard.push(JSON.parse(text));
  }
  close(): void {
    this.readyState = 2;
  }
  terminate(): void {}
}

test("a failure that cannot be told is answered all the same, and ends no process", async () => {
  const socket = new FakeSocket();
  const logged: string[] = [];
  const log = { error: (_bindings: object, message: string) => logged.push(message) };
  const untellable = new Proxy({}, { getPrototypeOf: () => expect.fail("nobody may look") });
  serveSocket({
    socket: socket as never,
    ctx: { deps: { log }, requestId: "id" } as never,
    maxBatchSize: 50,
    isIntroducing: false,
    welcome: () => Promise.reject(untellable),
  });
  socket.emit("message", query(1), false);
  await waitFor("the answers", () => socket.heard.length === 2);
  const error = { message: "Something went wrong", data: { code: "INTERNAL_SERVER_ERROR", appCode: "internal" } };
  expect(socket.heard).toMatchObject([
    { id: null, error },
    { id: 1, error },
  ]);
  expect(logged).toHaveLength(2);
});

test("nothing is worked on once a socket is closed for a broken cap, not even the message that broke it", async () => {
  const socket = new FakeSocket();
  let asked = 0;
  // Ten messages at once.
  createSocketRegister({ scale: 0.01 }).admit(socket as never, "127.0.0.1");
  serveSocket({
    socket: socket as never,
    ctx: {
      deps: { log: { error: () => undefined }, config: { LIMITS_SCALE: 1 } },
      readViewer: async () => {
        asked += 1;
        return null;
      },
    } as never,
    maxBatchSize: 50,
    isIntroducing: false,
    welcome: async () => undefined,
  });
  for (let id = 1; id <= 11; id += 1) socket.emit("message", query(id), false);
  expect(socket.readyState).toBe(2);
  // Those that had begun: the others still waited for their turn.
  await waitFor("the calls", () => asked >= maxRunningCalls);
  await new Promise((resolve) => setImmediate(resolve));
  expect(asked).toBe(maxRunningCalls);
});
