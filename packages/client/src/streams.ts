// What carries live events from server to app, whichever way it travels. Promise: a connection speaks for one session only;
// where another has taken that one's place, its streams complete, and whoever opens them anew gets one of the new session.
import type { AppRouter } from "@pixora/api";
import { TRPCClientError, type TRPCLink } from "@trpc/client";
import type { SessionInside } from "./session.ts";
import type { SocketClass } from "./socket.ts";

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
