// Which tests belong to which turbo task, and what the tasks together have counted.
import { join } from "node:path";
import { rootDir } from "../services/bootstrap.mjs";

/** Where a task leaves its count, from the folder of its package. */
export const COUNT_FILE = ".turbo/tests.json";

const PACKAGES = ["packages/*", "apps/*", "bench"];
const TESTS = ["{packages,apps,scripts,prisma,bench}/**/*.test.{ts,mjs}"];
const SKIPPED = /(^|\/)(node_modules|generated|dist|\.turbo|\.pixora)(\/|$)/;

/** The folders of all tasks: every package, and "" for what is in none. `glob` is that of node:fs. */
export function listTaskFolders(glob) {
  const manifests = glob(
    PACKAGES.map((folder) => `${folder}/package.json`),
    { cwd: rootDir },
  );
  return ["", ...manifests.map((path) => path.slice(0, -"/package.json".length)).sort()];
}

/** All test files of the repository, from its root. */
export function listAllTestFiles(glob) {
  const found = glob(TESTS, { cwd: rootDir, exclude: (path) => SKIPPED.test(String(path)) });
  return found.filter((path) => !SKIPPED.test(path)).sort();
}

/** The test files of one task. */
export function listTestFiles(folder, glob) {
  const others = listTaskFolders(glob).filter((other) => other !== "" && other !== folder);
  return listAllTestFiles(glob).filter((path) =>
    folder === "" ? !others.some((other) => path.startsWith(`${other}/`)) : path.startsWith(`${folder}/`),
  );
}

/**
 * Adds up what the tasks left. A task without a count, a test file that no task ran, and a count of a file that is gone
 * are failures: whatever turbo gives back from its cache, only tests that exist are counted, each once.
 * Gives { passed, failed, problems, kept: folders whose count is from an earlier run }.
 */
export function addCounts({ counts, testFiles, startedAtMs }) {
  const total = { passed: 0, failed: 0, problems: [], kept: [] };
  const fail = (problem) => {
    total.failed += 1;
    total.problems.push(problem);
  };
  const ran = new Set();
  for (const [folder, count] of counts) {
    const name = folder === "" ? "the root" : folder;
    if (count === null) {
      fail(`the tests of ${name} left no count`);
      continue;
    }
    total.passed += count.passed;
    total.failed += count.failed;
    total.problems.push(...count.problems);
    if (count.ranAtMs < startedAtMs) {
      total.kept.push(name);
      if (count.failed > 0) fail(`a failed run of ${name} was kept`);
    }
    for (const file of count.files) {
      if (ran.has(file)) fail(`${file} was counted twice`);
      if (!testFiles.includes(file)) fail(`${name} counts ${file}, which does not exist`);
      ran.add(file);
    }
  }
  for (const file of testFiles) {
    if (!ran.has(file) && [...counts.values()].every((count) => count !== null)) fail(`no task ran ${file}`);
  }
  if (total.passed + total.failed === 0) fail("no test ran");
  return total;
}

/** The path of a task's count. */
export function countFileOf(folder) {
  return join(rootDir, folder, COUNT_FILE);
}
