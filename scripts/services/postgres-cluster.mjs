// The data folder of a private PostgreSQL: made by initdb with a password, and cleared of what an earlier owner left,
// a server that still runs or a stale pid file.
import { spawn } from "node:child_process";
import { chownSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { processIdentity, processStamp, stopProcess } from "./process.mjs";

function runToEnd(file, args, options) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk) => {
        output += chunk;
      });
    }
    child.on("error", reject);
    child.on("close", (code) =>
      code === 0 ? resolve(output) : reject(new Error(`${file} ended with ${code}: ${output}`)),
    );
  });
}

/** PostgreSQL runs in a neutral folder and language: its user may not be able to enter ours, and we read its words. */
export function spawnOptions(place) {
  return { ...place.user, cwd: "/", env: { PATH: process.env.PATH, LC_ALL: "C", TZ: "UTC" } };
}

/** Makes the cluster unless it is there. */
export async function initCluster(place, password, log) {
  if (existsSync(join(place.dataDir, "PG_VERSION"))) return;
  log("creating the PostgreSQL cluster");
  // A first attempt that was cut short leaves files that initdb refuses.
  if (existsSync(place.dataDir)) {
    for (const name of readdirSync(place.dataDir)) rmSync(join(place.dataDir, name), { recursive: true, force: true });
  }
  const passwordFile = `${place.dataDir}.password`;
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  if (place.user.uid !== undefined) chownSync(passwordFile, place.user.uid, place.user.gid);
  try {
    await runToEnd(
      join(place.prefix, "bin", "initdb"),
      [
        `--pgdata=${place.dataDir}`,
        "--username=postgres",
        `--pwfile=${passwordFile}`,
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale=C",
        "--no-instructions",
      ],
      spawnOptions(place),
    );
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

/** What the running server says of itself; null when there is no pid file. */
export function readPostmaster(dataDir) {
  try {
    const lines = readFileSync(join(dataDir, "postmaster.pid"), "utf8").split("\n");
    return { pid: Number(lines[0]), isReady: lines[7]?.trim() === "ready" };
  } catch {
    return null;
  }
}

/** True when the process is a postgres of this data folder (on Linux; elsewhere PostgreSQL's own check decides). */
function isPostmasterOf(pid, dataDir) {
  if (process.platform !== "linux") return processStamp(pid) !== null;
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(dataDir);
  } catch {
    return false;
  }
}

/** Clears what an earlier owner left: a running server is stopped cleanly, a stale pid file removed. */
export async function clearPrevious(dataDir, log) {
  const previous = readPostmaster(dataDir);
  if (!previous) return;
  if (processStamp(previous.pid) !== null && isPostmasterOf(previous.pid, dataDir)) {
    log(`stopping PostgreSQL ${previous.pid}, left running by an earlier start`);
    await stopProcess(processIdentity(previous.pid), { signal: "SIGINT", finalSignal: "SIGQUIT" });
  } else {
    rmSync(join(dataDir, "postmaster.pid"), { force: true });
  }
}
