// Counts a vitest run from its JSON report. Anything that is not plainly passed counts as a failure: a file that did not
// load, an error outside a test, a missing report, a run without tests.

/** Gives { passed, failed, problems: lines for the person }. */
export function countVitestReport(report, exitCode) {
  if (!report) return { passed: 0, failed: 1, problems: [`vitest ended with ${exitCode} and left no report`] };
  let passed = 0;
  let failed = 0;
  const problems = [];
  for (const file of report.testResults) {
    const statuses = file.assertionResults.map((test) => test.status);
    passed += statuses.filter((status) => status === "passed").length;
    const failedHere = statuses.filter((status) => status === "failed").length;
    failed += failedHere;
    if (file.status === "failed" && failedHere === 0) {
      failed += 1;
      problems.push(`${file.name} did not run: ${file.message ?? "no message"}`);
    }
  }
  if (passed + failed === 0) {
    failed = 1;
    problems.push("vitest ran no test");
  }
  if (exitCode !== 0 && failed === 0) {
    failed = 1;
    problems.push(`vitest ended with ${exitCode} though no test failed (an error outside the tests?)`);
  }
  return { passed, failed, problems };
}
