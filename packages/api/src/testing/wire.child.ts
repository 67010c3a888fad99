// What openServerProcess runs in a process of its own: a server configured by the environment, which tells its port and,
// when asked, its memory.
import { pino } from "pino";
import { createServer } from "../http/server.ts";
import { readServerConfig } from "../platform/process/config.ts";
import { createDeps } from "../platform/process/create-deps.ts";
import type { ChildAnswer } from "./wire.process.ts";

const everyMs = 5;

function tell(answer: ChildAnswer): void {
  process.send?.(answer);
}

const config = readServerConfig(process.env);
const deps = createDeps({ config, log: pino({ level: config.LOG_LEVEL }), applicationName: "pixora-test-child" });
const app = await createServer({ deps, config });
const url = await app.listen({ port: 0, host: "127.0.0.1" });

let peakBytes = 0;
setInterval(() => {
  peakBytes = Math.max(peakBytes, process.memoryUsage.rss());
}, everyMs).unref();

process.on("message", async (question) => {
  if (question === "memory") {
    const peak = peakBytes;
    globalThis.gc?.();
    peakBytes = process.memoryUsage.rss();
    tell({ residentBytes: peakBytes, peakBytes: peak });
  }
  if (question === "close") {
    await app.close();
    await deps.close();
    process.disconnect?.();
  }
});
tell({ port: Number(new URL(url).port) });
