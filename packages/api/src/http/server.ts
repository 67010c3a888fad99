// A Fastify server with the hygiene of a public service around the API plugin: bounded bodies and times, safe errors,
// request ids, CORS, security headers, one log line a request.
import { randomUUID } from "node:crypto";
import cors from "@fastify/cors";
import {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  fastify,
  LogController,
} from "fastify";
import { messageOf } from "../platform/call/errors.ts";
import { isStoreAway, nameFailure } from "../platform/call/failure.ts";
import { isForThisMachineOnly, type ServerConfig } from "../platform/process/config.ts";
import type { Deps } from "../platform/process/deps.ts";
import { createOrigins } from "./origins.ts";
import { apiPlugin } from "./plugin.ts";
import { readProxies } from "./proxies.ts";
import { refuse } from "./refusal.ts";
import { webPlugin } from "./route/web.ts";
import { readSecurityHeaders } from "./security-headers.ts";
import { boundUpgrades } from "./upgrades.ts";

const maxBodyBytes = 512 * 1_024;
/** How long a request may take to arrive whole; without it a slow body holds a connection for ever. */
const bodyTimeoutMs = 15_000;
/** The bound of the server itself, above that of any route. */
const requestTimeoutMs = 330_000;

/**
 * How long a connection with a request on it may be silent: neither sends, nor takes anything of what waits for it. Event
 * sources are sent a ping far more often; an idle connection has the longer time above.
 */
const silentTimeoutMs = 30_000;

declare module "fastify" {
  interface FastifyContextConfig {
    /** For a route whose bodies take longer than others. */
    bodyTimeoutMs?: number;
    /** For a route that reads multipart bodies itself, within a bound. */
    takesMultipart?: boolean;
  }
}

/** Makes the server; it listens when told to. */
export async function createServer(input: { deps: Deps; config: ServerConfig }): Promise<FastifyInstance> {
  const { deps, config } = input;
  const app = fastify({
    // Its own child bindings are not needed: the narrower type keeps plugins of any logger welcome.
    loggerInstance: deps.log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    // Every line of ours names its request; a logger for each would serve Fastify's own few alone, which go unnamed.
    childLoggerFactory: (logger) => logger,
    genReqId: () => randomUUID(),
    trustProxy: config.TRUSTED_PROXIES.length > 0 ? [...config.TRUSTED_PROXIES] : false,
    bodyLimit: maxBodyBytes,
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: 65_000,
    connectionTimeout: silentTimeoutMs,
    routerOptions: { maxParamLength: 5_000 },
    forceCloseConnections: "idle",
  });
  app.server.headersTimeout = bodyTimeoutMs;
  if (isForThisMachineOnly(config)) {
    deps.log.warn(
      { PUBLIC_URL: config.PUBLIC_URL },
      "PUBLIC_URL leads to this machine: others see no pictures, and links in mails lead nowhere",
    );
  }
  readProxies(app, { trusted: config.TRUSTED_PROXIES, log: deps.log });
  const origins = createOrigins({
    allowed: config.ALLOWED_ORIGINS,
    publicUrl: config.PUBLIC_URL,
    webUrl: config.WEB_URL,
    log: deps.log,
  });
  const securityHeaders = await readSecurityHeaders();
  app.addHook("onRequest", async (request, reply) => {
    reply.headers(securityHeaders);
    reply.header("x-request-id", request.id);
    // CORS leaves it to the browser to keep the page from the answer; here the operator hears of it.
    origins.mayCall(request.headers.origin);
    if (hasBody(request)) boundBody(request, reply);
    // tRPC reads multipart bodies itself, past the body limit: nothing takes them that does not say so.
    const isMultipart = request.headers["content-type"]?.toLowerCase().includes("multipart/");
    if (isMultipart && request.routeOptions.config.takesMultipart !== true) {
      return refuse(request, reply, { status: 415, message: "Unsupported media type" });
    }
  });
  boundUpgrades(app, deps.log);
  app.addHook("onSend", async (request, reply, payload) => {
    // A body that nobody reads would be taken to its end, for the connection's sake: it goes instead.
    if (hasBody(request) && !request.raw.complete) reply.header("connection", "close");
    if (origins.allowed !== "*") nameOriginInVary(reply, payload);
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
    const status = (error as { statusCode?: number }).statusCode ?? (isAway(error) ? 503 : 500);
    if (status === 503) {
      reply.header("retry-after", "1");
      return refuse(request, reply, { status, message: messageOf("service.unavailable") });
    }
    if (status >= 500) deps.log.error({ err: error, requestId: request.id }, "a request failed");
    const message = status >= 500 || !(error instanceof Error) ? "Something went wrong" : error.message;
    return refuse(request, reply, { status, message });
  });
  app.setNotFoundHandler((request, reply) => reply.code(404).send({ message: "Not found", requestId: request.id }));

  await app.register(cors, {
    methods: ["GET", "HEAD", "POST", "PUT"],
    origin: origins.allowed,
    // Cookies renew a session and do no more; "any origin" gets none.
    credentials: origins.allowed !== "*",
    allowedHeaders: ["authorization", "content-type", "last-event-id", "trpc-accept", "x-pixora-session"],
    exposedHeaders: ["x-request-id", "date"],
    maxAge: 7_200,
  });
  const { WEB_DIR: webDir } = config;
  await app.register(apiPlugin, { deps, origins, hasWeb: webDir !== undefined });
  if (webDir !== undefined) await app.register(webPlugin, { config, dir: webDir });
  return app;
}

/** Routes say what else an answer hangs on, over what CORS said: that it hangs on the origin must not be lost. */
function nameOriginInVary(reply: FastifyReply, payload: unknown): void {
  // Fastify takes over the headers of a Response, such as tRPC's adapter makes, only behind this.
  if (payload instanceof Response) {
    payload.headers.append("vary", "Origin");
    return;
  }
  const said = String(reply.getHeader("vary") ?? "");
  if (!/(^|,\s*)origin($|\s*,)/i.test(said)) reply.header("vary", said === "" ? "Origin" : `${said}, Origin`);
}

/** Whether a store is away or busy: the same will succeed in a moment. */
function isAway(error: unknown): boolean {
  return isStoreAway(error) || nameFailure(error).code === "service.unavailable";
}

function hasBody(request: FastifyRequest): boolean {
  return Number(request.headers["content-length"] ?? 0) > 0 || request.headers["transfer-encoding"] !== undefined;
}

/** Cuts a body off that has not come whole in the time of its route. */
function boundBody(request: FastifyRequest, reply: FastifyReply): void {
  const timer = setTimeout(() => {
    if (!request.raw.complete) request.raw.destroy();
  }, request.routeOptions.config.bodyTimeoutMs ?? bodyTimeoutMs);
  reply.raw.once("close", () => clearTimeout(timer));
}
