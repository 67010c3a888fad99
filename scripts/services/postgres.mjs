// Starts a private PostgreSQL from npm's binaries on 127.0.0.1, with a password kept beside its data, and owns its whole
// life: a stale or still running previous instance of the same folder is dealt with, and none is left behind.
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { closeSync, existsSync, openSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { claimFolder, findOwner, releaseFolder, waitForOwnersServer } from "./claim.mjs";
import { guardProcess, releaseProcess } from "./guard.mjs";
import { clearPrevious, initCluster, readPostmaster, spawnOptions } from "./postgres-cluster.mjs";
import { locatePostgres } from "./postgres-home.mjs";
import { pickPort, processIdentity, readJson, sendSignal, waitUntil, writeJson } from "./process.mjs";

/**
 * For tests: nothing survives a power cut, everything is faster. Commits stay synchronous: without fsync that costs next
 * to nothing, and with it off a killed PostgreSQL loses commits that were acknowledged.
 */
export const TEST_POSTGRES_SETTINGS = {
  fsync: "off",
  full_page_writes: "off",
  max_connections: "200",
};

const BASE_SETTINGS = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  timezone: "UTC",
  log_timezone: "UTC",
  max_connections: "200",
  shared_buffers: "256MB",
  dynamic_shared_memory_type: "posix",
};

const MAX_LOG_BYTES = 5_000_000;

function openLog(dir) {
  const path = join(dir, "postgres.log");
  const isLarge = existsSync(path) && statSync(path).size > MAX_LOG_BYTES;
  return { path, descriptor: openSync(path, isLarge ? "w" : "a", 0o600) };
}

async function launch({ place, dir, port, settings }) {
  const logFile = openLog(dir);
  const args = ["-D", place.dataDir, "-p", String(port)];
  for (const [name, value] of Object.entries({ ...BASE_SETTINGS, ...settings })) args.push("-c", `${name}=${value}`);
  const child = spawn(join(place.prefix, "bin", "postgres"), args, {
    ...spawnOptions(place),
    detached: true, // Ctrl-C in the terminal must not reach it before its clients have closed
    stdio: ["ignore", logFile.descriptor, logFile.descriptor],
  });
  closeSync(logFile.descriptor);
  let failure = null;
  child.on("error", (error) => {
    failure = error;
  });
  const hasEnded = () => failure !== null || child.exitCode !== null || child.signalCode !== null;
  const isReady = () => {
    const postmaster = readPostmaster(place.dataDir);
    return postmaster?.pid === child.pid && postmaster.isReady;
  };
  const isInTime = await waitUntil(() => hasEnded() || isReady(), { timeoutMs: 60_000 });
  if (isInTime && !hasEnded()) return { child, hasEnded };
  if (child.pid) sendSignal(child.pid, "SIGQUIT");
  const tail = readFileSync(logFile.path, "utf8").split("\n").slice(-12).join("\n");
  throw new Error(
    `PostgreSQL did not start${failure ? ` (${failure.message})` : ""}; the end of ${logFile.path}:\n${tail}`,
  );
}

/** After a kill -9 the old backends hold the shared memory for a moment, and a picked port may be taken: try again. */
async function launchWithRetries(options) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await launch(options);
    } catch (error) {
      if (attempt === 5) throw error;
      if (/Address already in use|could not create any TCP/.test(error.message) && !options.isPortFixed) {
        options.port = await pickPort();
      }
      await new Promise((resolve) => setTimeout(resolve, 300 * attempt));
    }
  }
}

/**
 * Starts PostgreSQL with its data under `dir`. With `attach`, a live owner's running server is used instead (its `stop`
 * does nothing). With `isDisposable`, a cluster that will not start is made anew.
 * Handle: { url, port, pid, stop(), kill(signal), restart(settings?), databaseUrl(name), exited() }.
 */
export async function startPostgres({
  dir,
  port,
  settings = {},
  log = (_text) => {},
  attach = false,
  isDisposable = false,
}) {
  const stateFile = join(dir, "state.json");
  if (!claimFolder(dir)) {
    const state = attach ? await waitForOwnersServer(dir) : null;
    if (state) return { ...handleFor(state), stop: async () => {}, isAttached: true };
    throw new Error(`PostgreSQL of ${dir} is in use by process ${findOwner(dir)?.pid}; stop that one first.`);
  }
  const place = locatePostgres({ dir, log });
  const passwordFile = join(dir, "secret.json");
  if (!existsSync(passwordFile)) {
    writeJson(passwordFile, { password: randomBytes(18).toString("base64url") });
    rmSync(join(place.dataDir, "PG_VERSION"), { force: true }); // a cluster whose password is lost is of no use
  }
  const { password } = readJson(passwordFile);
  await clearPrevious(place.dataDir, log);
  const options = { place, dir, settings, isPortFixed: port !== undefined };
  options.port = port ?? (await pickPort(readJson(stateFile)?.port));

  let running;
  try {
    await initCluster(place, password, log);
    running = await launchWithRetries(options);
  } catch (error) {
    if (!isDisposable) throw error;
    log("the test cluster did not start; making it anew");
    rmSync(join(place.dataDir, "PG_VERSION"), { force: true });
    await initCluster(place, password, log);
    running = await launchWithRetries(options);
  }

  function recordRunning() {
    guardProcess(running.child.pid, "SIGINT");
    const { pid } = running.child;
    const state = { pid, port: options.port, password, identity: processIdentity(pid), ownerPid: process.pid };
    writeJson(stateFile, state);
    return handleFor(state);
  }

  async function end(signal, finalSignal = "SIGQUIT") {
    const { pid } = running.child;
    const wasRunning = !running.hasEnded();
    if (wasRunning) sendSignal(pid, signal);
    if (!(await waitUntil(running.hasEnded, { timeoutMs: 20_000 }))) {
      sendSignal(pid, finalSignal);
      await waitUntil(running.hasEnded, { timeoutMs: 5_000 });
    }
    releaseProcess(pid);
  }

  const handle = recordRunning();
  return Object.assign(handle, {
    isAttached: false,
    exited: () => running.hasEnded(),
    onExit: (listener) => running.child.once("exit", listener),
    /** Clean and quick: open sessions are ended, data is flushed. */
    stop: async () => {
      await end("SIGINT");
      releaseFolder(dir);
    },
    /** A crash (SIGKILL) or an immediate shutdown (SIGQUIT), for tests; `restart` brings it back on the same port. */
    kill: (signal = "SIGKILL") => end(signal, "SIGKILL"),
    restart: async (changed = settings) => {
      if (!running.hasEnded()) await end("SIGINT");
      options.settings = changed;
      options.isPortFixed = true; // clients reconnect to the address they know
      await clearPrevious(place.dataDir, log);
      running = await launchWithRetries(options);
      handle.pid = running.child.pid;
      recordRunning();
    },
  });
}

function handleFor({ pid, port, password }) {
  const databaseUrl = (name) => `postgresql://postgres:${password}@127.0.0.1:${port}/${name}`;
  return { pid, port, databaseUrl, url: databaseUrl("postgres") };
}
