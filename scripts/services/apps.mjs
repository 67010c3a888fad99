// Runs server and worker as processes of their own, prefixes what they print, waits until they are ready, and stops
// them with SIGTERM, then, after a deadline, for good.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { rootDir } from "./bootstrap.mjs";
import { guardProcess, releaseProcess } from "./guard.mjs";
import { processIdentity, stopProcess, waitUntil } from "./process.mjs";

// As in apps/server/Dockerfile.
const heapFlags = ["--max-semi-space-size=64"];

const COLORS = { server: 36, worker: 35 };

function paint(name) {
  return process.stdout.isTTY && !process.env.NO_COLOR ? `\u001b[${COLORS[name]}m[${name}]\u001b[0m` : `[${name}]`;
}

/** Starts apps/<name>. Handle: { name, hasEnded(), onExit(listener), stop() }. */
export function startApp({ name, env, isWatching = false }) {
  const watch = isWatching ? ["--watch", "--watch-preserve-output"] : [];
  const child = spawn(process.execPath, [...heapFlags, ...watch, join(rootDir, "apps", name, "src", "main.ts")], {
    cwd: rootDir,
    env,
    detached: true, // Ctrl-C reaches only the starting script, which stops things in order
    stdio: ["ignore", "pipe", "pipe"],
  });
  let hasFailed = false;
  child.on("error", () => {
    hasFailed = true;
  });
  for (const [stream, target] of [
    [child.stdout, process.stdout],
    [child.stderr, process.stderr],
  ]) {
    createInterface({ input: stream }).on("line", (line) => target.write(`${paint(name)} ${line}\n`));
  }
  if (child.pid) guardProcess(child.pid, "SIGTERM");
  const hasEnded = () => hasFailed || child.exitCode !== null || child.signalCode !== null;
  return {
    name,
    hasEnded,
    onExit: (listener) => child.once("exit", (code, signal) => listener(signal ?? code)),
    stop: async () => {
      if (!hasEnded()) await stopProcess(processIdentity(child.pid), { signal: "SIGTERM", timeoutMs: 15_000 });
      if (child.pid) releaseProcess(child.pid);
    },
  };
}

/** Waits for 200 from the address; throws when the app ends first or the time is over. */
export async function waitUntilReady({ app, url, timeoutMs = 60_000 }) {
  let last = "no answer";
  const isReady = async () => {
    if (app.hasEnded()) return true;
    try {
      const answer = await fetch(url, { signal: AbortSignal.timeout(2_000) });
      last = `${answer.status} ${await answer.text()}`;
      return answer.ok;
    } catch {
      return false;
    }
  };
  const isInTime = await waitUntil(isReady, { timeoutMs, everyMs: 50 });
  if (app.hasEnded()) throw new Error(`The ${app.name} ended before it was ready; its messages are above.`);
  if (!isInTime) throw new Error(`The ${app.name} was not ready after ${timeoutMs / 1000} s (${last}).`);
}
