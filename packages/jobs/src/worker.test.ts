// What workers do with facts that fail, with stores that are away, and when they close. On real PostgreSQL and Redis.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { listDeadLetters, replayDeadLetters } from "./dead-letters.ts";
import { type Harness, openHarness } from "./testing/harness.ts";
import { waitFor } from "./testing/services.ts";

let harness: Harness;

beforeEach(async () => {
  harness = await openHarness();
});

afterEach(() => harness.close());

const isEmpty = async () => (await harness.countUnfinished()) === 0;

describe("workers", () => {
  test("one bad fact becomes a dead letter with its error, the others of its list are taken, and it can be replayed", async () => {
    let isMended = false;
    const taken = new Set<string>();
    harness.work(async (input) => {
      if (!isMended && input.facts.some((fact) => fact.payload.postId === "13")) throw new Error("an unlucky number");
      for (const fact of input.facts) taken.add(fact.payload.postId);
      await harness.recordDone(input);
    });
    harness.relay();
    await harness.commitLikes(50);
    await waitFor("the outbox to be empty", isEmpty);
    expect(taken.size).toBe(49);
    const { db } = harness;
    const letters = await listDeadLetters(db.query, { limit: 10 });
    expect(letters).toMatchObject([
      { fact: "like.created", job: "notification.notifyLikes", payload: { postId: "13" } },
    ]);
    expect(letters[0]?.error).toContain("an unlucky number");

    isMended = true;
    expect(await replayDeadLetters(db, {})).toBe(1);
    harness.wakeRelays();
    await waitFor("the replayed fact to be taken", () => taken.has("13"));
    await waitFor("the outbox to be empty", isEmpty);
    expect(await listDeadLetters(db.query, { limit: 10 })).toEqual([]);
  });

  test("a replay runs the job that gave the fact up, and no other of its jobs", async () => {
    let isMended = false;
    const runs: string[] = [];
    harness.work(harness.recordDone, {
      "notification.notifyFollows": async ({ facts }) => {
        if (!isMended) throw new Error("not yet");
        runs.push("notification.notifyFollows");
        await harness.recordDoneBy("notification.notifyFollows", facts);
      },
      "notification.reviseSight": ({ facts }) => harness.recordDoneBy("notification.reviseSight", facts),
      "feed.dropWindows": async ({ facts }) => {
        runs.push("feed.dropWindows");
        await harness.recordDoneBy("feed.dropWindows", facts);
      },
    });
    harness.relay();
    await harness.commitFact("follow.created", JSON.stringify({ actorId: "7", targetId: "8" }));
    await waitFor("the outbox to be empty", isEmpty);
    expect(runs).toEqual(["feed.dropWindows"]);

    isMended = true;
    expect(await replayDeadLetters(harness.db, {})).toBe(1);
    await waitFor("the outbox to be empty", isEmpty);
    expect(runs).toEqual(["feed.dropWindows", "notification.notifyFollows"]);
  });

  test("a payload that does not fit becomes a dead letter", async () => {
    harness.work(harness.recordDone);
    harness.relay();
    await harness.commitFact("like.created", '{"postId": 5}');
    await waitFor("the outbox to be empty", isEmpty);
    const [letter] = await listDeadLetters(harness.db.query, { limit: 1 });
    expect(letter?.error).toContain("the payload does not fit");
  });

  test("a store that is away costs no attempt", async () => {
    let tries = 0;
    harness.work(async (input) => {
      tries += 1;
      if (tries <= 6) throw Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
      await harness.recordDone(input);
    });
    harness.relay();
    await harness.commitLikes(1);
    await waitFor("the outbox to be empty", isEmpty, { timeoutMs: 20_000 });
    expect(await listDeadLetters(harness.db.query, { limit: 1 })).toEqual([]);
  });

  test("closing waits for a running job, and puts back after the deadline what still waits", async () => {
    let tries = 0;
    const workers = harness.work(async () => {
      tries += 1;
      throw Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
    });
    const relaying = harness.relay();
    await harness.commitLikes(1);
    await waitFor("the job to be tried", () => tries > 0);
    await relaying.close();
    await workers.close({ timeoutMs: 300 });
    expect(await harness.producer.countJobs()).toMatchObject({ fast: { waiting: 1, active: 0, failed: 0 } });
  });
});
