// The queue of the micro-batch by itself: what goes together, what waits, who shares.
import { expect, test } from "vitest";
import { createRelationQueue, type RelationCall } from "./relation.queue.ts";

const call = (actorId: number, targetId: number, isSet = true): RelationCall => ({
  actorId: String(actorId),
  targetId: String(targetId),
  isSet,
  sessionId: null,
});

function openQueue() {
  const batches: RelationCall[][] = [];
  const gates: (() => void)[] = [];
  const submit = createRelationQueue<number>(async (calls) => {
    batches.push(calls);
    await new Promise<void>((resolve) => gates.push(resolve));
    return calls.map(() => ({ answer: batches.length }));
  });
  async function release() {
    const before = gates.length;
    gates.at(-1)?.();
    await new Promise((resolve) => setImmediate(resolve));
    return gates.length - before;
  }
  return { submit, batches, release };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test("calls that arrive while a batch runs go together in the next one, sorted by target", async () => {
  const { submit, batches, release } = openQueue();
  const first = submit(call(1, 5));
  await turn();
  const later = [submit(call(3, 10)), submit(call(2, 9)), submit(call(1, 10))];
  await turn();
  expect(batches).toEqual([[call(1, 5)]]);
  await release();
  expect(batches[1]).toEqual([call(2, 9), call(1, 10), call(3, 10)]);
  await release();
  expect(await Promise.all([first, ...later])).toEqual([1, 2, 2, 2]);
});

test("equal calls share one place, the opposite call waits for the next batch", async () => {
  const { submit, batches, release } = openQueue();
  const answers = [call(1, 7), call(1, 7), call(1, 7, false), call(1, 7, false), call(1, 7)].map(submit);
  await turn();
  await release();
  await release();
  await release();
  expect(batches).toEqual([[call(1, 7)], [call(1, 7, false)], [call(1, 7)]]);
  expect(await Promise.all(answers)).toEqual([1, 1, 2, 2, 3]);
});

test("equal calls of two sessions go in batches of their own, and each gets its own answer", async () => {
  const { submit, batches, release } = openQueue();
  const ofSession = (sessionId: string) => ({ ...call(1, 7), sessionId });
  const answers = ["1", "1", "2", "1"].map((session) => submit(ofSession(session)));
  await turn();
  await release();
  await release();
  await release();
  expect(batches).toEqual([[ofSession("1")], [ofSession("2")], [ofSession("1")]]);
  expect(await Promise.all(answers)).toEqual([1, 1, 2, 3]);
});

test("an equal call that comes while its like runs does not share its answer", async () => {
  const { submit, batches, release } = openQueue();
  const first = submit(call(1, 7));
  await turn();
  const second = submit(call(1, 7));
  await release();
  await release();
  expect(batches.length).toBe(2);
  expect(await Promise.all([first, second])).toEqual([1, 2]);
});

test("a batch holds at most 256 calls, and nobody is left behind", async () => {
  const { submit, batches, release } = openQueue();
  const answers = Array.from({ length: 600 }, (_, index) => submit(call(index + 1, 7)));
  await turn();
  await release();
  await release();
  await release();
  expect(batches.map((batch) => batch.length)).toEqual([256, 256, 88]);
  expect(await Promise.all(answers)).toHaveLength(600);
});

test("what the batch throws reaches all its callers, and the next batch runs", async () => {
  let runs = 0;
  const submit = createRelationQueue<string>(async (calls) => {
    runs += 1;
    if (runs === 1) throw new Error("away");
    return calls.map(() => ({ answer: "fine" }));
  });
  const failed = await Promise.allSettled([submit(call(1, 1)), submit(call(2, 1))]);
  expect(failed.map((result) => result.status)).toEqual(["rejected", "rejected"]);
  expect(await submit(call(1, 1))).toBe("fine");
});
