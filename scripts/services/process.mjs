// Small process and port tools shared by the service starters: free ports, telling whether a recorded process still
// lives (a pid alone may have been reused), and stopping a process with a deadline.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** True when nobody listens on 127.0.0.1:port. */
export function isPortFree(port, host = "127.0.0.1") {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** A port that is free now; the preferred one when it is. */
export async function pickPort(preferredPort) {
  if (preferredPort && (await isPortFree(preferredPort))) return preferredPort;
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen({ port: 0, host: "127.0.0.1" }, () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** When the process started, as an opaque text; null when no such process lives (a zombie does not). */
export function processStamp(pid) {
  if (!Number.isInteger(pid) || pid <= 0) return null;
  if (process.platform === "linux") {
    try {
      // The command name (field 2) may hold spaces and brackets, so count fields after its last bracket.
      const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").pop().split(" ");
      return fields[0] === "Z" || fields[0] === "X" ? null : fields[19];
    } catch {
      return null;
    }
  }
  const shown = spawnSync("ps", ["-o", "stat=,lstart=", "-p", String(pid)], { encoding: "utf8" });
  const line = shown.status === 0 ? shown.stdout.trim() : "";
  return line === "" || line.startsWith("Z") ? null : line.split(/\s+/).slice(1).join(" ");
}

/** Names a process so that a later reader can tell it from another that got the same pid. */
export function processIdentity(pid) {
  return { pid, stamp: processStamp(pid) };
}

/** True while the very process that was named still runs. */
export function isSameProcessAlive(identity) {
  return Boolean(identity?.stamp) && processStamp(identity.pid) === identity.stamp;
}

/** Sends a signal; false when the process is gone already. */
export function sendSignal(pid, signal) {
  try {
    process.kill(pid, signal);
    return true;
  } catch (error) {
    if (error.code === "ESRCH") return false;
    throw error;
  }
}

/** Waits until the claim holds; false after the deadline. */
export async function waitUntil(claim, { timeoutMs, everyMs = 20 }) {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    if (await claim()) return true;
    if (Date.now() >= deadline) return false;
    await sleep(everyMs);
  }
}

/** Stops a process: the polite signal, then, after the deadline, the final one. */
export async function stopProcess(identity, { signal, timeoutMs = 15_000, finalSignal = "SIGKILL" }) {
  if (!isSameProcessAlive(identity)) return;
  sendSignal(identity.pid, signal);
  if (await waitUntil(() => !isSameProcessAlive(identity), { timeoutMs })) return;
  sendSignal(identity.pid, finalSignal);
  await waitUntil(() => !isSameProcessAlive(identity), { timeoutMs: 5_000 });
}

/** Reads a small JSON file; null when it is absent or torn. */
export function readJson(path) {
  if (!existsSync(path)) return null;
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return null;
  }
}

/** Writes a small JSON file readable by its owner only, whole or not at all. */
export function writeJson(path, value) {
  mkdirSync(dirname(path), { recursive: true });
  const partial = `${path}.${process.pid}`;
  writeFileSync(partial, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
  renameSync(partial, path);
}
