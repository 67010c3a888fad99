// The worker as a process: its private port, its configuration, and that it ends when told to, whatever Redis does.
import { spawnSync } from "node:child_process";
import { afterEach, expect, test } from "vitest";
import { type House, openHouse } from "./house.ts";

let house: House;
afterEach(() => house.close());

test("it answers on its private port, with metrics of facts and queues, and ends at once on SIGTERM", async () => {
  house = await openHouse();
  const worker = await house.startWorker();
  expect((await fetch(`${worker.url}/healthz`)).status).toBe(200);
  expect(await (await fetch(`${worker.url}/readyz`)).json()).toMatchObject({ isReady: true, postgres: "ok" });
  const metrics = await (await fetch(`${worker.url}/metrics`)).text();
  expect(metrics).toContain("pixora_oldest_fact_age_ms 0");
  expect(metrics).toContain('pixora_jobs{queue="fast",state="waiting"} 0');
  expect(metrics).toContain("pixora_dead_letters 0");
  expect(metrics).toContain('pixora_counter_drift_total{counter="post_counts.like_count"} 0');
  expect(metrics).toContain("nodejs_eventloop_lag");
  expect(await (await fetch(`${worker.url}/queues`)).text()).toContain("<title>Pixora</title>");
  const board = (await (await fetch(`${worker.url}/queues/api/queues`)).json()) as { queues: object[] };
  expect(board.queues).toHaveLength(6);
  expect(board.queues[0]).toMatchObject({ name: "fast", readOnlyMode: true, counts: { failed: 0 } });
  const refused = await fetch(`${worker.url}/queues/api/queues/fast/pause`, { method: "PUT" });
  expect(refused.status).toBe(405);
  expect(await worker.end("SIGTERM")).toBeLessThan(3_000);
});

test("it ends within its deadline though Redis is gone", async () => {
  house = await openHouse({ hasOwnRedis: true });
  const worker = await house.startWorker({ env: { WORKER_CLOSE_TIMEOUT_MS: "1000" } });
  await house.redis?.kill();
  expect((await fetch(`${worker.url}/queues/api/queues`)).status).toBe(503);
  expect(await worker.end("SIGTERM")).toBeLessThan(9_000);
});

test("it refuses queues that do not exist", async () => {
  house = await openHouse();
  const run = spawnSync(process.execPath, ["apps/worker/src/main.ts"], {
    env: {
      PATH: process.env.PATH,
      DATABASE_URL: "postgresql://127.0.0.1/none",
      REDIS_URL: house.redisUrl,
      JWT_SECRET: "walk-secret-walk-secret-walk-secret-0001",
      WORKER_QUEUES: "fast,slow",
    },
    encoding: "utf8",
  });
  expect(run.status).toBe(78);
  expect(run.stderr).toContain("WORKER_QUEUES: some of fast, feed, bulk");
});
