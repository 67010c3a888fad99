// Everything that a session can hold open, watched from outside: both streams over the SDK (WebSocket and SSE) and over
// a bare WebSocket. Tells what came, in order, and how each stream ended.
import { createPixora, isPixoraError, memorySession, type Tokens } from "@pixora/client";
import { openTestSocket, type TestSocket } from "../../packages/api/src/testing/wire.socket.ts";
import type { App } from "./house.ts";

/** A stream as its client sees it. */
export interface WatchedStream {
  name: string;
  /** The `type` of each event, in order. */
  readonly types: readonly string[];
  readonly isOver: boolean;
  /** The code that ended it; null where there was none. */
  readonly endCode: string | null;
}

export interface Watchers {
  streams: readonly WatchedStream[];
  /** The bare socket: calls on it carry the token it was opened with. */
  socket: TestSocket;
  close(): Promise<void>;
}

interface Watching extends WatchedStream {
  types: string[];
  isOver: boolean;
  endCode: string | null;
}

function watchingAs(name: string): Watching {
  return { name, types: [], isOver: false, endCode: null };
}

function watchOverSdk(server: App, input: { transport: "websocket" | "sse"; tokens: Tokens; postId: string }) {
  const { transport, tokens, postId } = input;
  const pixora = createPixora({ url: server.url, transport, session: memorySession(tokens) });
  const [person, post] = [watchingAs(`onEvent over ${transport}`), watchingAs(`onPost over ${transport}`)];
  const listenTo = (stream: Watching) => ({
    onData: (event: { type: string }) => void stream.types.push(event.type),
    onError(error: unknown) {
      stream.endCode = isPixoraError(error) ? error.data.appCode : String(error);
      stream.isOver = true;
    },
    onComplete() {
      stream.isOver = true;
    },
  });
  const toPerson = listenTo(person);
  pixora.live.onEvent.subscribe(undefined, { ...toPerson, onData: ({ data }) => toPerson.onData(data) });
  pixora.live.onPost.subscribe({ postId }, listenTo(post));
  return { pixora, streams: [person, post] };
}

function watchOverSocket(socket: TestSocket, postId: string): WatchedStream[] {
  const [person, post] = [socket.subscribe("live.onEvent"), socket.subscribe("live.onPost", { postId })];
  const typesOf = (items: readonly unknown[]) =>
    items.map((item) => {
      const { type, data } = item as { type?: string; data?: { type: string } };
      return data?.type ?? type ?? "";
    });
  return [person, post].map((stream, index) => ({
    name: `${index === 0 ? "onEvent" : "onPost"} over a bare socket`,
    get types() {
      return typesOf(stream.items);
    },
    get isOver() {
      return stream.isStopped || !socket.isOpen;
    },
    get endCode() {
      return stream.error?.appCode ?? null;
    },
  }));
}

/** Opens all six streams of a session; each is open once something came over it. */
export async function openWatchers(server: App, input: { tokens: Tokens; postId: string }): Promise<Watchers> {
  const socket = await openTestSocket(server.port, { token: input.tokens.accessToken });
  const websocket = watchOverSdk(server, { ...input, transport: "websocket" });
  const sse = watchOverSdk(server, { ...input, transport: "sse" });
  return {
    streams: [...websocket.streams, ...sse.streams, ...watchOverSocket(socket, input.postId)],
    socket,
    async close() {
      await Promise.all([websocket.pixora.close(), sse.pixora.close(), socket.close()]);
    },
  };
}
