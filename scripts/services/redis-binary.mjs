// Finds a Redis program: on PATH, else unpacked privately from the system's own Debian packages (no root, nothing
// installed), else through a running container engine. npm has no usable one.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { delimiter, join } from "node:path";
import { readJson, writeJson } from "./process.mjs";

const PROGRAMS = ["redis-server", "valkey-server"];

const HOW_TO_INSTALL =
  "Redis was not found: install redis-server (apt install redis-server, brew install redis), or set REDIS_URL to a running one.";

function findOnPath(name) {
  return (process.env.PATH ?? "")
    .split(delimiter)
    .filter((folder) => folder !== "")
    .map((folder) => join(folder, name))
    .find((path) => existsSync(path));
}

/** True when the program starts here: an unpacked one may miss a library after a system upgrade. */
function doesRun(program) {
  const shown = spawnSync(program.file, ["--version"], { env: { ...process.env, ...program.env }, stdio: "ignore" });
  return shown.status === 0;
}

function run(file, args, timeoutMs) {
  return new Promise((resolve) => {
    const child = spawn(file, args, {
      stdio: ["ignore", "pipe", "pipe"],
      timeout: timeoutMs,
      env: { ...process.env, LC_ALL: "C", DEBIAN_FRONTEND: "noninteractive" },
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk) => {
        output += chunk;
      });
    }
    child.on("error", (error) => resolve({ isDone: false, output: error.message }));
    child.on("close", (code) => resolve({ isDone: code === 0, output }));
  });
}

function listLibraryFolders(root) {
  const folders = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => /\.so(\.|$)/.test(entry.name))
    .map((entry) => entry.parentPath);
  return [...new Set(folders)];
}

/** apt with its own lists and cache; locks of the system's package database are neither needed nor taken. */
function aptOptions(work) {
  const settings = {
    "Dir::State::lists": join(work, "lists"),
    "Dir::Cache": join(work, "cache"),
    "Debug::NoLocking": "1",
    "APT::Sandbox::User": "", // the clone may be closed to the _apt user
    "Acquire::Languages": "none",
    "Acquire::Retries": "1",
    "Acquire::http::Timeout": "15",
    "Acquire::https::Timeout": "15",
  };
  return Object.entries(settings).flatMap(([name, value]) => ["-o", `${name}=${value}`]);
}

async function unpackFromApt(toolsDir, log) {
  const target = join(toolsDir, "redis");
  const recordFile = join(target, "program.json");
  const recorded = readJson(recordFile);
  if (recorded && doesRun(recorded)) return recorded;
  if (!findOnPath("apt-get") || !findOnPath("dpkg-deb")) return null;

  log("downloading Redis from the system's package mirror (once, kept under .pixora)");
  const work = join(toolsDir, `apt.${process.pid}`);
  try {
    for (const folder of ["lists/partial", "cache/archives/partial", "root"]) {
      mkdirSync(join(work, folder), { recursive: true });
    }
    // Update may end in an error for one unreachable third-party source; what counts is whether Redis is found.
    await run("apt-get", [...aptOptions(work), "update"], 120_000);
    const download = ["install", "--download-only", "--yes", "--no-install-recommends"];
    for (const name of PROGRAMS) {
      const { isDone, output } = await run("apt-get", [...aptOptions(work), ...download, name], 120_000);
      if (!isDone) {
        log(`apt-get could not fetch ${name}: ${output.trim().split("\n").at(-1)}`);
        continue;
      }
      const archives = join(work, "cache", "archives");
      for (const archive of readdirSync(archives).filter((file) => file.endsWith(".deb"))) {
        await run("dpkg-deb", ["-x", join(archives, archive), join(work, "root")], 60_000);
      }
      return keepUnpacked({ work, target, recordFile });
    }
    return null;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function keepUnpacked({ work, target, recordFile }) {
  const root = join(target, `root.${process.pid}`);
  mkdirSync(target, { recursive: true });
  rmSync(root, { recursive: true, force: true });
  spawnSync("mv", [join(work, "root"), root]);
  const file = readdirSync(root, { recursive: true, withFileTypes: true })
    .map((entry) => join(entry.parentPath, entry.name))
    .find((path) => PROGRAMS.some((name) => path.endsWith(`/bin/${name}`)));
  if (!file) return null;
  const libraries = [process.env.LD_LIBRARY_PATH, ...listLibraryFolders(root)].filter(Boolean).join(delimiter);
  const program = { kind: "process", file, env: { LD_LIBRARY_PATH: libraries } };
  if (!doesRun(program)) return null;
  writeJson(recordFile, program);
  return program;
}

function findContainerEngine() {
  return ["docker", "podman"].find(
    (name) => findOnPath(name) && spawnSync(name, ["info"], { stdio: "ignore", timeout: 10_000 }).status === 0,
  );
}

/** { kind: "process", file, env } or { kind: "container", file }; throws one clear line when there is none. */
export async function findRedis({ toolsDir, log }) {
  for (const name of PROGRAMS) {
    const file = findOnPath(name);
    if (file) return { kind: "process", file, env: {} };
  }
  const unpacked = process.platform === "linux" ? await unpackFromApt(toolsDir, log) : null;
  if (unpacked) return unpacked;
  const engine = findContainerEngine();
  if (engine) return { kind: "container", file: engine };
  throw new Error(HOW_TO_INSTALL);
}
