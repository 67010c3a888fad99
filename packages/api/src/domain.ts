// The door for the worker: domain functions behind job handlers, and what they run with. Reaches no Fastify, no tRPC.
export { watchAudit } from "./audit/audit.metrics.ts";
export { countOpenDeliveries } from "./delivery/delivery.row.ts";
export { createGiveUpHandlers, createHandlers } from "./handlers.ts";
export { watchModeration } from "./moderation/moderation.metrics.ts";
export { isStoreAway, isStoreBusy } from "./platform/call/failure.ts";
export { createOutboxDb } from "./platform/outbox.ts";
export { ConfigError, readWorkerConfig, type WorkerConfig } from "./platform/process/config.ts";
export { createDeps, relayChannel } from "./platform/process/create-deps.ts";
export type { Deps } from "./platform/process/deps.ts";
export { createLog } from "./platform/process/log.ts";
export { createMetrics, watchDeliveries, watchJobs } from "./platform/process/metrics.ts";
export { readReadiness } from "./platform/process/readiness.ts";
export { checkText } from "./platform/process/text-check.ts";
export { reindexPosts } from "./search/search.index.ts";
export { roleView } from "./user/user.schema.ts";
export { setRole } from "./user/user.service.ts";
