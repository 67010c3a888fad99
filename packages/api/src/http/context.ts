// Makes the context of a call from an HTTP request or a WebSocket: who calls, from where, over what.
import type { Socket } from "node:net";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { WebSocket } from "ws";
import type { Connection, RequestContext, Viewer } from "../platform/call/context.ts";
import { AppError } from "../platform/call/errors.ts";
import type { Deps } from "../platform/process/deps.ts";
import type { Shutdown } from "../platform/process/shutdown.ts";
import { verifyAccessToken } from "../session/session.token.ts";
import { sessionCookiesOf } from "./session-cookies.ts";
import { type Handshake, userAgentOf } from "./socket/handshake.ts";

export interface ContextParts {
  deps: Deps;
  checkSession: (viewer: Viewer, options?: { mayGather: boolean }) => Promise<void>;
  shutdown: Shutdown;
}

/** "Service restart" of the IANA registry of close codes: clients connect again. */
const serviceRestart = 1012;

/** tRPC's own message for it: the client opens a second socket, moves its streams there, and drops the first. */
export const reconnectNotice = '{"id":null,"method":"reconnect"}';

const urlNames = ["token", "access_token"];

/**
 * Whether someone sends a token in a URL, where logs and histories keep it: by a parameter's name, or as tRPC's clients
 * would (`connectionParams`).
 */
export function hasTokenInUrl(query: unknown, connectionParams: { token?: unknown } | null = null): boolean {
  if (connectionParams?.token !== undefined) return true;
  return typeof query === "object" && query !== null && urlNames.some((name) => Object.hasOwn(query, name));
}

/** The context of one HTTP request; a batch shares it. */
export function httpContext(
  parts: ContextParts,
  { request, reply, hasUrlToken }: { request: FastifyRequest; reply: FastifyReply; hasUrlToken: boolean },
): RequestContext {
  const connection: Connection = {
    bufferedBytes: () => reply.raw.writableLength,
    // An event source is written to from a stream of tRPC's, whenever that likes.
    hold: () => undefined,
    release: () => undefined,
    interrupt: () => void reply.raw.destroy(),
    // An event source that is cut off connects again by itself, with the token of that moment.
    askToReconnect: () => void reply.raw.destroy(),
    openStreams: 0,
  };
  return {
    ...parts,
    requestId: request.id,
    ip: request.ip,
    userAgent: userAgentOf(request),
    readViewer: rememberOnce(async () => {
      if (hasUrlToken) throw new AppError("auth.tokenInvalid");
      return readBearer(parts.deps, request.headers.authorization);
    }),
    connection,
    cookies: sessionCookiesOf(parts.deps, { request, reply }),
  };
}

/** The context of one WebSocket, made once a connection: so the token is verified again on every call. */
export function socketContext(
  parts: ContextParts,
  { socket, handshake }: { socket: WebSocket; handshake: Handshake },
): RequestContext {
  const { requestId, ip, userAgent, rawSocket } = handshake;
  return {
    ...parts,
    requestId,
    ip,
    userAgent,
    readViewer: async () =>
      handshake.token === null ? null : verifyAccessToken(parts.deps, { token: handshake.token }),
    connection: new SocketConnection(socket, rawSocket),
  };
}

// A class, since every open socket has one: methods are shared, closures are not.
class SocketConnection implements Connection {
  readonly #socket: WebSocket;
  readonly #rawSocket: Socket;
  openStreams = 0;

  constructor(socket: WebSocket, rawSocket: Socket) {
    this.#socket = socket;
    this.#rawSocket = rawSocket;
  }

  bufferedBytes(): number {
    return this.#socket.bufferedAmount;
  }

  hold(): void {
    this.#rawSocket.cork();
  }

  release(): void {
    this.#rawSocket.uncork();
  }

  interrupt(): void {
    this.#socket.close(serviceRestart);
    // A reader that stopped reading never answers the close frame.
    setTimeout(() => this.#socket.terminate(), 1_000).unref();
  }

  askToReconnect(): void {
    this.#socket.send(reconnectNotice);
  }
}

async function readBearer(deps: Deps, header: string | undefined): Promise<Viewer | null> {
  if (header === undefined) return null;
  const match = /^Bearer ([\w.~+/=-]+)$/i.exec(header);
  if (match?.[1] === undefined) throw new AppError("auth.tokenInvalid");
  return verifyAccessToken(deps, { token: match[1] });
}

function rememberOnce<T>(read: () => Promise<T>): () => Promise<T> {
  let reading: Promise<T> | undefined;
  return () => {
    reading ??= read();
    return reading;
  };
}
