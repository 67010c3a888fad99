// How reports weigh, as a table of cases.
import { expect, test } from "vitest";
import { isHoldable, priorityOf, type Reporter, weighReporter, weighReporters } from "./moderation.weight.ts";

const somebody = (changes: Partial<Reporter> = {}): Reporter => ({
  ageDays: 90,
  acted: 0,
  dismissed: 0,
  place: `${Math.random()}`,
  ...changes,
});
const many = (count: number, changes: Partial<Reporter> = {}) => Array.from({ length: count }, () => somebody(changes));

test.each([
  ["somebody of whom nothing is known", {}, 1],
  ["who was always right", { acted: 8 }, 1.8],
  ["who never was", { dismissed: 8 }, 0.2],
  ["a newcomer, whatever they did", { ageDays: 6, acted: 8 }, 0.01],
  ["half grown", { ageDays: 8 }, 0.5],
])("%s weighs so much", (_, changes, weight) => {
  expect(weighReporter(somebody(changes))).toBeCloseTo(weight);
});

test("newcomers, however many, weigh less than one proven reporter, and hold nothing", () => {
  const crowd = weighReporters(many(5_000, { ageDays: 1 }));
  expect(crowd.sum).toBeLessThan(weighReporters(many(1, { acted: 3 })).sum);
  expect(isHoldable(crowd)).toBe(false);
});

test.each([
  ["three who were right before", many(3, { acted: 3 }), true],
  ["two who always were", many(2, { acted: 50 }), false],
  ["five of whom nothing is known", many(5), true],
  ["four of them", many(4), false],
  ["ten who were wrong before", many(10, { dismissed: 9 }), false],
  ["twenty in one place", many(20, { place: "here" }), false],
])("%s hold or do not", (_, reporters, isHeld) => {
  expect(isHoldable(weighReporters(reporters))).toBe(isHeld);
});

test("a case is more urgent by weight, by what it is about, and by how many it reaches", () => {
  const weight = weighReporters(many(2));
  const spam = priorityOf({ weight, reasons: ["Spam"], reach: 10 });
  expect(priorityOf({ weight, reasons: ["spam", "self-harm"], reach: 10 })).toBeGreaterThan(spam);
  expect(priorityOf({ weight, reasons: ["spam"], reach: 10_000 })).toBeGreaterThan(spam);
  expect(priorityOf({ weight: weighReporters(many(3)), reasons: ["spam"], reach: 10 })).toBeGreaterThan(spam);
  expect(priorityOf({ weight, reasons: [], reach: 0 })).toBe(2);
});
