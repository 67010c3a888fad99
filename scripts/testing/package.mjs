// The turbo task "test" of one package (of the root: of every test in no package): runs its tests, and leaves their count
// in .turbo/tests.json, which turbo keeps and gives back as long as nothing that the tests depend on has changed.
import { globSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, relative } from "node:path";
import { rootDir } from "../services/bootstrap.mjs";
import { readJson } from "../services/process.mjs";
import { shutDown, shutDownOnSignals } from "../services/shutdown.mjs";
import { COUNT_FILE, listTestFiles } from "./packages.mjs";
import { runProgram } from "./program.mjs";
import { countVitestReport } from "./report.mjs";

/** Runs vitest on these files; gives its count, for turbo to keep. */
async function runFiles(files, reportFile) {
  const vitest = join(createRequire(join(rootDir, "package.json")).resolve("vitest/package.json"), "..", "vitest.mjs");
  const reporting = ["--reporter=default", "--reporter=json", `--outputFile.json=${reportFile}`];
  const { code } = await runProgram({ file: process.execPath, args: [vitest, "run", ...reporting, ...files] });
  const report = readJson(reportFile);
  const ran = (report?.testResults ?? []).map(({ name }) => relative(rootDir, name)).sort();
  return { code, files: ran, ...countVitestReport(report, code) };
}

async function main() {
  const folder = relative(rootDir, process.cwd());
  const countFile = join(process.cwd(), COUNT_FILE);
  const reportFile = join(process.cwd(), ".turbo", `vitest.${process.pid}.json`);
  rmSync(countFile, { force: true });
  mkdirSync(join(process.cwd(), ".turbo"), { recursive: true });
  const files = listTestFiles(folder, globSync);
  const { code, ...count } =
    files.length === 0 ? { code: 0, files, passed: 0, failed: 0, problems: [] } : await runFiles(files, reportFile);
  rmSync(reportFile, { force: true });
  writeFileSync(countFile, JSON.stringify({ ranAtMs: Date.now(), ...count }));
  // A failed task is not kept by turbo: it runs again the next time.
  return count.failed > 0 ? 1 : code;
}

shutDownOnSignals();
await shutDown(await main());
