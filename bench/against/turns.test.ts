// A build in turns measures what it is told, and only then. The channel to the comparing process is played by the test.
import { EventEmitter } from "node:events";
import { expect, test, vi } from "vitest";
import { agreeOnRate, type BuildOrder, type BuildReport, type Channel, measureInTurns } from "./turns.ts";

/** Answers each report with the next order, once the build listens. */
function play(orders: BuildOrder[]): { channel: Channel; heard: BuildReport[] } {
  const heard: BuildReport[] = [];
  const emitter = new EventEmitter();
  const send = (report: BuildReport) => {
    heard.push(report);
    const order = orders.shift();
    if (order !== undefined) setImmediate(() => emitter.emit("message", order));
  };
  return { heard, channel: Object.assign(emitter, { send }) };
}

const sides = [
  { name: "pixora" },
  { name: "bare" },
  { name: "one statement a like" },
  { name: "bare tRPC on the batcher" },
];

test("only Pixora's sides are offered, a warm-up is not kept, and the phase ends by order", async () => {
  const { channel, heard } = play([
    { type: "measure", name: "pixora", isWarmUp: true },
    { type: "measure", name: "pixora", isWarmUp: false },
    { type: "phaseOver" },
  ]);
  const measure = vi.fn(async () => ({ ms: measure.mock.calls.length }));
  const samples = await measureInTurns(sides, measure, channel);
  expect(heard).toEqual([
    { type: "phase", names: ["pixora"] },
    { type: "sample", sample: { ms: 1 } },
    { type: "sample", sample: { ms: 2 } },
  ]);
  expect([...samples]).toEqual([["pixora", [{ ms: 2 }]]]);
});

test("an order for a side that the build does not have is an error", async () => {
  const { channel } = play([{ type: "measure", name: "bare", isWarmUp: false }]);
  await expect(measureInTurns(sides, async () => ({}), channel)).rejects.toThrow("no such turn");
});

test("the rate of open load is the one that comes back, not the build's own", async () => {
  const { channel, heard } = play([{ type: "rate", perSecond: 400 }]);
  expect(await agreeOnRate(512, channel)).toBe(400);
  expect(heard).toEqual([{ type: "rate", perSecond: 512 }]);
});
