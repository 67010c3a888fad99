// Gets from a bare machine (Node 20 and npm) to the project's own Node with everything installed, then hands over.
// Runs on Node 20 without any dependency, because at this point there may be none.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

const PNPM = "pnpm@12.21.0";
const WANTED_NODE_MAJOR = 26;

export const rootDir = fileURLToPath(new URL("../../", import.meta.url)).replace(/\/$/, "");
const binDir = join(rootDir, "node_modules", ".bin");
const stampFile = join(rootDir, ".pixora", "installed");

function runForwarding(file, args, { env, isPolite }) {
  return new Promise((resolve, reject) => {
    // The channel tells the child when this process is gone, even by kill -9, so that it can stop what it started.
    const child = spawn(file, args, {
      cwd: rootDir,
      env,
      stdio: ["inherit", "inherit", "inherit", ...(isPolite ? ["ipc"] : [])],
    });
    const listeners = ["SIGINT", "SIGTERM", "SIGHUP"].map((signal) => {
      // A terminal sends SIGINT to the whole group, so the child has it already; the others reach only this process.
      const listener = () => (signal === "SIGINT" && process.stdin.isTTY ? undefined : child.kill(signal));
      process.on(signal, listener);
      return () => process.off(signal, listener);
    });
    // npm passes SIGTERM to a shell that dies without a word to us, so the loss of that shell counts as the signal.
    const { ppid } = process;
    const watch = process.env.npm_lifecycle_event
      ? setInterval(() => process.ppid !== ppid && child.kill("SIGTERM"), 300)
      : undefined;
    child.on("error", reject);
    child.on("exit", (code, signal) => {
      clearInterval(watch);
      for (const stopListening of listeners) stopListening();
      resolve(code ?? (signal === "SIGINT" ? 130 : 1));
    });
  });
}

function hashInstallInputs() {
  const hash = createHash("sha256").update(process.platform + process.arch);
  for (const name of ["pnpm-lock.yaml", "pnpm-workspace.yaml"]) hash.update(readFileSync(join(rootDir, name)));
  return hash.digest("hex");
}

/**
 * The folder of this clone's secrets, mails, pictures and databases, closed to other users of the machine. PostgreSQL's
 * user, where there is one (root runs it so), may pass through by its group.
 */
export function closeStateDir(postgresGid = null) {
  const folder = join(rootDir, ".pixora");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (postgresGid !== null) chownSync(folder, 0, postgresGid);
  const mode = postgresGid === null ? 0o700 : 0o710;
  const open = statSync(folder).mode & 0o777 & ~0o710;
  if (open !== 0 || postgresGid !== null) chmodSync(folder, mode);
}

async function installIfNeeded(log) {
  const wanted = hashInstallInputs();
  const isInstalled = existsSync(join(rootDir, "node_modules", ".modules.yaml"));
  const stamp = existsSync(stampFile) ? readFileSync(stampFile, "utf8") : "";
  if (isInstalled && stamp === wanted) return;
  log(
    isInstalled
      ? "installing dependencies (the lockfile changed)"
      : "installing dependencies (the first time takes a while)",
  );
  const args = ["-y", PNPM, "install", "--frozen-lockfile", "--config.confirmModulesPurge=false"];
  const code = await runForwarding("npx", args, { env: process.env, isPolite: false });
  if (code !== 0) throw new Error(`Installing dependencies failed (${PNPM} ended with ${code}).`);
  writeFileSync(stampFile, wanted);
}

function findNode() {
  const own = join(binDir, "node");
  if (existsSync(own)) return own;
  if (Number(process.versions.node.split(".")[0]) >= WANTED_NODE_MAJOR) return process.execPath;
  throw new Error(
    `npm has no Node ${WANTED_NODE_MAJOR} for ${process.platform}-${process.arch}; run this with your own Node ${WANTED_NODE_MAJOR}.`,
  );
}

/** Installs what is missing, then runs the script (a path from the root) on the project's Node; ends as it ends. */
export async function continueWith(script, { args = process.argv.slice(2), readsEnvFile = true } = {}) {
  const startedAt = Date.now();
  const log = (text) =>
    process.stderr.write(`pixora ${((Date.now() - startedAt) / 1000).toFixed(1).padStart(5)}s  ${text}\n`);
  try {
    if (process.platform === "win32") throw new Error("Windows is supported through WSL.");
    closeStateDir();
    await installIfNeeded(log);
    const envFile = join(rootDir, ".env");
    if (readsEnvFile && existsSync(envFile)) process.loadEnvFile(envFile); // what the environment sets already wins
    const env = {
      ...process.env,
      PATH: `${binDir}${delimiter}${process.env.PATH ?? ""}`,
      PIXORA_STARTED_AT: String(startedAt),
    };
    process.exitCode = await runForwarding(findNode(), [join(rootDir, script), ...args], { env, isPolite: true });
  } catch (error) {
    process.stderr.write(`\n${error.message}\n`);
    process.exitCode = 1;
  }
}
