// The door for the worker: domain functions behind job handlers, and what they run with. Reaches no Fastify, no tRPC.
export { watchAudit } from "./audit/audit.metrics.ts";
export { countOpenDeliveries } from "./delivery/delivery.row.ts";
export { createGiveUpHandlers, createHandlers } from "./handlers.ts";
export { ConfigError, readWorkerConfig, type WorkerConfig } from "./platform/config.ts";
export { createDeps, relayChannel } from "./platform/create-deps.ts";
export type { Deps } from "./platform/deps.ts";
export { isStoreAway, isStoreBusy } from "./platform/failure.ts";
export { createLog } from "./platform/log.ts";
export { createMetrics, watchDeliveries, watchJobs } from "./platform/metrics.ts";
export { createOutboxDb } from "./platform/outbox.ts";
export { readReadiness } from "./platform/readiness.ts";
export { roleView } from "./user/user.schema.ts";
export { setRole } from "./user/user.service.ts";
