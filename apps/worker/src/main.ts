// The worker: configuration → deps → relay, workers, schedules → close. Health, /metrics and /queues on a private port.
import {
  ConfigError,
  checkText,
  countOpenDeliveries,
  createDeps,
  createGiveUpHandlers,
  createHandlers,
  createLog,
  createMetrics,
  createOutboxDb,
  isStoreAway,
  isStoreBusy,
  readReadiness,
  readWorkerConfig,
  relayChannel,
  watchAudit,
  watchDeliveries,
  watchJobs,
  watchModeration,
} from "@pixora/api/domain";
import { warmPrisma } from "@pixora/db";
import {
  countDeadLetters,
  createProducer,
  isQueueName,
  oldestFactAgeMs,
  queueNames,
  startRelay,
  startSchedules,
  startWorkers,
} from "@pixora/jobs";
import { fastify } from "fastify";
import { boardPlugin } from "./board.ts";

const warmAfterMs = 5_000;

const config = readConfigOrExit();
const log = createLog({ level: config.LOG_LEVEL, name: "worker" });
const deps = createDeps({ config, log, applicationName: "pixora-worker" });
void checkText(deps, refuse);
const db = createOutboxDb(deps.db);
const place = { redisUrl: config.REDIS_URL, prefix: config.REDIS_PREFIX };

const producer = createProducer({ ...place, onError: (error) => log.debug({ err: error }, "the queues failed") });
const workers = startWorkers({
  ...place,
  queues: config.WORKER_QUEUES.filter(isQueueName),
  concurrency: config.WORKER_CONCURRENCY,
  handlers: createHandlers(deps),
  giveUpHandlers: createGiveUpHandlers(deps),
  db,
  isStoreAway,
  isStoreBusy,
  log,
});
const relay = startRelay({
  db,
  producer,
  log,
  direct: workers.direct,
  onWake: (listener) => {
    const stopListening = deps.pubsub.subscribe(relayChannel, listener);
    const stopWatching = deps.pubsub.onReconnect(listener);
    return () => {
      stopListening();
      stopWatching();
    };
  },
});
const schedules = startSchedules({ producer, log });

const metrics = createMetrics(deps);
watchJobs(metrics, {
  oldestFactAgeMs: () => oldestFactAgeMs(db.query),
  deadLetters: () => countDeadLetters(db.query),
  jobs: producer.countJobs,
});
watchAudit(metrics, deps);
watchModeration(metrics, deps);
watchDeliveries(metrics, () => countOpenDeliveries(deps.db.sql));
const app = fastify();
app.get("/healthz", async () => ({ status: "ok" }));
app.get("/readyz", async (_request, reply) => {
  const readiness = await readReadiness(deps);
  return reply.code(readiness.isReady ? 200 : 503).send(readiness);
});
app.get("/metrics", async (_request, reply) => reply.type(metrics.contentType).send(await metrics.metrics()));
await app.register(boardPlugin, { producer });
await app.listen({ port: config.WORKER_PORT, host: config.WORKER_HOST });
log.info({ addresses: app.addresses(), queues: config.WORKER_QUEUES }, "the worker works");
// After the start, which it would lengthen, and before a job that holds locks has to wait for it.
setTimeout(() => void warmPrisma(deps.db), warmAfterMs).unref();

let isClosing = false;
async function close(signal: string): Promise<void> {
  if (isClosing) return;
  isClosing = true;
  log.info({ signal }, "the worker closes");
  setTimeout(() => {
    log.error("the worker did not close in time");
    process.exit(1);
  }, config.WORKER_CLOSE_TIMEOUT_MS + 5_000).unref();
  await Promise.all([relay.close(), schedules.close(), workers.close({ timeoutMs: config.WORKER_CLOSE_TIMEOUT_MS })]);
  await producer.close();
  await app.close();
  await deps.close();
  // Connections that still look for an absent Redis would keep the process alive.
  process.exit(0);
}
process.once("SIGTERM", close);
process.once("SIGINT", close);

/** Nothing that starts it again would mend it. */
function refuse(line: string): never {
  console.error(line);
  process.exit(78);
}

function readConfigOrExit() {
  try {
    const read = readWorkerConfig(process.env);
    const unknown = read.WORKER_QUEUES.filter((name) => !isQueueName(name));
    if (unknown.length === 0 && read.WORKER_QUEUES.length > 0) return read;
    throw new ConfigError(`The configuration is wrong:\n  WORKER_QUEUES: some of ${queueNames.join(", ")}`);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(error.message);
    process.exit(78);
  }
}
