// Buckets: what they grant, what a refusal costs, what they forget.
import { expect, test } from "vitest";
import { createBuckets } from "./bucket.ts";

const size = { points: 3, perSeconds: 60 };

function openBuckets(maxKeys = 100) {
  const clock = { nowMs: 0 };
  return { clock, buckets: createBuckets({ maxKeys, nowMs: () => clock.nowMs }) };
}

test("a bucket grants its points at once and fills up evenly", () => {
  const { buckets, clock } = openBuckets();
  expect([1, 2, 3].map(() => buckets.take("key", size))).toEqual([0, 0, 0]);
  expect(buckets.take("key", size)).toBe(20_000);
  clock.nowMs += 15_000;
  expect(buckets.take("key", size)).toBe(5_000);
  clock.nowMs += 5_000;
  expect(buckets.take("key", size)).toBe(0);
  clock.nowMs += 3_600_000;
  expect([1, 2, 3, 4].map(() => buckets.take("key", size) === 0)).toEqual([true, true, true, false]);
});

test("refused takes cost nothing, however many they are", () => {
  const { buckets, clock } = openBuckets();
  for (let call = 0; call < 1_000; call += 1) buckets.take("key", size);
  clock.nowMs += 20_000;
  expect(buckets.take("key", size)).toBe(0);
});

test("a point given back can be taken again, and never exceeds the budget", () => {
  const { buckets } = openBuckets();
  for (let call = 0; call < 3; call += 1) buckets.take("key", size);
  buckets.giveBack("key", size);
  expect(buckets.take("key", size)).toBe(0);
  expect(buckets.take("key", size)).toBeGreaterThan(0);
  for (let call = 0; call < 10; call += 1) buckets.giveBack("key", size);
  expect([1, 2, 3, 4].map(() => buckets.take("key", size) === 0)).toEqual([true, true, true, false]);
});

test("charging takes what there is, and no debt is kept", () => {
  const { buckets, clock } = openBuckets();
  for (let call = 0; call < 50; call += 1) buckets.charge("key", size);
  expect(buckets.peek("key", size)).toBe(20_000);
  clock.nowMs += 20_000;
  expect(buckets.peek("key", size)).toBe(0);
});

test("only so many keys are remembered: the longest unused one goes, one in use stays", () => {
  const { buckets } = openBuckets(100);
  for (let call = 0; call < 3; call += 1) buckets.take("victim", size);
  for (let stranger = 0; stranger < 10_000; stranger += 1) {
    buckets.take(`stranger ${stranger}`, size);
    if (stranger % 50 === 0) expect(buckets.take("victim", size)).toBeGreaterThan(0);
  }
  expect(buckets.take("stranger 9999", size)).toBe(0);
  expect(buckets.take("stranger 9999", size)).toBe(0);
  expect(buckets.take("stranger 9999", size)).toBeGreaterThan(0);
});
