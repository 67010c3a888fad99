// The last line of `npm test` must not lie: whatever is not plainly passed is a failure.
import { expect, test } from "vitest";
import { countVitestReport } from "./report.mjs";

const file = (status, ...statuses) => ({
  name: "a.test.ts",
  status,
  assertionResults: statuses.map((each) => ({ status: each })),
});

test("passed and failed tests are counted, skipped ones are neither", () => {
  const report = { testResults: [file("failed", "passed", "failed"), file("passed", "passed", "skipped", "todo")] };
  expect(countVitestReport(report, 1)).toEqual({ passed: 2, failed: 1, problems: [] });
});

test("a file that does not load is a failure", () => {
  expect(countVitestReport({ testResults: [file("failed"), file("passed", "passed")] }, 1)).toMatchObject({
    passed: 1,
    failed: 1,
  });
});

test("no report, no test, and an exit code without a failed test are failures", () => {
  expect(countVitestReport(null, 137)).toMatchObject({ passed: 0, failed: 1 });
  expect(countVitestReport({ testResults: [] }, 0)).toMatchObject({ passed: 0, failed: 1 });
  expect(countVitestReport({ testResults: [file("passed", "passed")] }, 1)).toMatchObject({ passed: 1, failed: 1 });
});
