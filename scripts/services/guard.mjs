// Leaves no PostgreSQL or Redis behind when the process that started them dies without a word (kill -9, crash):
// a tiny detached process holds a pipe from it, and when the pipe ends it stops what is still on its list.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { processIdentity, stopProcess } from "./process.mjs";

let guard = null;

function openGuard() {
  guard = spawn(process.execPath, [fileURLToPath(import.meta.url)], {
    cwd: "/",
    detached: true, // its own process group: Ctrl-C in the terminal must not end it first
    stdio: ["pipe", "ignore", "ignore"],
  });
  guard.on("error", () => {});
  guard.stdin.on("error", () => {});
  guard.unref();
  guard.stdin.unref?.();
}

/** Has the process stopped with the signal once this one is gone. */
export function guardProcess(pid, signal) {
  if (guard === null || guard.exitCode !== null) openGuard();
  guard.stdin.write(`${JSON.stringify({ add: processIdentity(pid), signal })}\n`);
}

/** Takes a process that ended off the list. */
export function releaseProcess(pid) {
  guard?.stdin.write(`${JSON.stringify({ remove: pid })}\n`);
}

async function keepWatch() {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => {});
  const guarded = new Map();
  for await (const line of createInterface({ input: process.stdin })) {
    const message = JSON.parse(line);
    if (message.add) guarded.set(message.add.pid, message);
    else guarded.delete(message.remove);
  }
  await Promise.all([...guarded.values()].map(({ add, signal }) => stopProcess(add, { signal })));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await keepWatch();
