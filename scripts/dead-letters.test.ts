// The command of operators: what it lists, and that a replayed letter goes back into the outbox.
import { spawnSync } from "node:child_process";
import { buryFact, openTestDeps, type TestDeps } from "@pixora/api/testing";
import { statement } from "@pixora/db";
import { afterAll, beforeAll, expect, test } from "vitest";

let deps: TestDeps;
beforeAll(async () => {
  deps = await openTestDeps();
});
afterAll(() => deps.close());

function run(...words: string[]): { status: number | null; stdout: string; stderr: string } {
  const env = { PATH: process.env.PATH, DATABASE_URL: deps.config.DATABASE_URL };
  return spawnSync(process.execPath, ["scripts/dead-letters.ts", ...words], { env, encoding: "utf8" });
}

const bury = (factId: string) =>
  buryFact(deps, {
    factId,
    fact: "like.created",
    payload: { postId: "13", commentId: null, actorId: "7" },
    job: "notification.notifyLikes",
    error: "Error: an unlucky number\n    at somewhere",
  });
// What a relay takes at its next poll.
const unfinished = statement<{ id: string }>(
  "test.unfinished",
  "select id from outbox where stamped_at < now() - interval '1 day'",
);

test("dead letters are listed with their errors, and replayed one by one or all at once", async () => {
  expect(run().stdout).toBe("0 dead letters\n");
  const { id } = await bury("101");
  await bury("102");
  const listed = run().stdout;
  expect(listed).toContain(`${id}  `);
  expect(listed).toContain("like.created → notification.notifyLikes");
  expect(listed).toContain("Error: an unlucky number");
  expect(listed).toContain("2 dead letters");

  expect(run("replay", id).stdout).toBe("1 dead letters go back to their jobs\n");
  expect(await deps.db.sql.many(unfinished)).toEqual([{ id: "101" }]);
  expect(run("replay", "all").stdout).toBe("1 dead letters go back to their jobs\n");
  expect((await deps.db.sql.many(unfinished)).map((row) => row.id).sort()).toEqual(["101", "102"]);
  expect(run().stdout).toBe("0 dead letters\n");
}, 120_000);

test("words that make no order are answered with the usage", () => {
  for (const words of [
    ["replay", "some"],
    ["remove", "all"],
  ]) {
    const { status, stderr } = run(...words);
    expect([status, stderr.trim()]).toEqual([64, "usage: pnpm dead-letters [replay <id … | all>]"]);
  }
}, 120_000);
