// A client's WebSocket, as plain messages: calls, streams, and whatever a test wants to send instead.
import { WebSocket } from "ws";
import { WireError, type WireErrorShape } from "./wire.client.ts";
import type { Caller } from "./wire.http.ts";

export interface TestStream {
  /** What came, in order: events, or for tracked ones `{ id, data }`. */
  readonly items: unknown[];
  /** The failure that ended it, or null. */
  readonly error: WireError | null;
  readonly isStopped: boolean;
  stop(): void;
}

export interface TestSocket {
  call(type: "query" | "mutation", path: string, input?: unknown): Promise<unknown>;
  subscribe(path: string, input?: unknown, lastEventId?: string): TestStream;
  /** Sends text as it is, anything else as JSON. */
  send(message: unknown): void;
  /** Messages that answer no call: notices of the server. */
  readonly notices: unknown[];
  readonly closed: Promise<{ code: number; reason: string }>;
  readonly isOpen: boolean;
  close(): Promise<void>;
}

interface Incoming {
  id: number | null;
  result?: { type: "started" | "stopped" | "data"; data?: unknown; id?: string };
  error?: WireErrorShape;
}

type Listener = (message: Incoming) => void;

/** Opens a socket and, with a token, introduces itself. `query` goes into the URL. */
export async function openTestSocket(
  port: number,
  caller: Caller = {},
  url: { query?: string } = {},
): Promise<TestSocket> {
  const options = {
    ...(caller.from === undefined ? {} : { localAddress: caller.from }),
    headers: caller.headers ?? {},
  };
  const query = url.query === undefined ? "" : `&${url.query}`;
  const socket = new WebSocket(`ws://127.0.0.1:${port}/trpc?connectionParams=1${query}`, options);
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.once("close", (code, reason) => resolve({ code, reason: reason.toString() }));
  });
  await new Promise<void>((resolve, reject) => {
    socket.once("open", () => resolve());
    socket.once("error", reject);
  });
  socket.on("error", () => {});
  const opened = converse(socket, closed);
  opened.send({ method: "connectionParams", data: caller.token === undefined ? {} : { token: caller.token } });
  return opened;
}

function converse(socket: WebSocket, closed: TestSocket["closed"]): TestSocket {
  const listeners = new Map<number, Listener>();
  const notices: unknown[] = [];
  let lastId = 0;

  socket.on("message", (bytes) => {
    const text = bytes.toString();
    if (text === "PING") return socket.send("PONG");
    const message = JSON.parse(text) as Incoming;
    const listener = message.id === null ? undefined : listeners.get(message.id);
    if (listener === undefined) notices.push(message);
    else listener(message);
  });

  function send(message: unknown): void {
    socket.send(typeof message === "string" ? message : JSON.stringify(message));
  }

  function ask(method: string, params: object, listener: Listener): number {
    lastId += 1;
    listeners.set(lastId, listener);
    send({ id: lastId, method, params });
    return lastId;
  }

  return {
    send,
    notices,
    closed,
    get isOpen() {
      return socket.readyState === socket.OPEN;
    },
    call: (type, path, input) =>
      new Promise((resolve, reject) => {
        ask(type, { path, input }, (message) => {
          if (message.error) reject(new WireError(message.error));
          else resolve(message.result?.data);
        });
        closed.then(({ code }) => reject(new Error(`the socket closed with ${code}`)));
      }),
    subscribe(path, input, lastEventId) {
      const stream = { items: [] as unknown[], error: null as WireError | null, isStopped: false };
      const id = ask("subscription", { path, input, lastEventId }, ({ result, error }) => {
        if (error) stream.error = new WireError(error);
        if (error || result?.type === "stopped") stream.isStopped = true;
        else if (result?.type === "data") stream.items.push(result.data);
      });
      return Object.assign(stream, { stop: () => send({ id, method: "subscription.stop" }) });
    },
    async close() {
      socket.close();
      await closed;
    },
  };
}
