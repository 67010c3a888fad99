// Which answers of the registry stop a build.
import { expect, test } from "vitest";
import { readAudit } from "./audit.mjs";

const advisory = (severity) => ({ module_name: "left", severity, title: "A hole", url: "https://advisory.example/1" });

test("high and critical weaknesses fail, lesser ones are told", () => {
  const advisories = { 1: advisory("critical"), 2: advisory("high"), 3: advisory("moderate"), 4: advisory("low") };
  const read = readAudit(JSON.stringify({ advisories, metadata: {} }));
  expect(read.isAnswered).toBe(true);
  expect(read.failing).toHaveLength(2);
  expect(read.others).toEqual([
    "moderate left: A hole (https://advisory.example/1)",
    "low left: A hole (https://advisory.example/1)",
  ]);
});

test("an answer without findings passes, and what is no answer counts as not asked", () => {
  expect(readAudit('{"advisories":{},"metadata":{}}')).toEqual({ isAnswered: true, failing: [], others: [] });
  for (const text of ["", "Error: no network", "null", '{"error":{"code":"E"}}']) {
    expect(readAudit(text)).toEqual({ isAnswered: false, failing: [], others: [] });
  }
});
