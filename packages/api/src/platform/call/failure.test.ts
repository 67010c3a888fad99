// What the database throws, by SQL and by Prisma, becomes the same answer.
import { createDb, type Db, isRetryable, type Statement, sqlState, statement } from "@pixora/db";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openTestDeps, type TestDeps } from "../../testing/test-deps.ts";
import { waitFor } from "../../testing/wait-for.ts";
import { readReadiness } from "../process/readiness.ts";
import { isStoreAway, isStoreBusy, nameFailure } from "./failure.ts";

let deps: TestDeps;

beforeAll(async () => {
  deps = await openTestDeps();
});
afterAll(() => deps.close());

const selectKey: Statement<{ id: number }> = statement("test.selectKey", "select id from push_keys where id = 1");

const ways: [string, (db: Db) => Promise<unknown>][] = [
  ["SQL", (db) => db.sql.maybe(selectKey)],
  ["Prisma", (db) => db.prisma.pushKey.findUnique({ where: { id: 1 } })],
];

/** What a work fails with. */
async function failureOf(work: Promise<unknown>): Promise<unknown> {
  const outcome = await work.then(
    () => null,
    (error: unknown) => ({ error }),
  );
  if (outcome === null) throw new Error("it did not fail");
  return outcome.error;
}

function expectUnavailable(error: unknown): void {
  expect(nameFailure(error)).toMatchObject({ code: "service.unavailable", retryAfterMs: 1_000 });
}

describe.each(ways)("a database that is used by %s", (_way, read) => {
  test("and whose pool is busy is unavailable, and counts as away", async () => {
    const db = createDb({ url: deps.databaseUrl, maxConnections: 1, poolWaitMs: 1_000 });
    const held = await db.pool.connect();
    const error = await failureOf(read(db));
    held.release();
    await db.close();
    expectUnavailable(error);
    expect(isStoreAway(error)).toBe(true);
  });

  test.each([
    ["keeps a lock for too long", "-c lock_timeout=50ms", "55P03"],
    ["answers too slowly", "-c statement_timeout=50ms", "57014"],
  ])("and %s is unavailable, and busy rather than away", async (_case, option, state) => {
    const unlock = await lockKeys();
    // Without the timeouts of createDb, which would come last and win.
    const db = createDb({ url: urlWith(option), hasTimeouts: false });
    const error = await failureOf(read(db));
    await unlock();
    await db.close();
    expect(sqlState(error)).toBe(state);
    expectUnavailable(error);
    expect([isStoreBusy(error), isStoreAway(error)]).toEqual([true, false]);
  });

  test("and ends its connections is unavailable, and away", async () => {
    const unlock = await lockKeys();
    const db = createDb({ url: deps.databaseUrl, applicationName: "pixora-ended" });
    const failing = failureOf(read(db));
    await endWaiting();
    const error = await failing;
    await unlock();
    await db.close();
    expectUnavailable(error);
    expect(isStoreAway(error)).toBe(true);
  });

  test.each([
    ["does not listen", "postgresql://nobody:nothing@127.0.0.1:1/nowhere"],
    ["has no address", "postgresql://nobody:nothing@nowhere.invalid:5432/nowhere"],
  ])("and %s is unavailable, and away", async (_case, url) => {
    const db = createDb({ url });
    const error = await failureOf(read(db));
    await db.close();
    expectUnavailable(error);
    expect(isStoreAway(error)).toBe(true);
  });
});

const writes: [string, (db: Db) => Promise<unknown>][] = [
  ["SQL", (db) => db.inTransaction((tx) => tx.run(statement("test.touchKey", "update push_keys set id = id")))],
  ["Prisma", (db) => db.prisma.pushKey.deleteMany({ where: { id: 7 } })],
];

test.each(writes)(
  "a database that takes no writes, as one that was demoted, is away for a write by %s",
  async (_way, write) => {
    const db = createDb({ url: urlWith("-c default_transaction_read_only=on"), maxConnections: 1 });
    const error = await failureOf(write(db));
    expect(sqlState(error)).toBe("25006");
    expectUnavailable(error);
    expect(isStoreAway(error)).toBe(true);
    const readiness = await readReadiness({ db, redis: deps.redis });
    await db.close();
    expect(readiness).toMatchObject({
      isReady: false,
      reason: "the database takes no writes: its transactions are read-only",
    });
  },
);

test("the connection that met a server without writes is not kept for the next transaction", async () => {
  const db = createDb({ url: urlWith("-c default_transaction_read_only=on"), maxConnections: 1 });
  const readPid = async () => (await db.pool.query<{ pid: number }>("select pg_backend_pid() as pid")).rows[0]?.pid;
  const before = await readPid();
  await failureOf(db.inTransaction((tx) => tx.run(statement("test.touchKeys", "update push_keys set id = id"))));
  expect(await readPid()).not.toBe(before);
  await db.close();
});

test.each([
  ["the password", (url: URL) => Object.assign(url, { password: "not-it" }), /refuses the password/],
  ["the database", (url: URL) => Object.assign(url, { pathname: "/no_such_database" }), /no database of that name/],
])("readiness names a wrong %s, and not what was given", async (_what, spoil, reason) => {
  const db = createDb({ url: spoil(new URL(deps.databaseUrl)).toString() });
  const readiness = await readReadiness({ db, redis: deps.redis });
  await db.close();
  expect(readiness.reason).toMatch(reason);
  expect(JSON.stringify(readiness)).not.toMatch(/not-it|no_such_database/);
});

test.each([
  ["40001", true],
  ["40P01", true],
  ["23505", false],
])("SQLSTATE %s is read from what Prisma throws", async (state, isOfRivals) => {
  const raising = deps.db.prisma.$executeRawUnsafe(`do $$ begin raise exception using errcode = '${state}'; end $$`);
  const error = await failureOf(raising);
  expect(sqlState(error)).toBe(state);
  expect([isRetryable(error), isStoreBusy(error)]).toEqual([isOfRivals, isOfRivals]);
});

test("Prisma refuses a condition that is undefined, which would leave it out", async () => {
  const where = { id: undefined as unknown as number };
  const error = await failureOf(deps.db.prisma.pushKey.findMany({ where }));
  expect(nameFailure(error).code).toBe("internal");
});

/** Locks the table that `read` reads; answers what unlocks it. */
async function lockKeys(): Promise<() => Promise<void>> {
  const client = await deps.db.pool.connect();
  await client.query("begin");
  await client.query("lock table push_keys in access exclusive mode");
  return async () => {
    await client.query("rollback");
    client.release();
  };
}

function urlWith(option: string): string {
  const url = new URL(deps.databaseUrl);
  url.searchParams.set("options", option);
  return url.toString();
}

/** Ends the connection of "pixora-ended" once it waits for a lock. */
async function endWaiting(): Promise<void> {
  const end: Statement<{ isEnded: boolean }> = statement(
    "test.endWaiting",
    `select pg_terminate_backend(pid) as "isEnded" from pg_stat_activity
     where application_name = 'pixora-ended' and wait_event_type = 'Lock'`,
  );
  await waitFor("a connection that waits", async () => (await deps.db.sql.maybe(end))?.isEnded === true);
}
