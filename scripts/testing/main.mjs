// Runs the checks, then all tests, and ends with one line "N passed, N failed" that counts each check as one. Whatever
// goes wrong, a crash of vitest or an empty run included, is a failure in that line and in the exit code. Types and tests
// are tasks of turbo: a package of which nothing has changed, its dependencies included, is counted from its last run.

import { globSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { rootDir } from "../services/bootstrap.mjs";
import { openTestServices, stateDir } from "../services/open.mjs";
import { prepareTemplate, runMigrate, TEMPLATE_NAME } from "../services/prisma.mjs";
import { readJson } from "../services/process.mjs";
import { makeLog } from "../services/progress.mjs";
import { isShuttingDown, onShutdown, shutDown, shutDownOnSignals } from "../services/shutdown.mjs";
import { runTurbo } from "../turbo/run.mjs";
import { makeTestEnv } from "./environment.mjs";
import { addCounts, countFileOf, listAllTestFiles, listTaskFolders } from "./packages.mjs";
import { runProgram } from "./program.mjs";
import { countVitestReport } from "./report.mjs";

const log = makeLog();
const totals = { passed: 0, failed: 0 };
const biome = join(rootDir, "node_modules", ".bin", "biome");
const knip = join(rootDir, "node_modules", ".bin", "knip");
const reportFile = join(stateDir, `vitest.${process.pid}.json`);

/** Runs one check; its output is shown only when it fails. */
async function check(name, run) {
  if (isShuttingDown()) return;
  const startedAt = Date.now();
  let result;
  try {
    result = await run();
  } catch (error) {
    result = { code: 1, output: error.stack };
  }
  const isFine = result.code === 0;
  totals[isFine ? "passed" : "failed"] += 1;
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(1);
  process.stdout.write(`${isFine ? "✓" : "✗"} ${name} (${seconds} s)\n`);
  if (!isFine) process.stdout.write(`${result.output.trimEnd()}\n\n`);
}

const runScript = (script) => runProgram({ file: process.execPath, args: [join(rootDir, script)], isQuiet: true });

async function checkDrift(databaseUrl) {
  const result = await runMigrate("check-drift", { databaseUrl, isQuiet: true });
  return {
    ...result,
    output: `The schema and the migrations differ; what a migration would have to do:\n${result.output}`,
  };
}

function addToTotals({ passed, failed, problems }) {
  for (const problem of problems) process.stdout.write(`✗ ${problem}\n`);
  totals.passed += passed;
  totals.failed += failed;
}

/** Some files, or tests of some name, as vitest takes its arguments: always run. */
async function runSome({ services, args }) {
  const vitest = join(createRequire(join(rootDir, "package.json")).resolve("vitest/package.json"), "..", "vitest.mjs");
  const reporting = ["--reporter=default", "--reporter=json", `--outputFile.json=${reportFile}`];
  const env = makeTestEnv(services);
  const { code } = await runProgram({ file: process.execPath, args: [vitest, "run", ...reporting, ...args], env });
  addToTotals(countVitestReport(readJson(reportFile), code));
  rmSync(reportFile, { force: true });
}

/** The tests of every package that has changed since they last passed; the others count what they counted then. */
async function runAll({ services }) {
  await prepareTemplate({ adminUrl: services.databaseUrl, log });
  const folders = listTaskFolders(globSync);
  // What an earlier run left must not be counted for a task that turbo neither ran nor gave back.
  for (const folder of folders) rmSync(countFileOf(folder), { force: true });
  const startedAtMs = Date.now();
  // One package at a time: vitest has two workers already.
  const { code } = await runTurbo(["test", "test:root"], { env: makeTestEnv(services), concurrency: 1 });
  if (isShuttingDown()) return;
  const counts = new Map(folders.map((folder) => [folder, readJson(countFileOf(folder))]));
  const { kept, ...count } = addCounts({ counts, testFiles: listAllTestFiles(globSync), startedAtMs });
  if (code !== 0 && count.failed === 0) {
    count.failed = 1;
    count.problems.push(`turbo ended with ${code} though no test failed`);
  }
  if (kept.length > 0) {
    process.stdout.write(`nothing changed since their tests passed, so they did not run again: ${kept.join(", ")}\n`);
  }
  addToTotals(count);
}

async function main() {
  const opening = openTestServices({ log, keepDatabases: [TEMPLATE_NAME] });
  opening.catch(() => {}); // reported where it is awaited
  onShutdown(async () => (await opening.catch(() => null))?.stop());

  await check("Prisma client", () => runTurbo(["generate"], { isQuiet: true }));
  await check("format and lint", () => runProgram({ file: biome, args: ["ci", "--colors=off", "."], isQuiet: true }));
  await check("import rules", () => runScript("scripts/checks/imports.mjs"));
  await check("docs name what exists", () => runScript("scripts/checks/docs.mjs"));
  await check("plain SQL has a reason", () => runScript("scripts/checks/plain-sql.mjs"));
  await check("nothing unused", () => runProgram({ file: knip, args: ["--no-progress"], isQuiet: true }));
  await check("types", () => runScript("scripts/checks/types.mjs"));
  let services = null;
  await check("PostgreSQL and Redis", async () => {
    services = await opening;
    return { code: 0, output: "" };
  });
  if (services === null) return;
  await check("migrations match the schema", () => checkDrift(services.databaseUrl));
  if (isShuttingDown()) return;
  const args = process.argv.slice(2);
  await (args.length > 0 ? runSome({ services, args }) : runAll({ services }));
}

shutDownOnSignals();
try {
  await main();
} catch (error) {
  totals.failed += 1;
  process.stderr.write(`${error.stack}\n`);
}
const hasPassed = totals.failed === 0 && totals.passed > 0;
// Printed after everything is stopped, so that nothing can come after it.
process.once("exit", () => process.stdout.write(`${totals.passed} passed, ${totals.failed} failed\n`));
await shutDown(hasPassed ? 0 : 1);
