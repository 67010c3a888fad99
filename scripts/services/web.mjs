// The built web app, made anew only when what it is made of has changed, so that a second start takes no time.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, globSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { rootDir } from "./bootstrap.mjs";

const webDir = join(rootDir, "apps", "web");
const builtDir = join(webDir, "dist");
const stamp = join(builtDir, ".sources-hash");

/** The lockfile stands for every package that goes in. */
const SOURCES = [
  "apps/web/{index.html,vite.config.ts,package.json}",
  "apps/web/{src,public}/**/*",
  "packages/client/src/**/*",
  "pnpm-lock.yaml",
];

function hashSources() {
  const hash = createHash("sha256");
  const entries = globSync(SOURCES, { cwd: rootDir, withFileTypes: true }).filter((entry) => entry.isFile());
  for (const path of entries.map((entry) => join(entry.parentPath, entry.name)).sort())
    hash
      .update(`${path.slice(rootDir.length)}\0`)
      .update(readFileSync(path))
      .update("\0");
  return hash.digest("hex");
}

function runVite() {
  return new Promise((resolve, reject) => {
    const args = [join(webDir, "node_modules", "vite", "bin", "vite.js"), "build", "--logLevel", "warn"];
    // Vite reads NODE_ENV: what is served is always the build for people.
    const env = { ...process.env, NODE_ENV: "production" };
    const child = spawn(process.execPath, args, { cwd: webDir, env, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk) => {
        output += chunk;
      });
    }
    child.on("error", reject);
    child.on("close", (code) =>
      code === 0 ? resolve() : reject(new Error(`Building the web app ended with ${code}:\n${output.trim()}`)),
    );
  });
}

/** Builds apps/web where its sources, or the SDK's, are others than at the last time. Gives the folder of the built app. */
export async function buildWeb({ log }) {
  const wanted = hashSources();
  const built = existsSync(stamp) ? readFileSync(stamp, "utf8") : "";
  if (built === wanted) return builtDir;
  log("building the web app");
  await runVite();
  writeFileSync(stamp, wanted);
  return builtDir;
}
