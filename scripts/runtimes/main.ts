// Packs the SDK and has every runtime do what an app does, each against a server of its own that is cut in the middle.
// Prints a line for each; ends with 1 where one failed. Names as arguments choose some of them.
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { install } from "../packages/projects.mjs";
import { makeLog } from "../services/progress.mjs";
import { setup } from "../testing/global-setup.ts";
import { type Runtime, runtimes } from "./runtimes.ts";
import { openStage } from "./stage.ts";

const timeoutMs = 180_000;
const log = makeLog();
const wanted = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(runtimes);
const packer = fileURLToPath(new URL("../pack/client.mjs", import.meta.url));
const deed = fileURLToPath(new URL("./deed.mjs", import.meta.url));

/** Ends it if it does not end by itself: an app that is done must let its process go. */
async function run(command: readonly string[], input: { folder: string; env: NodeJS.ProcessEnv }): Promise<string> {
  const [file = "", ...args] = command;
  const child = spawn(file, args, { cwd: input.folder, env: input.env, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  const timer = setTimeout(() => {
    output += "\nit did not end by itself";
    child.kill("SIGKILL");
  }, timeoutMs);
  const [code] = await once(child, "close");
  clearTimeout(timer);
  return code === 0 && output.includes("all done") ? "" : `${command.join(" ")} ended with ${code}:\n${output}`;
}

async function serveAndAsk(runtime: Runtime, input: { folder: string; env: NodeJS.ProcessEnv }): Promise<string> {
  const [file = "", ...args] = runtime.command;
  const child = spawn(file, args, { cwd: input.folder, env: input.env, stdio: ["ignore", "ignore", "pipe"] });
  let complaints = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    complaints += text;
  });
  const ended = once(child, "exit");
  try {
    for (let attempt = 0; ; attempt += 1) {
      const answer = await fetch(runtime.askAt ?? "", { signal: AbortSignal.timeout(timeoutMs) }).catch(() => null);
      if (answer !== null) {
        const text = await answer.text();
        return answer.ok && text.includes("all done") ? "" : `${text}\n${complaints}`;
      }
      if (attempt > 100 || child.exitCode !== null) return `it does not answer:\n${complaints}`;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  } finally {
    child.kill("SIGTERM");
    await ended;
  }
}

async function tryRuntime(name: string, input: { work: string; tarball: string }): Promise<string> {
  const runtime = runtimes[name];
  if (runtime === undefined) return `there is no runtime of that name (${Object.keys(runtimes).join(", ")})`;
  const folder = join(input.work, name);
  mkdirSync(folder);
  writeFileSync(join(folder, "package.json"), '{ "private": true }');
  install(folder, [input.tarball, ...runtime.packages]);
  cpSync(deed, join(folder, "deed.mjs"));
  for (const [file, text] of Object.entries(runtime.files ?? {})) writeFileSync(join(folder, file), text);
  for (const [file = "", ...args] of runtime.prepare ?? []) {
    const { status, stdout, stderr } = spawnSync(file, args, { cwd: folder, encoding: "utf8" });
    if (status !== 0) return `${file} ${args.join(" ")} failed:\n${stdout}${stderr}`;
  }
  const stage = await openStage();
  try {
    const env = { ...process.env, PLACE: JSON.stringify(stage.place), NO_COLOR: "1" };
    return await (runtime.askAt === undefined
      ? run(runtime.command, { folder, env })
      : serveAndAsk(runtime, { folder, env }));
  } finally {
    await stage.close();
  }
}

const stop = await setup();
const work = mkdtempSync(join(tmpdir(), "pixora-runtimes-"));
let failures = 0;
try {
  const tarball = execFileSync(process.execPath, [packer, work], { encoding: "utf8" }).trim();
  for (const name of wanted) {
    const failure = await tryRuntime(name, { work, tarball }).catch((error: unknown) => String(error));
    log(failure === "" ? `${name}: as it should be` : `${name}: ${failure}`);
    if (failure !== "") failures += 1;
  }
} finally {
  rmSync(work, { recursive: true, force: true });
  await stop();
}
process.exit(failures === 0 ? 0 : 1);
