// PostgreSQL and Redis of the scripts keep what was acknowledged through a kill -9, survive a killed owner, and leave
// nothing running behind one.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { queryOnce, stateDir } from "./open.mjs";
import { startPostgres, TEST_POSTGRES_SETTINGS } from "./postgres.mjs";
import { isSameProcessAlive, processIdentity, waitUntil } from "./process.mjs";
import { startRedis } from "./redis.mjs";

let dir;
const stops = [];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "pixora-services-"));
});
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
  rmSync(dir, { recursive: true, force: true });
});

async function openPostgres() {
  const postgres = await startPostgres({ dir, settings: TEST_POSTGRES_SETTINGS });
  stops.push(postgres.stop);
  return postgres;
}

test("a killed PostgreSQL comes back at the same address with every acknowledged row", async () => {
  const postgres = await openPostgres();
  const [{ zone }] = await queryOnce(postgres.url, "select current_setting('timezone') as zone");
  expect(zone).toBe("UTC");
  await queryOnce(postgres.url, "create table kept as select 1 as n");
  const { url, port } = postgres;
  await postgres.kill();
  expect(postgres.exited()).toBe(true);
  await postgres.restart();
  expect([postgres.url, postgres.port]).toEqual([url, port]);
  expect(await queryOnce(url, "select n from kept")).toEqual([{ n: 1 }]);
});

test("a folder in use is refused to a second owner, and shared with one that attaches", async () => {
  const postgres = await openPostgres();
  // The claim is by process, so the second one has to be another process.
  const script = `
    import { startPostgres } from ${JSON.stringify(new URL("./postgres.mjs", import.meta.url).href)};
    const refused = await startPostgres({ dir: process.argv[1] }).then(() => "", (error) => error.message);
    const shared = await startPostgres({ dir: process.argv[1], attach: true });
    await shared.stop();
    console.log(JSON.stringify({ refused, pid: shared.pid }));`;
  const { pid, refused } = JSON.parse(await runScript(script));
  expect(refused).toContain(`in use by process ${process.pid}`);
  expect(pid).toBe(postgres.pid);
  expect(postgres.exited()).toBe(false);
});

test("an owner that is killed leaves no PostgreSQL running, and the next one finds its rows", async () => {
  const script = `
    import { startPostgres } from ${JSON.stringify(new URL("./postgres.mjs", import.meta.url).href)};
    import { queryOnce } from ${JSON.stringify(new URL("./open.mjs", import.meta.url).href)};
    const postgres = await startPostgres({ dir: process.argv[1], settings: ${JSON.stringify(TEST_POSTGRES_SETTINGS)} });
    await queryOnce(postgres.url, "create table kept as select 2 as n");
    process.stdout.write(String(postgres.pid), () => process.kill(process.pid, "SIGKILL"));`;
  const orphan = processIdentity(Number(await runScript(script)));
  expect(await waitUntil(() => !isSameProcessAlive(orphan), { timeoutMs: 10_000 })).toBe(true);
  const postgres = await openPostgres();
  expect(await queryOnce(postgres.url, "select n from kept")).toEqual([{ n: 2 }]);
});

test("a killed Redis that is durable comes back with its keys", async () => {
  const { Redis } = await import("ioredis");
  const redis = await startRedis({ dir, toolsDir: join(stateDir, "tools") });
  stops.push(redis.stop);
  const client = new Redis(redis.url, { maxRetriesPerRequest: null });
  client.on("error", () => {}); // the kill below
  stops.unshift(async () => client.disconnect());
  await client.set("kept", "1");
  await redis.kill();
  await redis.restart();
  expect(await client.get("kept")).toBe("1");
  expect((await client.config("GET", "maxmemory-policy"))[1]).toBe("noeviction");
});

function runScript(script) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ["--input-type=module", "-e", script, dir], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let output = "";
    child.stdout.on("data", (chunk) => {
      output += chunk;
    });
    child.on("error", reject);
    child.on("close", () => resolve(output));
  });
}
