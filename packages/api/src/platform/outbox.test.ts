// What a job leaves of its facts when it is done with them.
import { statement } from "@pixora/db";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openTestDeps, type TestDeps } from "../testing/index.ts";
import { insertFacts, recordDone } from "./outbox.ts";

let deps: TestDeps;
beforeAll(async () => {
  deps = await openTestDeps();
});
afterAll(() => deps.close());

const selectFacts = statement<{ id: string; fact: string; done: string[] }>(
  "test.facts",
  `select id, fact, array(select job from outbox_completions c where c.fact_id = outbox.id) as done
   from outbox where fact = $1`,
);

async function storeFollow(fact: "follow.created" | "follow.requested"): Promise<string[]> {
  await deps.db.inTransaction((tx) => insertFacts(tx, { facts: [{ fact, payload: { actorId: "1", targetId: "2" } }] }));
  return (await deps.db.sql.many(selectFacts, [fact])).map((row) => row.id);
}

async function storeLike(): Promise<string[]> {
  const payload = { postId: "1", commentId: null, actorId: "2" };
  await deps.db.inTransaction((tx) => insertFacts(tx, { facts: [{ fact: "like.created", payload }] }));
  return (await deps.db.sql.many(selectFacts, ["like.created"])).map((row) => row.id);
}

test("a fact that other jobs wait for stays, and is recorded done once", async () => {
  const factIds = await storeFollow("follow.created");
  for (let run = 0; run < 2; run += 1) {
    await deps.db.inTransaction(async (tx) => recordDone(tx, { job: "notification.notifyFollows", factIds }));
  }
  expect(await deps.db.sql.many(selectFacts, ["follow.created"])).toMatchObject([
    { id: factIds[0], done: ["notification.notifyFollows"] },
  ]);
});

test("a fact that its job ends goes with the transaction, and stays where that fails", async () => {
  const factIds = await storeLike();
  const failing = deps.db.inTransaction(async (tx) => {
    recordDone(tx, { job: "notification.notifyLikes", factIds });
    throw new Error("the effect failed");
  });
  await expect(failing).rejects.toThrow("the effect failed");
  expect(await deps.db.sql.many(selectFacts, ["like.created"])).toMatchObject([{ id: factIds[0], done: [] }]);
  for (let run = 0; run < 2; run += 1) {
    await deps.db.inTransaction(async (tx) => recordDone(tx, { job: "notification.notifyLikes", factIds }));
  }
  expect(await deps.db.sql.many(selectFacts, ["like.created"])).toEqual([]);
});
