// The other build's checkout: a git worktree under .pixora/against, kept for the next comparison with the same commit. The
// measuring half of the present bench replaces its own, so that both builds are measured by the same code.
import { execFileSync, spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { rootDir } from "../../scripts/services/bootstrap.mjs";
import { findOwner } from "../../scripts/services/claim.mjs";
import { stateDir } from "../../scripts/services/open.mjs";
import { onShutdown } from "../../scripts/services/shutdown.mjs";

const folder = join(stateDir, "against");

/**
 * What measures, and knows nothing of the build: turns, rounds, CPU readings, statistics, and the processes that make the
 * load. What knows a build (data, people, requests, the programs' environment) stays the build's own. A file listed here
 * keeps the exports that the workloads of older commits import.
 */
export const measuringFiles = [
  "bench/against/turns.ts",
  "bench/against/build.ts",
  "bench/against/installed.ts",
  "bench/harness/rounds.ts",
  "bench/harness/cpu.ts",
  "bench/harness/stats.ts",
  "bench/load/connection.ts",
  "bench/load/live.ts",
  "bench/load/main.ts",
  "bench/load/rate.ts",
  "bench/load/run.ts",
  "bench/load/sockets.ts",
];

export interface Checkout {
  commit: string;
  dir: string;
  /** The Node that the build's own bootstrap chose. */
  nodePath: string;
}

function git(args: string[], cwd = rootDir): string {
  return execFileSync("git", args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }).trim();
}

/** The commit that a ref names. Throws a readable error for one that the repository does not have. */
export function findCommit(ref: string): string {
  try {
    return git(["rev-parse", "--verify", "--quiet", "--end-of-options", `${ref}^{commit}`]);
  } catch {
    throw new Error(`"${ref}" names no commit of this repository (a shallow clone has only its newest commits)`);
  }
}

/** The commit of the present code, with a mark where files differ from it. */
export function describePresent(): string {
  const changes = git(["status", "--porcelain", "--untracked-files=no"]);
  return `${git(["rev-parse", "HEAD"])}${changes === "" ? "" : " and uncommitted changes"}`;
}

/** Makes or reuses the checkout of a commit, installed. The second call for the same commit only renews its files. */
export async function openCheckout(input: {
  commit: string;
  workload: string;
  log: (text: string) => void;
}): Promise<Checkout> {
  const { commit, workload, log } = input;
  const dir = join(folder, commit.slice(0, 12));
  if (findOwner(join(dir, ".pixora/bench/postgres")) !== null) {
    throw new Error(`another comparison with ${commit.slice(0, 12)} is running`);
  }
  removeOthers(dir);
  if (existsSync(join(dir, ".git"))) {
    git(["checkout", "--force", "--quiet", "--detach", commit], dir);
    git(["clean", "-fdq"], dir);
  } else {
    log(`checking out ${commit.slice(0, 12)}; it is kept under .pixora/against`);
    removeCheckout(rootDir, dir);
    mkdirSync(folder, { recursive: true });
    git(["worktree", "add", "--force", "--quiet", "--detach", dir, commit]);
  }
  for (const file of measuringFiles) cpSync(join(rootDir, file), join(dir, file));
  const workloadFile = `bench/workloads/${workload}.ts`;
  // An older build may not know the workload yet. Then it runs the present one.
  if (!existsSync(join(dir, workloadFile))) cpSync(join(rootDir, workloadFile), join(dir, workloadFile));
  return { commit, dir, nodePath: await install(dir) };
}

/** Checkouts of other commits, whose data may take gigabytes, go, unless a comparison runs in them. */
function removeOthers(dir: string): void {
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) {
    const other = join(folder, name);
    if (other === dir || findOwner(join(other, ".pixora/bench/postgres")) !== null) continue;
    removeCheckout(rootDir, other);
  }
}

/** Removes a checkout of a repository, also what is left of one whose making or removal was cut off. */
export function removeCheckout(repository: string, dir: string): void {
  // Not `git worktree remove`: it refuses a folder that has lost its `.git`, which may be the first thing to go.
  rmSync(dir, { recursive: true, force: true });
  git(["worktree", "prune"], repository);
}

/** Runs the build's own bootstrap; gives the path of the Node that it hands over to. */
function install(dir: string): Promise<string> {
  const bootstrap = pathToFileURL(join(dir, "scripts/services/bootstrap.mjs")).href;
  const code = `const { continueWith } = await import(${JSON.stringify(bootstrap)});
    await continueWith("bench/against/installed.ts", { args: [], readsEnvFile: false });`;
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ["--input-type=module", "--eval", code], {
      cwd: dir,
      stdio: ["ignore", "pipe", "inherit"],
    });
    onShutdown(
      () => child.exitCode === null && child.kill("SIGTERM") && new Promise((ended) => child.once("exit", ended)),
    );
    let output = "";
    child.stdout.on("data", (chunk) => {
      output += chunk;
    });
    child.on("error", reject);
    child.on("close", (status) => {
      const nodePath = output.trimEnd().split("\n").at(-1);
      if (status === 0 && nodePath !== undefined && existsSync(nodePath)) resolve(nodePath);
      else reject(new Error(`installing ${dir} ended with ${status}:\n${output}`));
    });
  });
}
