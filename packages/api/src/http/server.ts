// A Fastify server with the hygiene of a public service around the API plugin: bounded bodies and times, safe errors,
// request ids, CORS, security headers, one log line a request.
import { randomUUID } from "node:crypto";
import cors from "@fastify/cors";
import helmet from "@fastify/helmet";
import { type FastifyBaseLogger, type FastifyInstance, fastify } from "fastify";
import type { ServerConfig } from "../platform/config.ts";
import type { Deps } from "../platform/deps.ts";
import { apiPlugin } from "./plugin.ts";

const maxBodyBytes = 512 * 1_024;
/** How long a request may take to arrive whole; without it a slow body holds a connection for ever. */
const requestTimeoutMs = 15_000;

/** Makes the server; it listens when told to. */
export async function createServer(input: { deps: Deps; config: ServerConfig }): Promise<FastifyInstance> {
  const { deps, config } = input;
  const app = fastify({
    // Its own child bindings are not needed: the narrower type keeps plugins of any logger welcome.
    loggerInstance: deps.log as FastifyBaseLogger,
    disableRequestLogging: true,
    genReqId: () => randomUUID(),
    trustProxy: config.TRUSTED_PROXIES.length > 0 ? [...config.TRUSTED_PROXIES] : false,
    bodyLimit: maxBodyBytes,
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: 65_000,
    routerOptions: { maxParamLength: 5_000 },
    forceCloseConnections: "idle",
  });
  app.addHook("onRequest", async (request, reply) => {
    reply.header("x-request-id", request.id);
    // tRPC reads multipart bodies itself, past the body limit: nothing here takes them.
    if (request.headers["content-type"]?.toLowerCase().includes("multipart/")) {
      return reply.code(415).send({ message: "Unsupported media type", requestId: request.id });
    }
  });
  app.addHook("onResponse", async (request, reply) => {
    const durationMs = Math.round(reply.elapsedTime);
    const level = reply.statusCode >= 500 ? "warn" : "debug";
    const path = request.url.split("?", 1)[0];
    deps.log[level](
      { requestId: request.id, method: request.method, path, status: reply.statusCode, durationMs },
      "request",
    );
  });
  app.setErrorHandler((error, request, reply) => {
    const status = (error as { statusCode?: number }).statusCode ?? 500;
    if (status >= 500) deps.log.error({ err: error, requestId: request.id }, "a request failed");
    const message = status >= 500 || !(error instanceof Error) ? "Something went wrong" : error.message;
    return reply.code(status).send({ message, requestId: request.id });
  });
  app.setNotFoundHandler((request, reply) => reply.code(404).send({ message: "Not found", requestId: request.id }));

  await app.register(helmet, { contentSecurityPolicy: { directives: { defaultSrc: ["'none'"] } } });
  await app.register(cors, {
    origin: config.ALLOWED_ORIGINS.includes("*") ? "*" : [...config.ALLOWED_ORIGINS],
    allowedHeaders: ["authorization", "content-type", "last-event-id", "trpc-accept"],
    exposedHeaders: ["x-request-id"],
    maxAge: 7_200,
  });
  await app.register(apiPlugin, { deps, allowedOrigins: config.ALLOWED_ORIGINS });
  return app;
}
