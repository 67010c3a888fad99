// Installs what is missing of the proxies (Debian and its kin, as root) without starting any of them, and runs the walk.
import { spawnSync } from "node:child_process";
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { findProxy, proxyKinds } from "../walks/proxies/proxies.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const silenceMs = 70_000;
const wanted = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(proxyKinds);

function run(file, args, env = {}) {
  const { status } = spawnSync(file, args, { cwd: root, env: { ...process.env, ...env }, stdio: "inherit" });
  return status ?? 1;
}

/** Packages start their services once installed, unless this file says no: see invoke-rc.d(8). */
const policy = "/usr/sbin/policy-rc.d";

function install(packages) {
  if (packages.length === 0) return;
  const isOurs = !existsSync(policy);
  if (isOurs) writeFileSync(policy, "#!/bin/sh\nexit 101\n", { mode: 0o755 });
  try {
    const env = { DEBIAN_FRONTEND: "noninteractive" };
    const args = ["install", "--yes", "--no-install-recommends", ...packages];
    if (run("apt-get", ["update"], env) !== 0 || run("apt-get", args, env) !== 0) {
      throw new Error(`apt-get could not install ${packages.join(", ")}`);
    }
  } finally {
    if (isOurs) rmSync(policy, { force: true });
  }
}

const unknown = wanted.filter((name) => !(name in proxyKinds));
if (unknown.length > 0) throw new Error(`no such proxy: ${unknown.join(", ")} (${Object.keys(proxyKinds).join(", ")})`);
install(wanted.filter((name) => findProxy(name) === null).map((name) => proxyKinds[name].package));
const pattern = `^(${wanted.join("|")}) `;
process.exitCode = run("npx", ["vitest", "run", "scripts/walks/proxies.walk.test.ts", "-t", pattern], {
  PIXORA_PROXIES: "all",
  PIXORA_PROXY_SILENCE_MS: String(silenceMs),
});
