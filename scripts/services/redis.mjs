// Starts a private Redis on 127.0.0.1 with a password and its data under one folder, and owns its whole life, like
// postgres.mjs. Durable by default; tests pass TEST_REDIS_ARGS.
import { spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { dirname, join } from "node:path";
import { claimFolder, findOwner, releaseFolder, waitForOwnersServer } from "./claim.mjs";
import { guardProcess, releaseProcess } from "./guard.mjs";
import {
  isSameProcessAlive,
  pickPort,
  processIdentity,
  readJson,
  sendSignal,
  stopProcess,
  waitUntil,
  writeJson,
} from "./process.mjs";
import { findRedis } from "./redis-binary.mjs";

/** Queues live here, so nothing may be evicted and a restart must find it all. */
export const DURABLE_REDIS_ARGS = ["--appendonly", "yes", "--maxmemory-policy", "noeviction"];

export const TEST_REDIS_ARGS = ["--appendonly", "no", "--save", "", "--maxmemory-policy", "noeviction"];

const CONTAINER_IMAGE = "redis:7-alpine";
const MAX_LOG_BYTES = 5_000_000;

/** One PING over a fresh connection; true on PONG (a Redis that still loads its file answers otherwise). */
function doesAnswer(port, password) {
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1" });
    let answer = "";
    const settle = (isUp) => {
      socket.destroy();
      resolve(isUp);
    };
    socket.setTimeout(1_000, () => settle(false));
    socket.on("error", () => settle(false));
    socket.on("connect", () => socket.write(`AUTH ${password}\r\nPING\r\n`));
    socket.on("data", (chunk) => {
      answer += chunk;
      if (answer.includes("+PONG")) settle(true);
      else if (answer.split("\r\n").length > 2) settle(false);
    });
  });
}

function openLog(dir) {
  const path = join(dir, "redis.log");
  const isLarge = existsSync(path) && statSync(path).size > MAX_LOG_BYTES;
  return { path, descriptor: openSync(path, isLarge ? "w" : "a", 0o600) };
}

/** The password goes into a file of the owner's: an argument would be readable in every process list. */
function writeConfig(dir, password) {
  mkdirSync(join(dir, "data"), { recursive: true });
  writeFileSync(join(dir, "data", "redis.conf"), `requirepass ${password}\n`, { mode: 0o600 });
}

function commandFor({ program, dir, port, args, containerName }) {
  const dataDir = join(dir, "data");
  const shared = ["--daemonize", "no", ...args];
  if (program.kind === "process") {
    const own = ["--bind", "127.0.0.1", "--port", String(port), "--dir", dataDir];
    return { file: program.file, args: [join(dataDir, "redis.conf"), ...own, ...shared] };
  }
  const user = process.getuid ? ["--user", `${process.getuid()}:${process.getgid()}`] : [];
  const container = ["run", "--rm", "--name", containerName, ...user, "-p", `127.0.0.1:${port}:6379`];
  const server = [CONTAINER_IMAGE, "redis-server", "/data/redis.conf", "--dir", "/data", ...shared];
  return { file: program.file, args: [...container, "-v", `${dataDir}:/data`, ...server] };
}

async function launch(options) {
  const { program, dir, port, password } = options;
  const logFile = openLog(dir);
  const command = commandFor(options);
  const child = spawn(command.file, command.args, {
    cwd: join(dir, "data"),
    detached: true, // Ctrl-C in the terminal must not reach it before its clients have closed
    env: { ...process.env, ...program.env },
    stdio: ["ignore", logFile.descriptor, logFile.descriptor],
  });
  closeSync(logFile.descriptor);
  let failure = null;
  child.on("error", (error) => {
    failure = error;
  });
  const hasEnded = () => failure !== null || child.exitCode !== null || child.signalCode !== null;
  const timeoutMs = program.kind === "container" ? 180_000 : 60_000; // a container may pull its image first
  const isInTime = await waitUntil(async () => hasEnded() || (await doesAnswer(port, password)), { timeoutMs });
  if (isInTime && !hasEnded()) return { child, hasEnded };
  if (child.pid) sendSignal(child.pid, "SIGKILL");
  const tail = readFileSync(logFile.path, "utf8").split("\n").slice(-12).join("\n");
  throw new Error(`Redis did not start${failure ? ` (${failure.message})` : ""}; the end of ${logFile.path}:\n${tail}`);
}

async function launchWithRetries(options) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await launch(options);
    } catch (error) {
      if (attempt === 3) throw error;
      if (/Address already in use|port is already allocated/.test(error.message) && !options.isPortFixed) {
        options.port = await pickPort();
      }
    }
  }
}

function handleFor({ pid, port, password }) {
  return { pid, port, url: `redis://:${password}@127.0.0.1:${port}/0` };
}

/**
 * Starts Redis with its data under `dir`. With `attach`, a live owner's running server is used instead (its `stop` does
 * nothing). `toolsDir` is where a downloaded program is kept, by default beside `dir`.
 * Handle: { url, port, pid, stop(), kill(signal), restart(args?), exited() }.
 */
export async function startRedis({
  dir,
  port,
  args = DURABLE_REDIS_ARGS,
  log = (_text) => {},
  attach = false,
  toolsDir,
}) {
  const stateFile = join(dir, "state.json");
  if (!claimFolder(dir)) {
    const state = attach ? await waitForOwnersServer(dir) : null;
    if (state) return { ...handleFor(state), stop: async () => {}, isAttached: true };
    throw new Error(`Redis of ${dir} is in use by process ${findOwner(dir)?.pid}; stop that one first.`);
  }
  const previous = readJson(stateFile);
  if (isSameProcessAlive(previous?.identity)) {
    log(`stopping Redis ${previous.pid}, left running by an earlier start`);
    await stopProcess(previous.identity, { signal: "SIGTERM" });
  }
  const program = await findRedis({ toolsDir: toolsDir ?? join(dirname(dir), "tools"), log });
  const password = previous?.password ?? randomBytes(18).toString("base64url");
  writeConfig(dir, password);
  const options = { program, dir, args, password, isPortFixed: port !== undefined };
  options.port = port ?? (await pickPort(previous?.port));
  options.containerName = `pixora-redis-${process.pid}-${options.port}`;
  let running = await launchWithRetries(options);

  function recordRunning() {
    const { pid } = running.child;
    guardProcess(pid, "SIGTERM");
    writeJson(stateFile, { pid, port: options.port, password, identity: processIdentity(pid), ownerPid: process.pid });
  }

  async function end(signal) {
    const isContainerCrash = program.kind === "container" && signal === "SIGKILL";
    // Killing the engine's client would leave the container running.
    if (isContainerCrash) spawnSync(program.file, ["kill", options.containerName], { stdio: "ignore" });
    else if (!running.hasEnded()) sendSignal(running.child.pid, signal);
    if (!(await waitUntil(running.hasEnded, { timeoutMs: 15_000 }))) {
      sendSignal(running.child.pid, "SIGKILL");
      await waitUntil(running.hasEnded, { timeoutMs: 5_000 });
    }
    releaseProcess(running.child.pid);
  }

  recordRunning();
  const handle = handleFor({ pid: running.child.pid, port: options.port, password });
  return Object.assign(handle, {
    isAttached: false,
    exited: () => running.hasEnded(),
    onExit: (listener) => running.child.once("exit", listener),
    stop: async () => {
      await end("SIGTERM");
      releaseFolder(dir);
    },
    /** A crash, for tests; `restart` brings it back on the same port. */
    kill: (signal = "SIGKILL") => end(signal),
    restart: async (changed = args) => {
      if (!running.hasEnded()) await end("SIGTERM");
      options.args = changed;
      options.isPortFixed = true;
      running = await launchWithRetries(options);
      handle.pid = running.child.pid;
      recordRunning();
    },
  });
}
