// What carries live events from server to app, whichever way it travels. Promise: a connection speaks for one session only;
// where another has taken that one's place, its streams complete, and whoever opens them anew gets one of the new session.
import type { AppRouter } from "@pixora/api";
import { TRPCClientError, type TRPCLink } from "@trpc/client";
import type { SessionInside } from "./session.ts";

/** What carries streams, and lets go of all of them when it is closed. */
export interface Streams {
  /** Opens one stream on a connection; its answer lets go of it. */
  open(input: StreamInput): () => void;
  /** Closes connections that carry nothing at once. */
  rest?(): void;
  close(): void;
}

type Pass = Parameters<ReturnType<TRPCLink<AppRouter>>>[0];
export type StreamObserver = Parameters<ReturnType<Pass["next"]>["subscribe"]>[0];

export interface StreamInput {
  path: string;
  input: unknown;
  observer: Required<StreamObserver>;
}

export interface StreamsInput {
  url: string;
  session: SessionInside;
  fetch: typeof fetch;
  WebSocket?: SocketClass | undefined;
}

/** A WebSocket of the runtime, or of a package such as `ws`, whose events are typed in another way. */
export interface Socket {
  onopen: unknown;
  onmessage: unknown;
  onerror: unknown;
  onclose: unknown;
  send(text: string): void;
  close(): void;
}

export type SocketClass = new (url: string) => Socket;

export type Failure = TRPCClientError<AppRouter>;

/** The header that says who calls. */
export async function bearer(session: SessionInside): Promise<Record<string, string>> {
  const token = await session.accessToken();
  return token === null ? {} : { authorization: `Bearer ${token}` };
}

export async function sessionIdOf(session: SessionInside): Promise<string | null> {
  return (await session.holder())?.sessionId ?? null;
}

export function failureOf(cause: unknown): Failure {
  return TRPCClientError.from<AppRouter>(cause instanceof Error ? cause : new Error(String(cause), { cause }));
}
