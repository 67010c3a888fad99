// Loads that go together: by the tick, and while others run.
import { expect, test, vi } from "vitest";
import { createBatchLoader } from "./batch.ts";

/** Answers each key with itself, once it is let. */
function createSource() {
  const calls: string[][] = [];
  const gates: (() => void)[] = [];
  async function load(keys: string[]) {
    calls.push(keys);
    await new Promise<void>((resolve) => gates.push(resolve));
    if (keys.includes("bad")) throw new Error("bad key");
    return new Map(keys.filter((key) => key !== "none").map((key) => [key, key]));
  }
  return { calls, load, letOne: () => gates.shift()?.() };
}

const tick = () => new Promise((resolve) => setImmediate(resolve));

test("keys of one tick are asked for once, and each caller gets its own", async () => {
  const source = createSource();
  const load = createBatchLoader({ load: source.load });
  const values = Promise.all(["a", "b", "a", "none"].map(load));
  await tick();
  source.letOne();
  expect(await values).toEqual(["a", "b", "a", undefined]);
  expect(source.calls).toEqual([["a", "b", "none"]]);
});

test("while as many loads run as may, keys gather for the next; a failure reaches only its own callers", async () => {
  const source = createSource();
  const load = createBatchLoader({ load: source.load, maxRunning: 1 });
  const bad = load("bad");
  await tick();
  const gathered = Promise.all(["a", "b"].map(load));
  await tick();
  const more = load("c");
  await tick();
  expect(source.calls).toEqual([["bad"]]);
  source.letOne();
  await expect(bad).rejects.toThrow("bad key");
  await tick();
  source.letOne();
  expect(await gathered).toEqual(["a", "b"]);
  expect(await more).toBe("c");
  expect(source.calls).toEqual([["bad"], ["a", "b", "c"]]);
  const later = load("d");
  await tick();
  source.letOne();
  expect(await later).toBe("d");
});

test("a load that ends does not part the keys of a tick", async () => {
  const source = createSource();
  const load = createBatchLoader({ load: source.load });
  const first = load("a");
  await tick();
  const second = load("b");
  source.letOne();
  await first;
  const third = load("c");
  await tick();
  source.letOne();
  expect(await Promise.all([second, third])).toEqual(["b", "c"]);
  expect(source.calls).toEqual([["a"], ["b", "c"]]);
});

test("more keys than one call may carry go in several, one after the other", async () => {
  const source = createSource();
  const load = createBatchLoader({ load: source.load, maxKeys: 2 });
  const values = Promise.all(["a", "b", "c"].map(load));
  await tick();
  expect(source.calls).toEqual([["a", "b"]]);
  source.letOne();
  await tick();
  source.letOne();
  expect(await values).toEqual(["a", "b", "c"]);
});

test("a load that hangs keeps the others waiting for a second, not longer", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const source = createSource();
  const load = createBatchLoader({ load: source.load, maxRunning: 1 });
  const hanging = load("a");
  await tick();
  const waiting = load("b");
  await tick();
  expect(source.calls).toEqual([["a"]]);
  vi.advanceTimersByTime(1_000);
  vi.useRealTimers();
  expect(source.calls).toEqual([["a"], ["b"]]);
  source.letOne();
  source.letOne();
  expect(await Promise.all([hanging, waiting])).toEqual(["a", "b"]);
});

test("a key that fails takes no other along", async () => {
  const calls: string[][] = [];
  const load = createBatchLoader<string, string>({
    async load(keys) {
      calls.push(keys);
      if (keys.includes("bad")) throw new Error("bad key");
      return new Map(keys.map((key) => [key, key]));
    },
  });
  const ends = await Promise.allSettled(["a", "b", "bad", "c", "d"].map(load));
  expect(ends.map((end) => (end.status === "fulfilled" ? end.value : "failed"))).toEqual([
    "a",
    "b",
    "failed",
    "c",
    "d",
  ]);
  expect(calls[0]).toEqual(["a", "b", "bad", "c", "d"]);
});

test("where a store is away, nothing is asked again", async () => {
  const calls: string[][] = [];
  const load = createBatchLoader<string, string>({
    async load(keys) {
      calls.push(keys);
      throw Object.assign(new Error("starting up"), { code: "57P03" });
    },
  });
  const ends = await Promise.allSettled(["a", "b", "c"].map(load));
  expect(ends.map((end) => end.status)).toEqual(["rejected", "rejected", "rejected"]);
  expect(calls).toHaveLength(1);
});
