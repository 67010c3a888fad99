// What is kept of the exchange that opened a WebSocket. The request and its answer, with their headers, are several KiB
// that nobody asks for again, and a socket lives for hours (docs/decisions/0009).
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { WebSocket } from "ws";

export interface Handshake {
  ip: string;
  requestId: string;
  userAgent: string;
  /** The connection under the WebSocket. */
  rawSocket: Socket;
  /** What the client introduced itself by; null without, "" where no token can be good. */
  token: string | null;
}

export function takeHandshake(request: FastifyRequest): Handshake {
  return {
    ip: request.ip,
    requestId: copyOf(request.id),
    userAgent: copyOf(userAgentOf(request)),
    rawSocket: request.raw.socket,
    token: null,
  };
}

/** A text of its own: what was put together or cut out holds on to what it came from. */
function copyOf(text: string): string {
  return Buffer.from(text).toString();
}

export function userAgentOf(request: FastifyRequest): string {
  return (request.headers["user-agent"] ?? "").slice(0, 300);
}

// The plugin gives the route that opens a socket no reply.
const responses = new WeakMap<IncomingMessage, ServerResponse>();

/** Remembers the answer of a request that may open a socket. */
export function rememberExchange(request: FastifyRequest, reply: FastifyReply): void {
  responses.set(request.raw, reply.raw);
}

/** Has an open socket let go of its exchange: of the answer that was never sent, and of a listener that knows both. */
export function forgetExchange(socket: WebSocket, request: FastifyRequest): void {
  // Its one listener is the plugin's, which logs and ends the socket. An oversized or broken frame is no error of ours.
  socket.removeAllListeners("error");
  socket.on("error", () => socket.terminate());
  responses.get(request.raw)?.detachSocket(request.raw.socket);
}
