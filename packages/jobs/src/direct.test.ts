// Jobs that a worker takes from its own relay, past Redis. On real PostgreSQL and Redis.
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { RedisAwayError } from "./producer.ts";
import { type Harness, openHarness } from "./testing/harness.ts";
import { waitFor } from "./testing/services.ts";

let harness: Harness;

beforeEach(async () => {
  harness = await openHarness();
});

afterEach(() => harness.close());

const isEmpty = async () => (await harness.countUnfinished()) === 0;

/** Workers that take lists and finish none before the gate resolves. */
function workGated() {
  const gate = Promise.withResolvers<void>();
  let lists = 0;
  const { direct } = harness.work(async (input) => {
    lists += 1;
    await gate.promise;
    await harness.recordDone(input);
  });
  return { direct, gate, taken: () => lists };
}

describe("jobs that a worker takes from its own relay", () => {
  test("do not go through Redis, however many there are one after the other", async () => {
    const add = vi.spyOn(harness.producer, "add");
    const taken: string[] = [];
    const { direct } = harness.work(async (input) => {
      taken.push(...input.facts.map((fact) => fact.id));
      await harness.recordDone(input);
    });
    harness.relay({ direct });
    const ids: string[] = [];
    for (let list = 0; list < 12; list += 1) {
      ids.push(...(await harness.commitLikes(5)));
      await waitFor("the outbox to be empty", isEmpty);
    }
    expect(taken.toSorted()).toEqual(ids.toSorted());
    expect(add).not.toHaveBeenCalled();
  });

  test("are no more than there is room for: the next one goes by Redis, and is not stale as soon", async () => {
    const add = vi.spyOn(harness.producer, "add");
    const { direct, gate, taken } = workGated();
    harness.relay({ direct });
    for (let list = 1; list <= 5; list += 1) {
      await harness.commitLikes(1);
      await waitFor("the list to be taken", () => taken() === list);
      expect(add).toHaveBeenCalledTimes(list <= 4 ? 0 : 1);
    }
    // A killed worker's are stale after 20 s; what is in a queue may take a minute.
    await waitFor("the carried one to be stamped anew", async () => ((await harness.readStampAges())[4] ?? 0) < 20_000);
    for (const ageMs of (await harness.readStampAges()).slice(0, 4)) expect(ageMs).toBeGreaterThan(39_000);
    gate.resolve();
    await waitFor("the outbox to be empty", isEmpty);
  });

  const lostSlot = { start() {}, release() {} };

  test("are relayed again where their process was killed", async () => {
    let reserved = 0;
    const reserve = () => {
      reserved += 1;
      return reserved === 1 ? lostSlot : null;
    };
    harness.relay({ direct: { reserve, heldFactIds: () => [] }, directStaleMs: 300 });
    await harness.commitLikes(3);
    await waitFor("the list to be lost", () => reserved === 1);
    harness.work(harness.recordDone);
    await waitFor("the outbox to be empty", isEmpty);
  });

  test("are not relayed again where they are merely slow", async () => {
    const { direct, gate, taken } = workGated();
    harness.relay({ direct, directStaleMs: 800 });
    await harness.commitLikes(1);
    await waitFor("the list to be taken", () => taken() === 1);
    const [first] = await harness.readStampAges();
    // By its first stamp it would be stale by now.
    await waitFor("the stamp to be renewed", async () => ((await harness.readStampAges())[0] ?? 0) < (first ?? 0));
    gate.resolve();
    await waitFor("the outbox to be empty", isEmpty);
    expect(taken()).toBe(1);
  });

  test("are not begun where Redis refuses what comes with them, and all of it is handed on again", async () => {
    const add = vi.spyOn(harness.producer, "add").mockRejectedValueOnce(new RedisAwayError("away"));
    const refused = { start: vi.fn(), release: vi.fn() };
    const { direct } = harness.work(harness.recordDone);
    harness.relay({
      direct: {
        ...direct,
        reserve(request) {
          if (request.job === "feed.dropWindows") return null;
          return add.mock.calls.length === 0 ? refused : direct.reserve(request);
        },
      },
    });
    await harness.commitFact("follow.created", '{"actorId": "7", "targetId": "8"}');
    await waitFor("the fact to be handed on again", () => add.mock.calls.length === 2, { timeoutMs: 5_000 });
    // Once for each of the other two jobs of the fact.
    expect(refused.release).toHaveBeenCalledTimes(2);
    expect(refused.start).not.toHaveBeenCalled();
  });

  const failForever = async () => {
    throw Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
  };

  test("are waited for by a worker that closes, and free again where that takes too long", async () => {
    const workers = harness.work(failForever);
    const relaying = harness.relay({ direct: workers.direct });
    await harness.commitLikes(1);
    await waitFor("the job to be taken", () => workers.direct.heldFactIds({ longerThanMs: 0 }).length === 1);
    await relaying.close();
    await workers.close({ timeoutMs: 300 });
    expect(await harness.readStampAges()).toEqual([null]);
    expect(workers.direct.reserve({ job: "notification.notifyLikes", payload: { facts: [] } })).toBeNull();
  });

  test("hold up a worker that closes from the moment they have a slot", async () => {
    const workers = harness.work(harness.recordDone);
    const [id = ""] = await harness.commitLikes(1);
    const payload = { postId: "1", commentId: null, actorId: "7" };
    const fact = { id, fact: "like.created", payload };
    const slot = workers.direct.reserve({ job: "notification.notifyLikes", payload: { facts: [fact] } });
    const closed = workers.close({ timeoutMs: 5_000 });
    slot?.start();
    await closed;
    expect(await harness.countUnfinished()).toBe(0);
  });
});
