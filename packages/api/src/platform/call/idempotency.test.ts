// Keys of retried creates, apart from what they make.
import { statement } from "@pixora/db";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openTestDeps, type TestDeps } from "../../testing/index.ts";
import { deleteOldIdempotencyKeys, onceByKey } from "./idempotency.ts";

let deps: TestDeps;

beforeAll(async () => {
  deps = await openTestDeps();
});
afterAll(() => deps?.close());

const countKeys = statement<{ keys: number }>("test.keys", "select count(*)::int as keys from idempotency_keys");
// Keys of the past: calls make them of the present only.
const insertKeys = statement<never>(
  "test.insertKeys",
  `insert into idempotency_keys (user_id, procedure, key, input_hash, result_id, created_at)
   select 1, 'test.create', n::text, '', n, now() - n * interval '1 hour' from generate_series(1, 40) n`,
);

function once(input: { key?: string; input?: unknown; id: string }) {
  const { key, id } = input;
  return deps.db.inTransaction((tx) =>
    onceByKey(tx, { userId: "7", procedure: "test.create", key, input: input.input ?? {}, make: async () => id }),
  );
}

test("the order of an input's keys does not matter, its values do", async () => {
  expect(await once({ key: "a", input: { x: 1, y: { p: 1, q: [2] } }, id: "10" })).toEqual({ id: "10", isNew: true });
  const again = await once({ key: "a", input: { y: { q: [2], p: 1 }, x: 1, z: undefined }, id: "11" });
  expect(again).toEqual({ id: "10", isNew: false });
  await expect(once({ key: "a", input: { x: 1, y: { p: 1, q: [3] } }, id: "12" })).rejects.toMatchObject({
    code: "idempotency.reused",
  });
});

test("without a key every call makes a thing", async () => {
  expect(await once({ id: "20" })).toEqual({ id: "20", isNew: true });
  expect(await once({ id: "21" })).toEqual({ id: "21", isNew: true });
});

test("a second call waits for the first, and makes the thing itself where the first fails", async () => {
  let failFirst = (_error: Error) => {};
  const first = deps.db.inTransaction((tx) =>
    onceByKey(tx, {
      userId: "7",
      procedure: "test.create",
      key: "wait",
      input: {},
      make: () =>
        new Promise((_resolve, reject) => {
          failFirst = reject;
        }),
    }),
  );
  await new Promise((resolve) => setTimeout(resolve, 50));
  const second = once({ key: "wait", id: "31" });
  await new Promise((resolve) => setTimeout(resolve, 50));
  failFirst(new Error("refused"));
  await expect(first).rejects.toThrow("refused");
  expect(await second).toEqual({ id: "31", isNew: true });
});

test("keys are kept for 24 hours", async () => {
  const before = (await deps.db.sql.one(countKeys)).keys;
  await deps.db.sql.run(insertKeys);
  await deleteOldIdempotencyKeys(deps);
  expect((await deps.db.sql.one(countKeys)).keys).toBe(before + 23);
});
