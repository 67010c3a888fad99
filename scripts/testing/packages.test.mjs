// Counts that come from turbo's cache must be of the tests that exist, each counted once.
import { globSync } from "node:fs";
import { expect, test } from "vitest";
import { addCounts, listAllTestFiles, listTaskFolders, listTestFiles } from "./packages.mjs";

const startedAtMs = 1_000;
const count = (files, more = {}) => ({ ranAtMs: 2_000, files, passed: 3, failed: 0, problems: [], ...more });
const add = (entries, testFiles) => addCounts({ counts: new Map(entries), testFiles, startedAtMs });

test("counts of this run and kept ones are added up", () => {
  const counts = [
    ["packages/a", count(["packages/a/one.test.ts"])],
    ["packages/b", count(["packages/b/two.test.ts"], { ranAtMs: 500, passed: 4 })],
  ];
  expect(add(counts, ["packages/a/one.test.ts", "packages/b/two.test.ts"])).toEqual({
    passed: 7,
    failed: 0,
    problems: [],
    kept: ["packages/b"],
  });
});

test("a failed test of one package is counted beside the passed ones of another", () => {
  const counts = [
    ["a", count(["a/one.test.ts"], { passed: 1, failed: 2 })],
    ["b", count([])],
  ];
  expect(add(counts, ["a/one.test.ts"])).toMatchObject({ passed: 4, failed: 2 });
});

test("a package that left no count is a failure", () => {
  expect(add([["packages/a", null]], [])).toMatchObject({ passed: 0, failed: 1 });
});

test("a test file that no task ran is a failure", () => {
  const result = add([["a", count(["a/one.test.ts"])]], ["a/one.test.ts", "a/new.test.ts"]);
  expect(result).toMatchObject({ failed: 1, problems: ["no task ran a/new.test.ts"] });
});

test("a kept count of a file that is gone, or that another task counts too, is a failure", () => {
  const counts = [
    ["a", count(["a/one.test.ts", "a/gone.test.ts"])],
    ["b", count(["a/one.test.ts"])],
  ];
  expect(add(counts, ["a/one.test.ts"]).problems).toEqual([
    "a counts a/gone.test.ts, which does not exist",
    "a/one.test.ts was counted twice",
  ]);
});

test("a failed run that was kept is a failure of its own", () => {
  const kept = count(["a/one.test.ts"], { ranAtMs: 1, passed: 0, failed: 1 });
  expect(add([["a", kept]], ["a/one.test.ts"])).toMatchObject({ failed: 2 });
});

test("no test at all is a failure", () => {
  expect(add([["a", count([], { passed: 0 })]], [])).toMatchObject({ passed: 0, failed: 1 });
});

test("every test file of the repository belongs to exactly one task", () => {
  const dealt = listTaskFolders(globSync).flatMap((folder) => listTestFiles(folder, globSync));
  expect(dealt.sort()).toEqual(listAllTestFiles(globSync));
  expect(dealt).toContain("scripts/testing/packages.test.mjs");
});
