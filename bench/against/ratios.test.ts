// A ratio of two builds is of figures that both have measured, round by round, and of nothing else.
import { expect, test } from "vitest";
import { compareReports, compareSamples, flattenSample } from "./ratios.ts";

test("figures inside a sample are named by their path, and texts are none", () => {
  const sample = { perSecond: 10, cpuUs: { node: 1, postgres: 2 }, firstError: null, note: "fine" };
  expect([...flattenSample(sample)]).toEqual([
    ["perSecond", 10],
    ["cpuUs.node", 1],
    ["cpuUs.postgres", 2],
  ]);
});

test("the ratio is the median of the rounds' ratios, with the least and the largest", () => {
  const present = [{ ms: 10 }, { ms: 30 }, { ms: 11 }];
  const ref = [{ ms: 10 }, { ms: 20 }, { ms: 10 }];
  const [comparison] = compareSamples("pixora", present, ref);
  expect(comparison).toEqual({
    ...{ side: "pixora", figure: "ms", present: 11, ref: 10 },
    ...{ ratio: 1.1, least: 1, largest: 1.5, rounds: 3 },
  });
});

test("a round that slows down both builds does not change their ratio", () => {
  const [comparison] = compareSamples("pixora", [{ ms: 10 }, { ms: 100 }], [{ ms: 10 }, { ms: 100 }]);
  expect(comparison).toMatchObject({ ratio: 1, least: 1, largest: 1 });
});

test("a figure that only one build measures is not compared", () => {
  expect(compareSamples("pixora", [{ ms: 1, fresh: 2 }], [{ ms: 1, old: 3 }]).map(({ figure }) => figure)).toEqual([
    "ms",
  ]);
  expect(compareSamples("pixora", [{ ms: 1 }], [])).toEqual([]);
});

test("what was 0 in the ref has no ratio, and rounds of it are not counted", () => {
  expect(compareSamples("pixora", [{ errors: 2 }], [{ errors: 0 }])).toMatchObject([{ ratio: Number.NaN, rounds: 0 }]);
  const some = compareSamples("pixora", [{ us: 3 }, { us: 4 }], [{ us: 0 }, { us: 2 }]);
  expect(some).toMatchObject([{ ratio: 2, least: 2, largest: 2, rounds: 1 }]);
});

test("a figure that is no number in a round leaves that round out", () => {
  const [comparison] = compareSamples("pixora", [{ ms: Number.NaN }, { ms: 6 }], [{ ms: 1 }, { ms: 3 }]);
  expect(comparison).toMatchObject({ present: 6, ref: 3, ratio: 2, rounds: 1 });
});

test("rows of two reports meet by their names, whatever rate each build was asked at", () => {
  const present = [{ side: "pixora", mode: "open 200/s", "p50 ms": 4 }];
  const ref = [
    { side: "pixora", mode: "closed", "p50 ms": 9 },
    { side: "pixora", mode: "open 210/s", "p50 ms": 2 },
  ];
  expect(compareReports(present, ref)).toMatchObject([{ side: "pixora open", figure: "p50 ms", ratio: 2 }]);
  expect(compareReports([{ side: "a new row", ms: 1 }], ref)).toEqual([]);
});
