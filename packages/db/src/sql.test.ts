import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createDb, createDbOn, type Db, idAt, instantOfId, PoolBusyError, statement, type Tx } from "./index.ts";

let db: Db;

beforeAll(() => {
  db = createDb({ url: process.env.TEST_DATABASE_URL ?? "", maxConnections: 4, hasTimeouts: true });
});

afterAll(() => db.close());

describe("sessions", () => {
  test("are in UTC and bounded in time", async () => {
    const shown = statement<{ zone: string; statement: string; lock: string; idle: string }>(
      "test.settings",
      `select current_setting('timezone') as zone, current_setting('statement_timeout') as statement,
              current_setting('lock_timeout') as lock, current_setting('idle_in_transaction_session_timeout') as idle`,
    );
    expect(await db.sql.one(shown)).toEqual({ zone: "UTC", statement: "5s", lock: "2s", idle: "10s" });
  });
});

describe("statements", () => {
  test("two texts under one name do not share a prepared statement", async () => {
    expect(await db.sql.one(statement<{ n: number }>("test.same", "select 1 as n"))).toEqual({ n: 1 });
    expect(await db.sql.one(statement<{ n: number }>("test.same", "select 2 as n"))).toEqual({ n: 2 });
  });

  test("two clients of Prisma on one connection do not share one for two texts", async () => {
    const one = createDb({ url: process.env.TEST_DATABASE_URL ?? "", maxConnections: 1 });
    const other = createDbOn(one.pool);
    expect(await one.prisma.$queryRawUnsafe("select 1 as n")).toEqual([{ n: 1 }]);
    expect(await other.prisma.$queryRawUnsafe("select 2 as n")).toEqual([{ n: 2 }]);
    expect(await other.prisma.$queryRawUnsafe("select 1 as n")).toEqual([{ n: 1 }]);
    await other.prisma.$disconnect();
    await one.close();
  });

  test("int8 comes back as a decimal string", async () => {
    const largest = statement<{ n: string }>("test.int8", "select 9223372036854775807::bigint as n");
    expect((await db.sql.one(largest)).n).toBe("9223372036854775807");
  });
});

describe("transactions", () => {
  test("roll back as a whole and leave the connection usable", async () => {
    const failing = db.inTransaction(async (tx) => {
      await tx.run(statement("test.temp", "create temporary table t (n int)"));
      throw new Error("no");
    });
    await expect(failing).rejects.toThrow("no");
    const missing = statement<{ t: string | null }>("test.regclass", "select to_regclass('pg_temp.t')::text as t");
    expect(await db.sql.one(missing)).toEqual({ t: null });
  });

  test("run again after a serialization failure", async () => {
    let attempts = 0;
    const answer = await db.inTransaction(async (tx) => {
      attempts += 1;
      if (attempts < 3)
        await tx.run(statement("test.raise", "do $$ begin raise exception using errcode = '40001'; end $$"));
      return attempts;
    });
    expect(answer).toBe(3);
  });

  test("fail, and nothing more, when their connection breaks between two statements", async () => {
    const pidOf = statement<{ pid: number }>("test.pid", "select pg_backend_pid() as pid");
    const kill = statement("test.kill", "select pg_terminate_backend($1)");
    const failing = db.inTransaction(async (tx) => {
      const { pid } = await tx.one(pidOf);
      await db.sql.run(kill, [pid]);
      await new Promise((resolve) => setTimeout(resolve, 200));
      return tx.one(pidOf);
    });
    await expect(failing).rejects.toThrow();
    expect((await db.sql.one(pidOf)).pid).toBeGreaterThan(0);
  });

  test("give up on another error at once", async () => {
    let attempts = 0;
    const failing = db.inTransaction(async (tx) => {
      attempts += 1;
      await tx.run(statement("test.zero", "select 1/0"));
    });
    await expect(failing).rejects.toMatchObject({ code: "22012" });
    expect(attempts).toBe(1);
  });
});

describe("statements that go out with the commit", () => {
  const makeTable = statement("test.make", "create table if not exists later_test (n int primary key)");
  const insert = statement<{ n: number }>("test.later", "insert into later_test values ($1) returning n");
  const count = statement<{ count: number }>("test.count", "select count(*)::int as count from later_test");

  beforeAll(() => db.sql.run(makeTable));
  afterAll(() => db.sql.run(statement("test.drop", "drop table later_test")));

  test("take effect, and give their rows once they are committed", async () => {
    const rows = await db.inTransaction(async (tx) => {
      await tx.many(insert, [1]);
      const later = tx.later(insert, [2]);
      expect(later).toThrow("no answer before the commit");
      return later;
    });
    expect(rows()).toEqual([{ n: 2 }]);
    expect(await db.sql.one(count)).toEqual({ count: 2 });
  });

  test("fail the transaction when they fail, and nothing of it is left", async () => {
    const failing = db.inTransaction(async (tx) => {
      await tx.many(insert, [3]);
      tx.later(insert, [1]);
      tx.later(insert, [4]);
    });
    await expect(failing).rejects.toMatchObject({ code: "23505" });
    expect(await db.sql.one(count)).toEqual({ count: 2 });
  });

  test("run again with the rest when they meet a rival", async () => {
    let attempts = 0;
    const raise = statement("test.rival", "do $$ begin raise exception using errcode = '40P01'; end $$");
    await db.inTransaction(async (tx) => {
      attempts += 1;
      tx.later(insert, [5]);
      if (attempts === 1) tx.later(raise);
    });
    expect(attempts).toBe(2);
    expect(await db.sql.one(count)).toEqual({ count: 3 });
  });

  test("commit nothing when one of them fails before it is sent, and are refused after the end", async () => {
    const unsendable = {
      toPostgres() {
        throw new Error("no such value");
      },
    };
    let ended: Tx | undefined;
    const failing = db.inTransaction(async (tx) => {
      ended = tx;
      await tx.many(insert, [7]);
      tx.later(insert, [unsendable]);
    });
    await expect(failing).rejects.toThrow("no such value");
    expect(await db.sql.one(count)).toEqual({ count: 3 });
    expect(() => ended?.later(insert, [8])).toThrow("after the end");
  });

  test("are not left over when the work fails for another reason", async () => {
    const failing = db.inTransaction(async (tx) => {
      tx.later(insert, [6]);
      throw new Error("no");
    });
    await expect(failing).rejects.toThrow("no");
    expect(await db.sql.one(count)).toEqual({ count: 3 });
  });
});

describe("a full pool", () => {
  test("ends in PoolBusyError after the bound", async () => {
    const small = createDb({ url: process.env.TEST_DATABASE_URL ?? "", maxConnections: 1, poolWaitMs: 500 });
    const held = await small.pool.connect();
    await expect(small.sql.one(statement("test.one", "select 1 as n"))).rejects.toBeInstanceOf(PoolBusyError);
    await expect(small.inTransaction(async () => undefined)).rejects.toBeInstanceOf(PoolBusyError);
    held.release();
    await small.close();
  });
});

describe("ids", () => {
  test("of one statement are distinct and carry their instant", async () => {
    // A copy: nobody may be connected to the template while others copy it.
    const name = `ids_${randomBytes(6).toString("hex")}`;
    await db.pool.query(`create database ${name} template ${process.env.TEST_TEMPLATE_DATABASE}`);
    const url = new URL(process.env.TEST_DATABASE_URL ?? "");
    url.pathname = `/${name}`;
    const clone = createDb({ url: url.toString(), maxConnections: 1, hasTimeouts: false });
    const made = statement<{ total: string; distinct: string; newest: string }>(
      "test.ids",
      `select count(*) as total, count(distinct id) as distinct, max(id) as newest
       from (select next_id() as id from generate_series(1, 200000)) ids`,
    );
    const { total, distinct, newest } = await clone.sql.one(made);
    await clone.close();
    await db.pool.query(`drop database ${name} with (force)`);
    expect(distinct).toBe(total);
    expect(Math.abs(instantOfId(BigInt(newest)).getTime() - Date.now())).toBeLessThan(5_000);
  });

  test("of an instant are no greater than those made in it, and none exist before the epoch", () => {
    const instant = new Date("2026-05-04T03:02:01.000Z");
    expect(instantOfId(idAt(instant))).toEqual(instant);
    expect(() => idAt(new Date("2023-12-31T23:59:59Z"))).toThrow(RangeError);
  });
});
