// The server: configuration → deps → listen → close. Public API on PORT, /metrics on a private port.
import {
  ConfigError,
  checkText,
  createDeps,
  createLog,
  createMetrics,
  createServer,
  readServerConfig,
  watchFeed,
  watchPosts,
  watchStreams,
} from "@pixora/api";
import { warmPrisma } from "@pixora/db";
import { fastify } from "fastify";

const closeWithinMs = 10_000;
const warmAfterMs = 5_000;

const config = readConfigOrExit();
const log = createLog({ level: config.LOG_LEVEL, name: "server" });
const deps = createDeps({ config, log, applicationName: "pixora-server" });
void checkText(deps, refuse);
const app = await createServer({ deps, config });
const metrics = createMetrics(deps);
watchFeed(metrics, deps);
watchPosts(metrics, deps);
watchStreams(metrics, deps);
const metricsApp = fastify();
metricsApp.get("/metrics", async (_request, reply) => reply.type(metrics.contentType).send(await metrics.metrics()));

await metricsApp.listen({ port: config.METRICS_PORT, host: config.METRICS_HOST });
await app.listen({ port: config.PORT, host: config.HOST });
log.info({ addresses: app.addresses(), metrics: metricsApp.addresses() }, "the server listens");
// After the start, which it would lengthen, and before a person's call has to wait for it.
setTimeout(() => void warmPrisma(deps.db), warmAfterMs).unref();

let isClosing = false;
async function close(signal: string): Promise<void> {
  if (isClosing) return;
  isClosing = true;
  log.info({ signal }, "the server closes");
  setTimeout(() => {
    log.error("the server did not close in time");
    process.exit(1);
  }, closeWithinMs).unref();
  await app.close();
  await metricsApp.close();
  await deps.close();
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
    return readServerConfig(process.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(error.message);
    process.exit(78);
  }
}
