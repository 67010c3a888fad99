import { type Statement, statement } from "@pixora/db";
import { expect, test } from "vitest";
import { runInBatches } from "./run-in-batches.ts";

const deletion: Statement<unknown> = statement("test.deleteSome", "delete from users where id = $1");

/** Finds as many rows as `found` says, call by call. */
function answering(...found: number[]) {
  const calls: unknown[] = [];
  const run = async (asked: Statement<unknown>, values?: readonly unknown[]) => {
    calls.push([asked.name, values]);
    return found[calls.length - 1] ?? Number.NaN;
  };
  return { calls, run };
}

test("a deletion is repeated until it finds nothing", async () => {
  const sql = answering(5_000, 3, 0);
  await runInBatches(sql, { statement: deletion, values: ["7"] });
  expect(sql.calls).toEqual(Array(3).fill([deletion.name, ["7"]]));
});

test("where the batch is known, the first that is not full is the last", async () => {
  const sql = answering(100, 100, 99);
  await runInBatches(sql, { statement: deletion, batch: 100 });
  expect(sql.calls.length).toBe(3);
});
