// Streams over one WebSocket a session, in tRPC's protocol. Promises: the socket is opened by the first stream and closed
// soon after the last; one that does not open, or falls silent, fails all its streams; one that the server asks to
// leave serves them until they have moved. When to try again is not decided here.
import { TRPCClientError } from "@trpc/client";
import { ConnectionError } from "./errors.ts";
import type { Socket, SocketClass } from "./socket.ts";
import {
  type Failure,
  failureOf,
  type StreamInput,
  type StreamObserver,
  type Streams,
  type StreamsInput,
  sessionIdOf,
} from "./streams.ts";

/** An upgrade that a proxy swallows is given up. */
const openWithinMs = 10_000;
const pingAfterMs = 15_000;
const pongWithinMs = 5_000;
/** Another stream often follows the last: a socket is kept for it. */
const keptForMs = 5_000;

type Observer = Required<StreamObserver>;
type Timer = ReturnType<typeof setTimeout>;

export type SocketsInput = StreamsInput & {
  /** Called when a socket has failed: whether it had ever said a word. */
  onEnd: (hasSpoken: boolean) => void;
};

/** One socket and what goes over it. */
interface Line {
  readonly sessionId: string | null;
  readonly streams: Map<number, Observer>;
  socket: Socket | null;
  /** What is sent before the server knows who calls. */
  waiting: string[] | null;
  hasSpoken: boolean;
  isOver: boolean;
  /** Until it opens, speaks, or answers. */
  timer?: Timer | undefined;
  /** Until it is closed for having nothing to do. */
  keeping?: Timer | undefined;
}

interface Board {
  readonly input: SocketsInput;
  /** The lines that take new streams. */
  readonly lines: Map<string | null, Line>;
  /** Those, and others that only serve the streams they have. */
  readonly open: Set<Line>;
}

type Message =
  | { method: string }
  | { id: number | null; error: object }
  | { id: number; result: { type: "started" } | { type: "stopped" } | { type: "data"; id?: string; data: unknown } };

export function socketStreams(input: SocketsInput): Streams {
  const board: Board = { input, lines: new Map(), open: new Set() };
  let lastId = 0;
  return {
    open(stream) {
      lastId += 1;
      return openStream(board, lastId, stream);
    },
    rest() {
      for (const line of [...board.open]) if (line.streams.size === 0) end(board, line, () => undefined);
    },
    close() {
      for (const line of [...board.open]) end(board, line, (observer) => observer.complete());
    },
  };
}

function openStream(board: Board, id: number, { path, input, observer }: StreamInput): () => void {
  let line: Line | null = null;
  let isOver = false;
  sessionIdOf(board.input.session)
    .then((sessionId) => {
      if (isOver) return;
      line = board.lines.get(sessionId) ?? openLine(board, sessionId);
      clearTimeout(line.keeping);
      line.streams.set(id, observer);
      send(line, { id, method: "subscription", params: { path, input } });
    })
    .catch((cause) => observer.error(failureOf(cause)));
  return () => {
    isOver = true;
    if (line === null || !line.streams.has(id)) return;
    send(line, { id, method: "subscription.stop" });
    drop(board, line, id);
  };
}

function openLine(board: Board, sessionId: string | null): Line {
  const line: Line = { sessionId, streams: new Map(), socket: null, waiting: [], hasSpoken: false, isOver: false };
  board.lines.set(sessionId, line);
  board.open.add(line);
  line.timer = setTimeout(() => fail(board, line, "the socket did not open"), openWithinMs);
  connect(board, line).catch((cause) => end(board, line, (observer) => observer.error(failureOf(cause))));
  return line;
}

async function connect(board: Board, line: Line): Promise<void> {
  const { session, url, WebSocket: Class = globalThis.WebSocket as SocketClass | undefined } = board.input;
  if (Class === undefined) throw new Error('this runtime has no WebSocket: give one, or use transport: "sse"');
  const token = await session.accessToken();
  if ((await sessionIdOf(session)) !== line.sessionId) return end(board, line, (observer) => observer.complete());
  if (line.isOver) return;
  const socket = new Class(`${url.replace(/^http/, "ws")}/trpc?connectionParams=1`);
  line.socket = socket;
  socket.onopen = () => {
    if (line.isOver) return;
    const early = line.waiting ?? [];
    line.waiting = null;
    socket.send(JSON.stringify({ method: "connectionParams", data: token === null ? {} : { token } }));
    for (const text of early) socket.send(text);
    listen(board, line);
  };
  socket.onmessage = ({ data }: { data: unknown }) => hear(board, line, data);
  // Some runtimes tell of a failure by one of these events alone.
  socket.onerror = () => fail(board, line, "the socket failed");
  socket.onclose = ({ code }: { code: number }) => fail(board, line, `the socket closed with code ${code}`);
}

/** Waits for the server's next word; asks for one when it is late. */
function listen(board: Board, line: Line): void {
  clearTimeout(line.timer);
  line.timer = setTimeout(() => {
    line.socket?.send("PING");
    line.timer = setTimeout(() => fail(board, line, "the socket fell silent"), pongWithinMs);
  }, pingAfterMs);
}

function hear(board: Board, line: Line, data: unknown): void {
  if (line.isOver || typeof data !== "string") return;
  line.hasSpoken = true;
  listen(board, line);
  if (data === "PING") line.socket?.send("PONG");
  else if (data !== "PONG") {
    const message = readMessage(data);
    if (message === null) fail(board, line, "the socket said what is no message");
    else take(board, line, message);
  }
}

function readMessage(text: string): Message | null {
  try {
    return JSON.parse(text) as Message;
  } catch {
    return null;
  }
}

function take(board: Board, line: Line, message: Message): void {
  if ("method" in message) {
    if (message.method === "reconnect") leave(board, line);
  } else if ("error" in message) {
    const error: Failure = TRPCClientError.from(message as Parameters<typeof TRPCClientError.from>[0]);
    // Addressed to nobody: the server refuses the connection itself.
    if (message.id === null) end(board, line, (observer) => observer.error(error));
    else drop(board, line, message.id)?.error(error);
  } else if (message.result.type === "stopped") {
    drop(board, line, message.id)?.complete();
  } else {
    line.streams.get(message.id)?.next({ result: message.result });
  }
}

/** The server is going, or the token is dying: new streams get a new line, and those of this one are told to move. */
function leave(board: Board, line: Line): void {
  if (board.lines.get(line.sessionId) !== line) return;
  board.lines.delete(line.sessionId);
  for (const observer of [...line.streams.values()]) {
    observer.next({ result: { type: "state", state: "connecting", error: null } });
  }
  keep(board, line);
}

function drop(board: Board, line: Line, id: number): Observer | undefined {
  const observer = line.streams.get(id);
  line.streams.delete(id);
  keep(board, line);
  return observer;
}

/** Closes a line without streams, after a while or, where it takes no new ones, at once. */
function keep(board: Board, line: Line): void {
  clearTimeout(line.keeping);
  if (line.streams.size > 0 || line.isOver) return;
  const isLeft = board.lines.get(line.sessionId) !== line;
  line.keeping = setTimeout(() => end(board, line, () => undefined), isLeft ? 0 : keptForMs);
}

function send(line: Line, message: object): void {
  const text = JSON.stringify(message);
  if (line.waiting !== null) line.waiting.push(text);
  else line.socket?.send(text);
}

function fail(board: Board, line: Line, why: string): void {
  if (line.isOver) return;
  board.input.onEnd(line.hasSpoken);
  end(board, line, (observer) => observer.error(failureOf(new ConnectionError(why))));
}

function end(board: Board, line: Line, tell: (observer: Observer) => void): void {
  if (line.isOver) return;
  line.isOver = true;
  clearTimeout(line.timer);
  clearTimeout(line.keeping);
  if (board.lines.get(line.sessionId) === line) board.lines.delete(line.sessionId);
  board.open.delete(line);
  line.socket?.close();
  const observers = [...line.streams.values()];
  line.streams.clear();
  for (const observer of observers) tell(observer);
}
