// start: how long the server and the worker take from their spawn until they are ready: until /readyz answers 200, over a
// connection of its own each time. Reads nothing of a build but its two programs, so that older builds can run it too.
import { fork } from "node:child_process";
import { once } from "node:events";
import { get } from "node:http";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { rootDir } from "../../scripts/services/bootstrap.mjs";
import { pickPort } from "../../scripts/services/process.mjs";
import type { Bench } from "../harness/bench.ts";
import { processCpuUs } from "../harness/cpu.ts";
import type { Report } from "../harness/report.ts";
import { interleave, medianOf } from "../harness/rounds.ts";
import { median } from "../harness/stats.ts";

export const data = "demo";

/** One start alone says little: a sample is the median of so many. */
const startsOfSample = 5;
const askEveryMs = 5;
const patienceMs = 30_000;

interface StartSample {
  readyMs: number;
  /** CPU time of the program until then. */
  cpuMs: number;
}

interface Side {
  name: string;
  script: string;
  portName: string;
}

const sides: Side[] = [
  { name: "pixora server", script: "apps/server/src/main.ts", portName: "PORT" },
  { name: "pixora worker", script: "apps/worker/src/main.ts", portName: "WORKER_PORT" },
];

export async function run(bench: Bench): Promise<Report> {
  const samples = await interleave(bench, sides, (side) => measureStarts(bench, side));
  return {
    rows: sides.map(({ name }) => ({
      side: name,
      "ready ms": medianOf(samples, name, (sample) => sample.readyMs),
      "CPU ms": medianOf(samples, name, (sample) => sample.cpuMs),
    })),
    claims: [],
  };
}

async function measureStarts(bench: Bench, side: Side): Promise<StartSample> {
  const starts: StartSample[] = [];
  for (let start = 0; start < startsOfSample; start += 1) starts.push(await startOnce(bench, side));
  return {
    readyMs: median(starts.map((one) => one.readyMs)),
    cpuMs: median(starts.map((one) => one.cpuMs)),
  };
}

async function startOnce(bench: Bench, { name, script, portName }: Side): Promise<StartSample> {
  const port = await pickPort();
  const startedMs = performance.now();
  const child = fork(join(rootDir, script), {
    cwd: rootDir,
    execArgv: [],
    env: envOf(bench, { [portName]: `${port}` }),
  });
  const exited = once(child, "exit");
  try {
    while (!(await isReady(port))) {
      if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode} before it was ready`);
      if (performance.now() - startedMs > patienceMs) throw new Error(`${name} was not ready in time`);
      await sleep(askEveryMs);
    }
    return { readyMs: performance.now() - startedMs, cpuMs: processCpuUs(child.pid ?? 0) / 1_000 };
  } finally {
    child.kill("SIGTERM");
    await exited;
  }
}

function isReady(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get({ port, host: "127.0.0.1", path: "/readyz", agent: false, timeout: 1_000 }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.on("timeout", () => request.destroy());
    request.on("error", () => resolve(false));
  });
}

function envOf(bench: Bench, port: Record<string, string>): Record<string, string> {
  return {
    PATH: process.env.PATH ?? "",
    TZ: "UTC",
    NODE_ENV: "production",
    MAIL_AS_FILES: "true",
    HOST: "127.0.0.1",
    DATABASE_URL: bench.databaseUrl,
    REDIS_URL: bench.services.redisUrl,
    REDIS_PREFIX: bench.redisPrefix,
    JWT_SECRET: "pixora-bench-secret-pixora-bench-secret-0001",
    LOG_LEVEL: "error",
    METRICS_PORT: "0",
    ...port,
  };
}
