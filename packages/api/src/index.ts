// The door for the server and the SDK: the router, its types, and what runs it.
import type { inferRouterInputs, inferRouterOutputs } from "@trpc/server";
import type { AppRouter } from "./root.ts";

export { watchFeed } from "./feed/feed.metrics.ts";
export { apiPlugin } from "./http/plugin.ts";
export { createServer } from "./http/server.ts";
export { ConfigError, readServerConfig, type ServerConfig } from "./platform/config.ts";
export { createDeps } from "./platform/create-deps.ts";
export type { AppErrorCode, FieldErrors } from "./platform/errors.ts";
export { createLog } from "./platform/log.ts";
export { createMetrics, watchStreams } from "./platform/metrics.ts";
export { watchPosts } from "./post/post.metrics.ts";
export { type AppRouter, appRouter } from "./root.ts";

export type RouterInputs = inferRouterInputs<AppRouter>;
export type RouterOutputs = inferRouterOutputs<AppRouter>;
