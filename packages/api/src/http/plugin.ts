// The API as a Fastify plugin: /trpc over HTTP, SSE and WebSocket, /openapi.json, /healthz, /readyz.
// Promises: closing it ends every open stream at once, in the way that makes clients resume elsewhere.
import websocket from "@fastify/websocket";
import { fastifyRequestHandler } from "@trpc/server/adapters/fastify";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { WebSocket } from "ws";
import type { RequestContext } from "../platform/call/context.ts";
import { AppError } from "../platform/call/errors.ts";
import { nameRequest } from "../platform/call/wire-error.ts";
import { webUrlOf } from "../platform/process/config.ts";
import type { Deps } from "../platform/process/deps.ts";
import { readReadiness } from "../platform/process/readiness.ts";
import { createShutdown } from "../platform/process/shutdown.ts";
import { appRouter } from "../root.ts";
import { createSessionChecker } from "../session/session.service.ts";
import { createTurns } from "./answering.ts";
import { type ContextParts, hasTokenInUrl, httpContext, socketContext } from "./context.ts";
import { guardDoor } from "./door.ts";
import { answerJsonCalls, readJsonCalls } from "./json-calls.ts";
import type { Origins } from "./origins.ts";
import { refuse } from "./refusal.ts";
import { exportPlugin } from "./route/export.ts";
import { mediaPlugin } from "./route/media.ts";
import { openapiPlugin } from "./route/openapi.ts";
import { pagesPlugin } from "./route/pages.ts";
import { unsubscribePlugin } from "./route/unsubscribe.ts";
import { isForeignPage } from "./session-cookies.ts";
import { forgetExchange, type Handshake, rememberExchange, takeHandshake } from "./socket/handshake.ts";
import { serveSocket } from "./socket/socket-calls.ts";
import {
  createSocketRegister,
  maxBufferedChunks,
  maxFragments,
  maxFrameBytes,
  type SocketRegister,
} from "./socket/sockets.ts";

/** Calls that one HTTP batch or WebSocket message may carry. */
const maxBatchSize = 50;

export interface ApiPluginOptions {
  deps: Deps;
  /** Which pages may open sockets. */
  origins: Origins;
  /** Whether this server has a web app, which answers what mails lead to. Default: it has none. */
  hasWeb?: boolean;
}

/** Registers the API on a Fastify instance (without a prefix of its own). */
export async function apiPlugin(app: FastifyInstance, options: ApiPluginOptions): Promise<void> {
  const { deps } = options;
  const shutdown = createShutdown();
  const parts: ContextParts = { deps, checkSession: createSessionChecker(deps), shutdown };
  const sockets = createSocketRegister({ scale: deps.config.LIMITS_SCALE });

  app.addHook("preClose", async () => {
    sockets.askToReconnect();
    shutdown.begin();
    // Streams end in a moment; their connections are idle then, and only then can the server close.
    const closing = setInterval(() => app.server.closeIdleConnections(), 50);
    setTimeout(() => sockets.closeAll(), 1_000).unref();
    app.server.once("close", () => clearInterval(closing));
  });

  await app.register(websocket, { options: { maxPayload: maxFrameBytes, maxFragments, maxBufferedChunks } });
  await app.register(mediaPlugin, { deps });
  await app.register(exportPlugin, { deps });
  await app.register(unsubscribePlugin, { deps });
  await app.register(openapiPlugin, { deps });
  // A frontend answers what mails lead to.
  const hasFrontend = options.hasWeb === true || webUrlOf(deps.config) !== deps.config.PUBLIC_URL;
  if (!hasFrontend) await app.register(pagesPlugin, { parts });
  registerTrpc(app, parts, { origins: options.origins });
  registerSockets(app, parts, { sockets, origins: options.origins });

  app.get("/healthz", async () => ({ status: "ok" }));
  const readReady = sharing(() => readReadiness(deps));
  app.get("/readyz", { onRequest: guardDoor(deps, { door: "ready" }) }, async (_request, reply) => {
    const readiness = await readReady();
    return reply.code(readiness.isReady ? 200 : 503).send(readiness);
  });
}

/** Whoever asks while an answer is under way gets the same. */
function sharing<T>(read: () => Promise<T>): () => Promise<T> {
  let reading: Promise<T> | null = null;
  return () => {
    reading ??= read().finally(() => {
      reading = null;
    });
    return reading;
  };
}

function registerTrpc(app: FastifyInstance, parts: ContextParts, { origins }: { origins: Origins }): void {
  app.removeContentTypeParser("application/json");
  // tRPC parses JSON itself, lazily and call by call.
  app.addContentTypeParser("application/json", { parseAs: "string" }, (_request, body, done) => done(null, body));
  app.all<{ Params: { path: string } }>("/trpc/:path", async (request, reply) => {
    const req = request as FastifyRequest;
    const { path } = request.params;
    if (isForeignPage(req, origins)) {
      const message = "This origin may not keep sessions in cookies: name it in ALLOWED_ORIGINS";
      return refuse(req, reply, { status: 403, message });
    }
    const calls = readJsonCalls(req, { path, maxBatchSize });
    if (calls !== null) {
      const ctx = httpContext(parts, { request: req, reply, hasUrlToken: hasTokenInUrl(request.query) });
      return answerJsonCalls(calls, { ctx, reply });
    }
    await fastifyRequestHandler({
      router: appRouter,
      req,
      res: reply,
      path,
      maxBatchSize,
      allowMethodOverride: true,
      createContext: ({ info }) => {
        const hasUrlToken = hasTokenInUrl(request.query, info.connectionParams);
        const ctx = httpContext(parts, { request: req, reply, hasUrlToken });
        ctx.inTurn = createTurns({ ctx, reply });
        return ctx;
      },
      onError: ({ error }) => nameRequest(error, request.id),
    });
  });
}

function registerSockets(
  app: FastifyInstance,
  parts: ContextParts,
  input: { sockets: SocketRegister; origins: Origins },
): void {
  async function welcome(
    socket: WebSocket,
    { ctx, handshake, token }: { ctx: RequestContext; handshake: Handshake; token: unknown },
  ): Promise<void> {
    if (typeof token === "string") handshake.token ??= token;
    // A bad token is each call's own failure.
    const viewer = await ctx.readViewer().catch(() => null);
    if (viewer !== null && !input.sockets.claim(socket, viewer.userId)) throw new AppError("limit.exceeded");
  }

  app.get(
    "/trpc",
    {
      websocket: true,
      // A browser always names its origin; programs do not, and no cookie authenticates here.
      preValidation: async (request, reply) => {
        if (!input.origins.mayCall(request.headers.origin)) {
          return reply.code(403).send({ message: "This origin may not connect" });
        }
        rememberExchange(request, reply);
      },
    },
    (socket, request) => {
      forgetExchange(socket, request);
      const handshake = takeHandshake(request);
      if (!input.sockets.admit(socket, handshake.ip)) return;
      const query = request.query as Record<string, unknown>;
      // No token of ours is empty: each call is refused.
      if (hasTokenInUrl(query)) handshake.token = "";
      const ctx = socketContext(parts, { socket, handshake });
      serveSocket({
        socket,
        ctx,
        maxBatchSize,
        isIntroducing: query.connectionParams === "1",
        welcome: (params) => welcome(socket, { ctx, handshake, token: params?.token }),
      });
    },
  );
}
