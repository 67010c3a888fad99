// The command that runs one fact through one handler: its effect is real, recorded done, and made once.
import { spawnSync } from "node:child_process";
import { buryFact, createPerson, follow, openTestDeps, storeFact, type TestDeps } from "@pixora/api/testing";
import { statement } from "@pixora/db";
import { consequences } from "@pixora/jobs";
import { afterAll, beforeAll, expect, test } from "vitest";

let deps: TestDeps;
beforeAll(async () => {
  deps = await openTestDeps();
});
afterAll(() => deps.close());

function run(...words: string[]): { status: number | null; stdout: string; stderr: string } {
  const { DATABASE_URL, REDIS_URL, REDIS_PREFIX, JWT_SECRET, STORAGE_DIR, MAIL_DIR } = deps.config;
  const config = { DATABASE_URL, REDIS_URL, REDIS_PREFIX, JWT_SECRET, STORAGE_DIR, MAIL_DIR };
  const texts = Object.entries(config).map(([name, value]) => [name, String(value)]);
  const env = { PATH: process.env.PATH, ...Object.fromEntries(texts) };
  return spawnSync(process.execPath, ["scripts/job.ts", ...words], { env, encoding: "utf8" });
}

// By hand: no call stores a payload that does not fit its fact.
const insertUnreadableFact = statement<{ id: string }>(
  "test.insertUnreadableFact",
  `insert into outbox (fact, payload) values ('mute.created', '{"actorId": "1"}') returning id`,
);
// Nor a dead letter of a fact that there is not.
const insertUnknownLetter = statement<{ id: string }>(
  "test.insertUnknownLetter",
  `insert into dead_letters (fact_id, fact, payload, job, error)
   values (78, 'poll.closed', '{}', 'notification.notifyFollows', 'Error: an unlucky number') returning id`,
);
const selectRows = statement<{ id: string; job: string | null }>(
  "test.selectRows",
  `select outbox.id, done.job from outbox left join outbox_completions done on done.fact_id = outbox.id
   where outbox.id = $1 order by done.job`,
);
const countLetters = statement<{ count: number }>(
  "test.countLetters",
  "select count(*)::int as count from dead_letters",
);
const selectTypes = statement<{ type: string }>(
  "test.selectTypes",
  `select type from notifications where "receiverId" = $1`,
);

async function addFollow(): Promise<{ actorId: string; targetId: string }> {
  const [actor, target] = [await createPerson(deps), await createPerson(deps)];
  await follow(deps, { followerId: actor.id, followeeId: target.id });
  return { actorId: actor.id, targetId: target.id };
}

test("a fact is taken once, with its real effect, recorded done, and goes when its last job is done", async () => {
  const payload = await addFollow();
  const { id } = await storeFact(deps, { fact: "follow.created", payload });
  const first = run("notification.notifyFollows", "--fact", id);
  expect([first.status, first.stdout]).toEqual([0, `notification.notifyFollows took follow.created ${id}\n`]);
  expect(await deps.db.sql.many(selectTypes, [payload.targetId])).toEqual([{ type: "FOLLOW" }]);
  expect(await deps.db.sql.many(selectRows, [id])).toEqual([{ id, job: "notification.notifyFollows" }]);

  const again = run("notification.notifyFollows", "--fact", id);
  expect([again.status, again.stdout]).toEqual([
    0,
    `notification.notifyFollows was done with follow.created ${id} already: nothing was run\n`,
  ]);
  expect(await deps.db.sql.many(selectTypes, [payload.targetId])).toHaveLength(1);

  const others = consequences["follow.created"].filter((job) => job !== "notification.notifyFollows");
  for (const job of others) {
    expect(await deps.db.sql.many(selectRows, [id])).not.toEqual([]);
    expect(run(job, "--fact", id).status).toBe(0);
  }
  expect(await deps.db.sql.many(selectRows, [id])).toEqual([]);
  const gone = run("feed.dropWindows", "--fact", id);
  expect(gone.status).toBe(1);
  expect(gone.stderr).toContain(`there is no fact and no dead letter of feed.dropWindows with the id ${id}`);
}, 120_000);

test("a dead letter is taken by its own id or its fact's, and is one no more", async () => {
  const payload = await addFollow();
  const bury = () =>
    buryFact(deps, {
      factId: "77",
      fact: "follow.created",
      payload,
      job: "notification.notifyFollows",
      error: "Error: an unlucky number",
    });
  const { id } = await bury();
  expect(run("feed.dropWindows", "--fact", id).stderr).toBe(
    `feed.dropWindows does not take follow.created ${id}; its jobs: notification.notifyFollows\n`,
  );
  expect(run("notification.notifyFollows", "--fact", id).stdout).toContain(", which is no dead letter any more");
  expect(await deps.db.sql.many(selectTypes, [payload.targetId])).toEqual([{ type: "FOLLOW" }]);
  await bury();
  expect(run("notification.notifyFollows", "--fact", "77").status).toBe(0);
  expect(await deps.db.sql.many(selectTypes, [payload.targetId])).toHaveLength(1);
  expect(await deps.db.sql.one(countLetters)).toEqual({ count: 0 });
}, 120_000);

test("a dead letter of a release whose job took such facts is not taken, and stays one", async () => {
  const { id } = await deps.db.sql.one(insertUnknownLetter);
  const { status, stderr } = run("notification.notifyFollows", "--fact", id);
  expect([status, stderr]).toEqual([1, `notification.notifyFollows does not take poll.closed ${id}; its jobs: none\n`]);
  expect(await deps.db.sql.one(countLetters)).toEqual({ count: 1 });
}, 60_000);

test("a handler that fails leaves the fact where it was, and its error is in the log", async () => {
  const payload = { actorId: "5", targetId: "9223372036854775808" };
  const { id } = await storeFact(deps, { fact: "follow.requested", payload });
  const { status, stdout } = run("notification.notifyFollows", "--fact", id);
  expect(status).toBe(1);
  expect(stdout).toContain("the handler failed: the fact stays where it was");
  expect(stdout).toContain("is out of range for type bigint");
  expect(await deps.db.sql.many(selectRows, [id])).toEqual([{ id, job: null }]);
}, 60_000);

test("what is no job, no job of facts, no id, or not the job's fact is refused with what there is", async () => {
  const { id } = await storeFact(deps, { fact: "mute.created", payload: { actorId: "1", targetId: "2" } });
  const unknown = run("notification.notifyLike", "--fact", id);
  expect(unknown.status).toBe(1);
  expect(unknown.stderr).toContain("there is no job notification.notifyLike; did you mean notification.notifyLikes,");
  expect(unknown.stderr).toContain("\n  media.makeVariants\n");
  expect(unknown.stderr).not.toContain("audit.mendCounters");
  expect(run("audit.mendCounters", "--fact", id).stderr).toContain("is run by a schedule and takes no facts");
  const other = run("push.sendPushes", "--fact", id);
  expect([other.status, other.stderr]).toEqual([
    1,
    `push.sendPushes does not take mute.created ${id}; its jobs: feed.dropWindows\n`,
  ]);
  const usage = "usage: pnpm job <name> --fact <id of a fact or of a dead letter>\n";
  for (const words of [["feed.dropWindows"], ["feed.dropWindows", "--fact", "9223372036854775808"]]) {
    const { status, stderr } = run(...words);
    expect([status, stderr]).toEqual([64, usage]);
  }
  const { id: unreadable } = await deps.db.sql.one(insertUnreadableFact);
  expect(run("feed.dropWindows", "--fact", unreadable).stderr).toContain("cannot be read: the payload does not fit");
}, 120_000);
