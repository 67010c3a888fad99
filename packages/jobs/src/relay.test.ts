// The way of a fact: outbox, relay, queue, handler, done. On real PostgreSQL and Redis.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Harness, openHarness } from "./testing/harness.ts";
import { waitFor } from "./testing/services.ts";

let harness: Harness;

beforeEach(async () => {
  harness = await openHarness();
});

afterEach(() => harness.close());

const isEmpty = async () => (await harness.countUnfinished()) === 0;
const waitingJobs = async () => (await harness.producer.countJobs()).fast.waiting;

describe("relay", () => {
  test("facts reach their handler in lists, once, and leave nothing behind", async () => {
    const taken: string[] = [];
    let lists = 0;
    harness.work(async (input) => {
      lists += 1;
      taken.push(...input.facts.map((fact) => fact.id));
      await harness.recordDone(input);
    });
    harness.relay();
    const ids = await harness.commitLikes(500);
    await waitFor("the outbox to be empty", isEmpty);
    expect(taken.toSorted()).toEqual(ids.toSorted());
    expect(lists).toBeLessThan(20);
    expect(await harness.countCompletions()).toBe(0);
  });

  test("a fact of several jobs stays until all have recorded it done, and leaves nothing behind", async () => {
    let told = 0;
    let isHeld = true;
    harness.work(harness.recordDone, {
      "notification.notifyFollows": async ({ facts }) => {
        await harness.recordDoneBy("notification.notifyFollows", facts);
        told += 1;
      },
      "notification.reviseSight": ({ facts }) => harness.recordDoneBy("notification.reviseSight", facts),
      "feed.dropWindows": async ({ facts }) => {
        await waitFor("the other job to be free", async () => !isHeld);
        await harness.recordDoneBy("feed.dropWindows", facts);
      },
    });
    harness.relay();
    await harness.commitFact("follow.created", JSON.stringify({ actorId: "7", targetId: "8" }));
    await waitFor("one job to be done", async () => told === 1);
    // What only that job takes goes by the same way: once it is gone, the first fact had its chance to go.
    await harness.commitFact("follow.requested", JSON.stringify({ actorId: "7", targetId: "9" }));
    await waitFor("the later fact to be gone", async () => told === 2 && (await harness.countUnfinished()) < 2);
    expect(await harness.listUnfinished()).toEqual(["follow.created"]);
    isHeld = false;
    await waitFor("the outbox to be empty", isEmpty);
    await waitFor("no completion to be left", async () => (await harness.countCompletions()) === 0);
  });

  test("several relays at once relay each fact once", async () => {
    const taken: string[] = [];
    harness.work(async (input) => {
      taken.push(...input.facts.map((fact) => fact.id));
      await harness.recordDone(input);
    });
    for (let index = 0; index < 4; index += 1) harness.relay();
    const ids = (await Promise.all(Array.from({ length: 20 }, () => harness.commitLikes(50)))).flat();
    await waitFor("the outbox to be empty", isEmpty);
    expect(taken.toSorted()).toEqual(ids.toSorted());
  });

  test("a fact that this release does not know is left alone", async () => {
    harness.relay();
    await harness.commitFact("moon.landed", "{}");
    await harness.commitLikes(1);
    harness.work(harness.recordDone);
    await waitFor("the like to be done", async () => (await harness.countUnfinished()) === 1);
  });

  test("a fact whose job was lost is relayed again once it is stale, and only to the jobs that lack it", async () => {
    harness.relay({ staleMs: 300 });
    await harness.commitLikes(3);
    await waitFor("the jobs to be added", async () => (await waitingJobs()) > 0);
    // Nobody works yet: each time it grows stale the list is added again.
    await waitFor("the second list", async () => (await waitingJobs()) > 1);
    harness.work(harness.recordDone);
    await waitFor("the outbox to be empty", isEmpty);
  });

  test("what an emptied Redis has lost is relayed again at once", async () => {
    harness.relay({ staleMs: 60_000 });
    await harness.commitLikes(10);
    await waitFor("the jobs to be added", async () => (await waitingJobs()) > 0);
    await harness.emptyRedis();
    expect(await waitingJobs()).toBe(0);
    const taken = new Set<string>();
    harness.work(async (input) => {
      for (const fact of input.facts) taken.add(fact.id);
      await harness.recordDone(input);
    });
    await waitFor("the outbox to be empty", isEmpty, { timeoutMs: 5_000 });
    expect(taken.size).toBe(10);
  });

  test("a job that waits lies in its queue, is made anew when redis is emptied, and runs when its time has come", async () => {
    const startedMs = performance.now();
    const taken: string[] = [];
    harness.relay();
    const delayedJobs = async () => (await harness.producer.countJobs()).push.delayed;
    await harness.commitFact("message.created", '{"conversationId":"1","seq":1}');
    await waitFor("the job to wait", async () => (await delayedJobs()) === 1);
    await harness.emptyRedis();
    expect(await delayedJobs()).toBe(0);
    await waitFor("the job to wait again", async () => (await delayedJobs()) === 1);
    harness.work(harness.recordDone, {
      "push.ringMembers": async ({ facts }) => {
        taken.push(...facts.map(({ payload }) => `${payload.conversationId}/${payload.seq}`));
        await harness.recordDoneBy("push.ringMembers", facts);
      },
    });
    await waitFor("the outbox to be empty", isEmpty);
    expect(taken).toEqual(["1/1"]);
    expect(performance.now() - startedMs).toBeGreaterThan(3_000);
  });
});
