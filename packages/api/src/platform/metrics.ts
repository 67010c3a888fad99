// What operators watch, in Prometheus' text format: event loop, memory, pool, Redis circuit.
import { collectDefaultMetrics, Gauge, Registry } from "prom-client";
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
