// The access matrix: every procedure of the router × who calls × what is looked at, against what API.md promises.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openTestDeps, openTestServer, type TestDeps } from "./testing/index.ts";
import { paths } from "./testing/matrix/call.ts";
import { runRoutes } from "./testing/matrix/routes.ts";
import { rows } from "./testing/matrix/rows.ts";
import { runMatrix } from "./testing/matrix/run.ts";
import { createTargets, type Targets } from "./testing/matrix/targets.ts";

let deps: TestDeps;
let targets: Targets;

beforeAll(async () => {
  deps = await openTestDeps({ env: { DATABASE_POOL_SIZE: "16" } });
  targets = await createTargets(deps);
}, 120_000);

afterAll(() => deps.close());

describe("the access matrix", () => {
  const uncovered = paths.filter((path) => !rows.some((row) => row.path === path));

  test("has a row for every procedure, and none for what the router does not have", () => {
    expect(uncovered, "procedures without a row in testing/matrix").toEqual([]);
    expect(rows.map((row) => row.path).filter((path) => !paths.includes(path))).toEqual([]);
  });

  test("holds for the HTTP routes, whoever's token comes along", { timeout: 60_000 }, async () => {
    const server = await openTestServer({ deps });
    const { cells, unexpected } = await runRoutes(async ({ path, accessToken }) => {
      const answer = await server.request({ path, ...(accessToken === null ? {} : { token: accessToken }) });
      return answer.status;
    }, targets);
    await server.close();
    console.log(`matrix of routes: ${cells} cells, unexpected ${unexpected.length}`);
    expect(unexpected).toEqual([]);
  });

  test("is what everyone gets", { timeout: 180_000 }, async () => {
    const { cells, unexpected } = await runMatrix(deps, { targets, rows });
    console.log(`matrix: ${cells} cells, unexpected ${unexpected.length}, uncovered ${uncovered.length}`);
    expect(unexpected).toEqual([]);
    expect(cells).toBeGreaterThan(paths.length * targets.length * 10);
  });
});
