// The audit goes from range to range, on where it was, whoever was cut off; and no range is too long for a statement.
import { statement } from "@pixora/db";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Deps } from "../platform/process/deps.ts";
import { createPerson, openTestDeps, type TestDeps, type TestPerson, waitFor } from "../testing/index.ts";
import { mendCounters } from "./audit.service.ts";
import { driftTallyOf } from "./audit.tally.ts";

let deps: TestDeps;
beforeAll(async () => {
  deps = await openTestDeps();
  await waitFor("redis", () => deps.redis.cache.status === "ready");
});
afterAll(() => deps.close());
beforeEach(async () => {
  await deps.redis.cache.del(`${deps.redis.prefix}:audit:position`);
  await run("delete from users");
});

function run(sql: string, values: unknown[] = []): Promise<number> {
  return deps.db.sql.run(statement<never>("test.run", sql), values);
}

async function makePeople(count: number): Promise<TestPerson[]> {
  const people: TestPerson[] = [];
  for (let made = 0; made < count; made += 1) people.push(await createPerson(deps));
  await run("update user_counts set post_count = 7 where user_id = any($1::bigint[])", [people.map(({ id }) => id)]);
  return people;
}

function driftOf(worker: Deps): number | undefined {
  return driftTallyOf(worker).get("user_counts.post_count");
}

/** A worker whose looks at people's counters `watch` sees first. */
function workerThat(watch: (input: { afterId: unknown; size: number; reading: string }) => void): Deps {
  return {
    ...deps,
    db: {
      ...deps.db,
      sql: {
        ...deps.db.sql,
        one: async (query, values) => {
          const row = await deps.db.sql.one(query, values);
          const size = Number(/limit (\d+)\)/.exec(query.text)?.[1]);
          if (query.name.startsWith("audit.lookAtUserCounts"))
            watch({ afterId: values?.[0], size, reading: JSON.stringify(row) });
          return row;
        },
      },
    },
  };
}

test("a run audits so many ranges, and another worker goes on after them", async () => {
  await makePeople(12);
  const workers: Deps[] = [{ ...deps }, { ...deps }, { ...deps }];
  for (const worker of workers) await mendCounters(worker, { ranges: 1, maxSubjects: 5 });
  expect(workers.map(driftOf)).toEqual([5, 5, 2]);
});

test("a range is shorter where its subjects have many rows", async () => {
  // Seven rows each, as they say.
  await makePeople(5);
  const workers: Deps[] = [{ ...deps }, { ...deps }, { ...deps }];
  for (const worker of workers) await mendCounters(worker, { ranges: 1, maxRows: 8 });
  expect(workers.map(driftOf)).toEqual([2, 2, 1]);
});

test("a subject with more rows than a range may have is a range of its own", async () => {
  await makePeople(2);
  const workers: Deps[] = [{ ...deps }, { ...deps }];
  for (const worker of workers) await mendCounters(worker, { ranges: 1, maxRows: 1 });
  expect(workers.map(driftOf)).toEqual([1, 1]);
});

test("a range that was cut off is audited again, and those before it are not", async () => {
  const people = await makePeople(4);
  const asked: unknown[] = [];
  const cutOff = workerThat(({ afterId }) => {
    asked.push(afterId);
    if (asked.length === 2) throw new Error("cut off");
  });
  await expect(mendCounters(cutOff, { ranges: 5, maxSubjects: 3 })).rejects.toThrow("cut off");
  const next = workerThat(({ afterId }) => asked.push(afterId));
  await mendCounters(next, { ranges: 1_000, maxSubjects: 3 });
  expect(asked).toEqual(["0", people[2]?.id, people[2]?.id]);
  expect([driftOf(cutOff), driftOf(next)]).toEqual([3, 1]);
});

test("an emptied Redis does not send a worker back, but one that has just started begins anew", async () => {
  const [first] = await makePeople(5);
  const worker: Deps = { ...deps };
  await mendCounters(worker, { ranges: 1, maxSubjects: 3 });
  await run("update user_counts set post_count = 9 where user_id = $1", [first?.id]);
  await deps.redis.cache.del(`${deps.redis.prefix}:audit:position`);
  await mendCounters(worker, { ranges: 1_000 });
  expect(driftOf(worker)).toBe(5);
  await deps.redis.cache.del(`${deps.redis.prefix}:audit:position`);
  const another: Deps = { ...deps };
  await mendCounters(another, { ranges: 1_000 });
  expect(driftOf(another)).toBe(1);
});

test("a position that another release wrote begins a round", async () => {
  await makePeople(1);
  for (const written of ['{"table":"gone","afterId":"7","endedAtMs":null}', "{}", "what"]) {
    await deps.redis.cache.set(`${deps.redis.prefix}:audit:position`, written);
    await run("update user_counts set post_count = 9");
    const worker: Deps = { ...deps };
    await mendCounters(worker, { ranges: 1_000 });
    await mendCounters(worker, { ranges: 1_000 });
    expect(driftOf(worker)).toBe(1);
  }
});

test("a range that takes too long is cut smaller, and one subject that does is passed over", async () => {
  const people = await makePeople(30);
  const slowId = people[14]?.id;
  const sizes = new Set<number>();
  const warnings: unknown[] = [];
  const worker = workerThat(({ size, reading }) => {
    if (!reading.includes(`"${slowId}"`)) return;
    sizes.add(size);
    throw Object.assign(new Error("canceling statement due to statement timeout"), { code: "57014" });
  });
  worker.log = Object.assign(Object.create(deps.log), { warn: (named: unknown) => warnings.push(named) });
  await mendCounters(worker, { ranges: 1_000, maxSubjects: 100 });
  expect([...sizes]).toEqual([100, 10, 1]);
  expect(warnings).toContainEqual({ table: "user_counts", id: slowId });
  expect(driftOf(worker)).toBe(29);
  const next: Deps = { ...deps };
  await mendCounters(next, { ranges: 1_000 });
  expect(driftOf(next)).toBe(1);
});
