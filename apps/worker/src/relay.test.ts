// The way of a fact: outbox, relay, queue, handler, done. On real PostgreSQL and Redis.
import { openTestDeps, type TestDeps, waitFor } from "@pixora/api/testing";
import { statement } from "@pixora/db";
import { consequences, type FactJobName, listDeadLetters, RedisAwayError, replayDeadLetters } from "@pixora/jobs";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type Harness, openHarness } from "./likes.harness.ts";

let deps: TestDeps;
let harness: Harness;

beforeEach(async () => {
  deps = await openTestDeps();
  harness = openHarness(deps);
});

afterEach(async () => {
  await harness.close();
  await deps.close();
});

const isEmpty = async () => (await harness.countUnfinished()) === 0;
const waitingJobs = async () => (await harness.producer.countJobs()).fast.waiting;

async function commitFact(fact: string | undefined, payload: string): Promise<void> {
  await deps.db.sql.run(statement("test.fact", "insert into outbox (fact, payload) values ($1, $2)"), [fact, payload]);
  deps.wakeRelay();
}

const completions = statement<{ count: number }>(
  "test.completions",
  "select count(*)::int as count from outbox_completions",
);

async function countCompletions(): Promise<number> {
  return (await deps.db.sql.one(completions)).count;
}

const completion = statement<never>("test.record", "insert into outbox_completions (fact_id, job) values ($1, $2)");

async function record(job: FactJobName, facts: readonly { id: string }[]): Promise<void> {
  for (const { id } of facts) await deps.db.sql.run(completion, [id, job]);
}

const unfinished = statement<{ fact: string }>("test.unfinished", "select fact from outbox order by id");

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
    expect(await countCompletions()).toBe(0);
  });

  test("a fact of two jobs stays until both have recorded it done, and leaves nothing behind", async () => {
    let told = 0;
    let isHeld = true;
    harness.work(harness.recordDone, {
      "notification.notifyFollows": async ({ facts }) => {
        await record("notification.notifyFollows", facts);
        told += 1;
      },
      "feed.dropWindows": async ({ facts }) => {
        await waitFor("the other job to be free", async () => !isHeld);
        await record("feed.dropWindows", facts);
      },
    });
    harness.relay();
    await commitFact("follow.created", JSON.stringify({ actorId: "7", targetId: "8" }));
    await waitFor("one job to be done", async () => told === 1);
    // What only that job takes goes by the same way: once it is gone, the first fact had its chance to go.
    await commitFact("follow.requested", JSON.stringify({ actorId: "7", targetId: "9" }));
    await waitFor("the later fact to be gone", async () => told === 2 && (await harness.countUnfinished()) < 2);
    expect(await deps.db.sql.many(unfinished, [])).toEqual([{ fact: "follow.created" }]);
    isHeld = false;
    await waitFor("the outbox to be empty", isEmpty);
    await waitFor("no completion to be left", async () => (await countCompletions()) === 0);
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

  test("a fact without a consequence is deleted at once", async () => {
    harness.relay();
    const [idle] = Object.entries(consequences).find(([, caused]) => caused.length === 0) ?? [];
    await commitFact(idle, "{}");
    await waitFor("the outbox to be empty", isEmpty);
  });

  test("a fact that this release does not know is left alone", async () => {
    harness.relay();
    await commitFact("moon.landed", "{}");
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
    await deps.redis.cache.eval(
      "for _, key in ipairs(redis.call('keys', ARGV[1])) do redis.call('del', key) end",
      0,
      `{${deps.config.REDIS_PREFIX}*`,
    );
    expect(await waitingJobs()).toBe(0);
    const taken = new Set<string>();
    harness.work(async (input) => {
      for (const fact of input.facts) taken.add(fact.id);
      await harness.recordDone(input);
    });
    await waitFor("the outbox to be empty", isEmpty, { timeoutMs: 5_000 });
    expect(taken.size).toBe(10);
  });
});

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
    deps.wakeRelay();
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
        await record("notification.notifyFollows", facts);
      },
      "feed.dropWindows": async ({ facts }) => {
        runs.push("feed.dropWindows");
        await record("feed.dropWindows", facts);
      },
    });
    harness.relay();
    await commitFact("follow.created", JSON.stringify({ actorId: "7", targetId: "8" }));
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
    await commitFact("like.created", '{"postId": 5}');
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

const readStamps = statement<{ ageMs: number | null }>(
  "test.stamps",
  `select (extract(epoch from clock_timestamp() - stamped_at) * 1000)::float8 as "ageMs" from outbox order by id`,
);
const stampAges = async () => (await deps.db.sql.many(readStamps)).map(({ ageMs }) => ageMs);

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
    await waitFor("the carried one to be stamped anew", async () => ((await stampAges())[4] ?? 0) < 20_000);
    for (const ageMs of (await stampAges()).slice(0, 4)) expect(ageMs).toBeGreaterThan(39_000);
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
    const [first] = await stampAges();
    // By its first stamp it would be stale by now.
    await waitFor("the stamp to be renewed", async () => ((await stampAges())[0] ?? 0) < (first ?? 0));
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
    await commitFact("follow.created", '{"actorId": "7", "targetId": "8"}');
    await waitFor("the fact to be handed on again", () => add.mock.calls.length === 2, { timeoutMs: 5_000 });
    expect(refused.release).toHaveBeenCalledTimes(1);
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
    expect(await stampAges()).toEqual([null]);
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
