// Where a connection may become a WebSocket: under /trpc, and nowhere else. Promise: elsewhere nothing is kept of one that
// asks, it stays the plain request that it is, and is refused; and /trpc itself says that it waits for an upgrade, so that
// whoever looks for the reason sees which proxy took it away, and the operator reads it in the log, once a minute.
import type { IncomingMessage } from "node:http";
import type { FastifyInstance } from "fastify";
import type { Logger } from "pino";
import { warnSparsely } from "./proxies.ts";
import { refuse } from "./refusal.ts";

const socketPath = "/trpc";

/** Has the server take upgrades for its one route of sockets only. Register it before what reads anything of a request. */
export function boundUpgrades(app: FastifyInstance, log: Pick<Logger, "warn">): void {
  const warnOfStripped = warnSparsely(log, "a socket was asked for without an upgrade: does a proxy take it away?");
  // Node asks it of each upgrade, and treats the others as the requests that they are without it.
  Object.assign(app.server, { shouldUpgradeCallback: mayUpgrade });
  app.addHook("onRequest", async (request, reply) => {
    if (request.method === "GET" && isSocketPath(request.raw) && !asksForSocket(request.raw)) {
      warnOfStripped({ from: request.socket.remoteAddress, via: request.headers.via });
      reply.header("upgrade", "websocket").header("connection", "upgrade, close");
      return refuse(request, reply, {
        status: 426,
        message: "A WebSocket opens here: the request asks for no upgrade",
      });
    }
    // Other upgrades, as to HTTP/2, are offers that a server may pass over.
    if (!asksForSocket(request.raw) || mayUpgrade(request.raw)) return;
    reply.header("connection", "close");
    return refuse(request, reply, { status: 400, message: "No WebSocket opens here" });
  });
}

function mayUpgrade(request: IncomingMessage): boolean {
  return request.method === "GET" && asksForSocket(request) && isSocketPath(request);
}

function isSocketPath(request: IncomingMessage): boolean {
  return request.url?.split("?", 1)[0] === socketPath;
}

function asksForSocket({ headers }: IncomingMessage): boolean {
  return headers.upgrade?.toLowerCase() === "websocket";
}
