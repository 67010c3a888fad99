// Redis dies, comes back empty, or stops answering, while facts flow: all of them are done in the end, none is given up.
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { listDeadLetters } from "./dead-letters.ts";
import { type Harness, openHarness } from "./testing/harness.ts";
import { type OwnRedis, startRedis, waitFor } from "./testing/services.ts";

let redis: OwnRedis;
let harness: Harness;
let isFlowing = true;
const taken = new Set<string>();

beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

beforeEach(async () => {
  harness = await openHarness({ redisUrl: redis.url });
  harness.relay();
  harness.work(async (input) => {
    await harness.recordDone(input);
    for (const fact of input.facts) taken.add(fact.id);
  });
  taken.clear();
});

afterEach(() => harness.close());

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Facts, some hundred a second, until `isFlowing` is false; answers their ids. */
async function flow(): Promise<string[]> {
  const ids: string[] = [];
  for (isFlowing = true; isFlowing; await pause(5)) ids.push(...(await harness.commitLikes(1)));
  return ids;
}

/** Lets facts flow before, during and after the harm, and expects that none is lost or given up. */
async function expectNoneLost(harm: () => Promise<void>): Promise<void> {
  const flowing = flow();
  await pause(500);
  await harm();
  await pause(500);
  isFlowing = false;
  const ids = await flowing;
  const isEmpty = async () => (await harness.countUnfinished()) === 0;
  await waitFor("the outbox to be empty", isEmpty, { timeoutMs: 45_000, everyMs: 100 });
  // The row of the last one may go a moment before its worker hears that it did.
  await waitFor("every fact to be taken", async () => ids.every((id) => taken.has(id)));
  expect(await listDeadLetters(harness.db.query, { limit: 5 })).toEqual([]);
  expect((await harness.producer.countJobs()).fast.failed).toBe(0);
}

async function stallFor(ms: number): Promise<void> {
  process.kill(redis.pid, "SIGSTOP");
  await pause(ms);
  process.kill(redis.pid, "SIGCONT");
}

test("a Redis that is killed and comes back empty loses no fact", async () => {
  await expectNoneLost(async () => {
    await redis.kill();
    await pause(1_000);
    await redis.restart();
  });
}, 60_000);

test("a Redis that stops answering, and then goes on, loses no fact", async () => {
  await expectNoneLost(() => stallFor(4_000));
}, 60_000);

test("a Redis that stops answering for longer than any timeout loses no fact", async () => {
  await expectNoneLost(() => stallFor(14_000));
}, 90_000);
