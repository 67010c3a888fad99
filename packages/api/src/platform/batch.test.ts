// Loads that go together, by the tick.
import { expect, test } from "vitest";
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

test("a failure reaches only the callers of its tick", async () => {
  const source = createSource();
  const load = createBatchLoader({ load: source.load });
  const bad = load("bad");
  await tick();
  const good = load("good");
  await tick();
  source.letOne();
  source.letOne();
  await expect(bad).rejects.toThrow("bad key");
  expect(await good).toBe("good");
  expect(source.calls).toEqual([["bad"], ["good"]]);
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
