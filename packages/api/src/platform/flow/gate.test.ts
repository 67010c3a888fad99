import { expect, test } from "vitest";
import { createGate } from "./gate.ts";

/** Work that lasts until it is let. */
function createWork() {
  const running: (() => void)[] = [];
  const work = () => new Promise<void>((resolve) => running.push(resolve));
  return { running, work };
}

test("as many run as may, the others in the order in which they came", async () => {
  const gate = createGate(1);
  const { running, work } = createWork();
  const order: string[] = [];
  const all = ["first", "second", "third"].map((name) => gate.pass(work).then(() => order.push(name)));
  for (let count = 1; count <= 3; count += 1) {
    await expect.poll(() => running.length).toBe(count);
    running.at(-1)?.();
  }
  await Promise.all(all);
  expect(order).toEqual(["first", "second", "third"]);
});

test("whoever comes while as many wait as may is refused, and nobody else", async () => {
  const gate = createGate(1, { maxWaiting: 1, refusal: () => new Error("too many") });
  const { running, work } = createWork();
  const [inside, waiting] = [gate.pass(work), gate.pass(work)];
  await expect(gate.pass(work)).rejects.toThrow("too many");
  running[0]?.();
  await inside;
  await expect.poll(() => running.length).toBe(2);
  running[1]?.();
  await waiting;
  await gate.pass(async () => {});
});
