// Type-checks every package, two at a time: a package is a folder with a tsconfig.json. Type tests (*.test-d.ts)
// need nothing else: they are right when they compile. type-tests.test.mjs beside this file shows that they can fail.
import { spawn } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const MAX_AT_ONCE = 2;
const root = fileURLToPath(new URL("../../", import.meta.url));

function listProjects() {
  return globSync(["tsconfig.json", "{packages,apps}/*/tsconfig.json", "bench/tsconfig.json"], { cwd: root }).sort();
}

function findCompiler() {
  const manifest = createRequire(join(root, "package.json")).resolve("typescript/package.json");
  return join(dirname(manifest), JSON.parse(readFileSync(manifest, "utf8")).bin.tsc);
}

function checkProject(compiler, project) {
  return new Promise((resolve, reject) => {
    // Where the router's type is used, one checker is faster than several and takes half the memory.
    const args = [compiler, "-p", project, "--noEmit", "--checkers", "1", "--pretty", "false"];
    const child = spawn(process.execPath, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk) => {
        output += chunk;
      });
    }
    child.on("error", reject);
    child.on("close", (code) => resolve({ project, isFine: code === 0, output }));
  });
}

async function main() {
  const compiler = findCompiler();
  const waiting = listProjects();
  if (waiting.length < 2) throw new Error("The type check found no packages; it is not working.");
  const results = [];
  const worker = async () => {
    while (waiting.length > 0) results.push(await checkProject(compiler, waiting.shift()));
  };
  await Promise.all(Array.from({ length: MAX_AT_ONCE }, worker));
  const wrong = results.filter((result) => !result.isFine);
  for (const { project, output } of wrong) process.stdout.write(`${project}\n${output}\n`);
  process.stdout.write(`types: ${results.length} packages, ${wrong.length} wrong\n`);
  process.exitCode = wrong.length === 0 ? 0 : 1;
}

await main();
