// What operators watch, in Prometheus' text format: event loop, memory, pool, Redis circuit.
import { collectDefaultMetrics, Gauge, Registry } from "prom-client";
import { countOpenStreams } from "../call/open-streams.ts";
import type { Deps } from "./deps.ts";

/** Makes a process's registry. Rooms add their own gauges to it. */
export function createMetrics(deps: Deps): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(read());
      },
    });
  gauge("pixora_pg_pool_connections", "Open connections to PostgreSQL", () => deps.db.pool.totalCount);
  gauge("pixora_pg_pool_idle", "Connections that nobody uses", () => deps.db.pool.idleCount);
  gauge("pixora_pg_pool_waiting", "Callers that wait for a connection", () => deps.db.pool.waitingCount);
  gauge("pixora_redis_circuit_open", "1 while Redis is skipped", () => Number(deps.redis.isCircuitOpen()));
  return registry;
}

/** Adds what operators watch of a server: the streams that clients hold open. */
export function watchStreams(registry: Registry, deps: Pick<Deps, "config">): void {
  new Gauge({
    name: "pixora_open_streams",
    help: "Streams that clients hold open",
    registers: [registry],
    collect() {
      this.set(countOpenStreams(deps));
    },
  });
}

/** Adds what operators watch of mails and pushes: those that are not over, by channel and state. */
export function watchDeliveries(
  registry: Registry,
  read: () => Promise<readonly { channel: string; state: string; count: number }[]>,
): void {
  new Gauge({
    name: "pixora_deliveries",
    help: "Mails and pushes under way or cut off (sending), waiting for a provider, given up (failed)",
    labelNames: ["channel", "state"],
    registers: [registry],
    async collect() {
      this.reset();
      for (const { channel, state, count } of await read().catch(() => [])) this.set({ channel, state }, count);
    },
  });
}

/** Adds what operators watch of the worker: unfinished facts, dead letters, jobs by queue and state. */
export function watchJobs(
  registry: Registry,
  read: {
    oldestFactAgeMs: () => Promise<number>;
    deadLetters: () => Promise<number>;
    jobs: () => Promise<Record<string, object>>;
  },
): void {
  const number = (name: string, help: string, ask: () => Promise<number>) =>
    new Gauge({
      name,
      help,
      registers: [registry],
      async collect() {
        // A store that is away leaves a gap in the curve, not a zero.
        this.set(await ask().catch(() => Number.NaN));
      },
    });
  number("pixora_oldest_fact_age_ms", "Age of the oldest fact that is not finished", read.oldestFactAgeMs);
  number("pixora_dead_letters", "Facts that a job gave up", read.deadLetters);
  new Gauge({
    name: "pixora_jobs",
    help: "Jobs in the queues",
    labelNames: ["queue", "state"],
    registers: [registry],
    async collect() {
      this.reset();
      const queues = await read.jobs().catch(() => ({}));
      for (const [queue, states] of Object.entries(queues)) {
        for (const [state, count] of Object.entries(states)) this.set({ queue, state }, Number(count));
      }
    },
  });
}
