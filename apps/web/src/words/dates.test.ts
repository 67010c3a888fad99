import { expect, test } from "vitest";
import { sayAge } from "./dates.ts";
import { plural } from "./plural.ts";

const nowMs = Date.parse("2026-11-30T12:00:00Z");

test.each([
  ["2026-11-30T11:59:30Z", "now"],
  ["2026-11-30T12:00:20Z", "now"],
  ["2026-11-30T11:55:00Z", "5m"],
  ["2026-11-30T09:00:00Z", "3h"],
  ["2026-11-24T12:00:00Z", "6d"],
  ["2026-11-23T12:00:00Z", "Nov 23"],
  ["2025-03-02T12:00:00Z", "Mar 2, 2025"],
])("%s is %s ago: an age for a week, then the date, with its year only where that is another", (at, said) => {
  expect(sayAge(at, nowMs)).toBe(said);
});

test("one is one and others are many", () => {
  expect([0, 1, 2, 1_234].map((count) => plural(count, "like", "likes"))).toEqual([
    "0 likes",
    "1 like",
    "2 likes",
    "1,234 likes",
  ]);
});
