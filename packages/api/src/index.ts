// The door for the server and the SDK: the router, its types, and what runs it.
import type { inferRouterInputs, inferRouterOutputs } from "@trpc/server";
import type { AppRouter } from "./root.ts";

export { watchFeed } from "./feed/feed.metrics.ts";
export { apiPlugin } from "./http/plugin.ts";
export { createServer } from "./http/server.ts";
export type { AppErrorCode, FieldErrors } from "./platform/call/errors.ts";
export type { ProcedureMeta } from "./platform/call/procedure.meta.ts";
export { ConfigError, readServerConfig, type ServerConfig } from "./platform/process/config.ts";
export { createDeps } from "./platform/process/create-deps.ts";
export { createLog } from "./platform/process/log.ts";
export { createMetrics, watchStreams } from "./platform/process/metrics.ts";
export { checkText } from "./platform/process/text-check.ts";
export { watchPosts } from "./post/post.metrics.ts";
export { type AppRouter, appRouter } from "./root.ts";

export type RouterInputs = inferRouterInputs<AppRouter>;
export type RouterOutputs = inferRouterOutputs<AppRouter>;
