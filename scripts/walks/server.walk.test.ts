// The server as a process: what it tells operators on its private port, and that it ends when told to.
import { waitFor } from "@pixora/api/testing";
import { afterEach, expect, test } from "vitest";
import { type House, openHouse } from "./house.ts";

let house: House;
afterEach(() => house.close());

test("it tells of streams, pools, caches and delays on a port of its own, and ends at once on SIGTERM", async () => {
  house = await openHouse();
  const server = await house.startServer();
  const { pixora } = await house.signUp(server, "watched");
  pixora.live.onEvent.subscribe(undefined, {});
  const readMetrics = async () => (await fetch(server.metricsUrl)).text();
  await waitFor("the stream to be counted", async () => (await readMetrics()).includes("pixora_open_streams 1"));
  await pixora.post.create.mutate({ caption: "counted" });
  await pixora.feed.home.query({});
  const metrics = await readMetrics();
  for (const name of [
    "nodejs_eventloop_lag_p99_seconds",
    "process_resident_memory_bytes",
    "pixora_pg_pool_connections",
    "pixora_pg_pool_waiting 0",
    "pixora_redis_circuit_open 0",
    'pixora_feed_pages_total{source="sql"}',
    'pixora_post_bodies_total{outcome="miss"}',
  ]) {
    expect(metrics).toContain(name);
  }
  expect((await fetch(`${server.url}/metrics`)).status).toBe(404);
  await server.end("SIGTERM");
  expect(server.exitCode()).toBe(0);
});
