// Packs what others install and tries it as they would: empty projects of three kinds under three compilers with nothing
// skipped, resolution without exports, the compiler's time, and the test kit; with the word `types` or `kit`, a part of it. Leaves nothing behind.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { makeLog } from "../services/progress.mjs";
import { tryKit } from "./kit.mjs";
import { compilers, install, projects, tryOldResolution, tryProject } from "./projects.mjs";
import { measureSpeed } from "./speed.mjs";

const maxRatio = 1.5;
const maxFirstMs = 3_000;

const log = makeLog();
const work = mkdtempSync(join(tmpdir(), "pixora-packages-"));
const failures = [];

/** The compilers, each in a folder of its own. */
function installCompilers() {
  for (const [name, version] of Object.entries(compilers)) {
    const folder = join(work, `typescript-${name}`);
    mkdirSync(folder);
    writeFileSync(join(folder, "package.json"), '{ "private": true }');
    install(folder, [`typescript@${version}`]);
  }
}

function tryTypes(tarball) {
  installCompilers();
  for (const name of Object.keys(projects)) {
    failures.push(...tryProject({ folder: join(work, name), name, tarball, log }));
  }
  failures.push(...tryOldResolution({ folder: join(work, "vite") }));
  for (const compiler of Object.keys(compilers)) {
    const { sdkMs, plainMs, ratio } = measureSpeed({ folder: join(work, "vitest"), compiler });
    const times = `${sdkMs.toFixed(0)} ms against ${plainMs.toFixed(0)} ms of CPU, ${ratio.toFixed(2)} times`;
    log(`thirty procedures, TypeScript ${compiler}: ${times}`);
    if (ratio > maxRatio) failures.push(`thirty procedures, TypeScript ${compiler}: ${times}`);
  }
}

function tryTestKit(tarballs) {
  const { coldMs, warmMs } = tryKit({ folder: join(work, "kit"), tarballs });
  log(`the test kit's first test: ${coldMs} ms cold, then ${warmMs.join(", ")} ms`);
  if (Math.min(...warmMs) > maxFirstMs) failures.push(`the first test took ${Math.min(...warmMs)} ms`);
}

const wanted = process.argv.slice(2);
try {
  const packScript = fileURLToPath(new URL("../pack/main.mjs", import.meta.url));
  const tarballs = execFileSync(process.execPath, [packScript, work], { encoding: "utf8" }).trim().split("\n");
  const [client] = tarballs;
  if (wanted.length === 0 || wanted.includes("types")) tryTypes(client);
  if (wanted.length === 0 || wanted.includes("kit")) tryTestKit(tarballs);
} finally {
  rmSync(work, { recursive: true, force: true });
}

for (const failure of failures) process.stderr.write(`\n${failure}\n`);
log(failures.length === 0 ? "the packages are as they should be" : `${failures.length} things are wrong`);
process.exitCode = failures.length === 0 ? 0 : 1;
