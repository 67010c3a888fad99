// `migrate deploy`, `status` and `generate` on a real PostgreSQL, with every other connection refused.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { invisibleSql, migration, sample } from "./sample.ts";
import { createProject, guardEnv, queryServer, runNode } from "./testing.ts";

describe.concurrent("deploy and status", { timeout: 120_000 }, () => {
  test("deploy creates the database and applies hand-written SQL, and a second deploy changes nothing", async () => {
    await using project = createProject(sample);
    project.write("migrations/0002_more/migration.sql", invisibleSql);
    const first = await project.migrate(["deploy"]);
    expect(first.output).toContain("All migrations have been successfully applied");
    expect(first.exitCode).toBe(0);
    await project.query("insert into person (handle, score) values ('ann', 1)");
    expect(await project.query("select id, kind from person")).toEqual([{ id: "1", kind: "ONE" }]);

    const second = await project.migrate(["deploy"]);
    expect(second.output).toContain("No pending migrations to apply");
    expect(second.exitCode).toBe(0);
    expect(await project.query("select count(*)::int as n from _prisma_migrations")).toEqual([{ n: 2 }]);
    expect(project.refusedConnections()).toEqual([]);
  });

  test("status names what is pending, and exits with 0 only when nothing is", async () => {
    await using project = createProject(sample);
    await project.migrate(["deploy"]);
    const upToDate = await project.migrate(["status"]);
    expect(upToDate.output).toContain("Database schema is up to date");
    expect(upToDate.exitCode).toBe(0);

    project.write("migrations/0002_more/migration.sql", invisibleSql);
    const behind = await project.migrate(["status"]);
    expect(behind.output).toContain("0002_more");
    expect(behind.exitCode).toBe(1);
    expect(project.refusedConnections()).toEqual([]);
  });

  test("a migration that fails leaves nothing behind, blocks the next, and can be resolved", async () => {
    await using project = createProject(sample);
    project.write("migrations/0002_bad/migration.sql", "create table half (id int);\nselect 1 / 0;\n");
    const failed = await project.migrate(["deploy"]);
    expect(failed.exitCode).toBe(1);
    expect(failed.output).toContain("division by zero");
    expect(failed.output).toContain("0002_bad");
    expect(await project.query("select to_regclass('half') as half")).toEqual([{ half: null }]);
    expect((await project.migrate(["status"])).output).toContain("Following migration have failed");

    expect((await project.migrate(["deploy"])).output).toContain("P3009");
    expect((await project.migrate(["resolve", "--rolled-back", "0002_bad"])).exitCode).toBe(0);
    project.write("migrations/0002_bad/migration.sql", "create table half (id int);\n");
    expect((await project.migrate(["deploy"])).exitCode).toBe(0);
  });

  test("two deploys at the same moment apply each migration once", async () => {
    await using project = createProject(sample);
    await queryServer(`create database ${project.databaseName}`);
    const answers = await Promise.all([project.migrate(["deploy"]), project.migrate(["deploy"])]);
    expect(answers.map((answer) => answer.exitCode)).toEqual([0, 0]);
    expect(await project.query("select count(*)::int as n from _prisma_migrations")).toEqual([{ n: 1 }]);
  });

  test("an unreachable server, a missing database and a missing DATABASE_URL are told apart", async () => {
    await using project = createProject(sample);
    const missing = await project.migrate(["status"]);
    expect(missing.output).toContain("P1003");
    const closed = await project.migrate(["deploy"], {
      DATABASE_URL: "postgresql://nobody@127.0.0.1:9/none",
      GUARD_ALLOWED_PORT: "9",
    });
    expect(closed.output).toContain("P1001");
    const unset = await project.migrate(["deploy"], { DATABASE_URL: "" });
    expect([missing.exitCode, closed.exitCode, unset.exitCode]).toEqual([1, 1, 1]);
  });

  test("generate needs neither a database nor a network", async () => {
    await using project = createProject({ ...sample, "migrations/0001_init/migration.sql": migration });
    const answer = await project.migrate(["generate"], { DATABASE_URL: "", GUARD_ALLOWED_PORT: "none" });
    expect(answer.exitCode).toBe(0);
    expect(existsSync(join(project.folder, "generated/client.ts"))).toBe(true);
    expect(project.refusedConnections()).toEqual([]);
  });

  test("the guard does refuse, so that its silence means something", async () => {
    await using project = createProject({});
    const script = "fetch('http://192.0.2.1/').catch(() => process.exit(3))";
    const answer = await runNode(["-e", script], guardEnv(join(project.folder, "refused.log"), "5432"));
    expect(answer.exitCode).toBe(3);
    expect(project.refusedConnections()).toEqual(["192.0.2.1:80"]);
  });
});
