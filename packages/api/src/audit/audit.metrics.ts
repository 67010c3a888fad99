// What operators watch of the audit: how much was wrong, and that it goes round.
import { Counter, Gauge, type Registry } from "prom-client";
import type { Deps } from "../platform/process/deps.ts";
import { readPosition } from "./audit.position.ts";
import { driftTallyOf } from "./audit.tally.ts";

/** Adds the audit's metrics to a worker's registry. */
export function watchAudit(registry: Registry, deps: Pick<Deps, "redis">): void {
  new Counter({
    name: "pixora_counter_drift_total",
    help: "Counters and heads that did not agree with their rows and were mended",
    labelNames: ["counter"],
    registers: [registry],
    collect() {
      this.reset();
      for (const [counter, count] of driftTallyOf(deps)) this.inc({ counter }, count);
    },
  });
  new Gauge({
    name: "pixora_counter_audit_ended_seconds",
    help: "When the last full round of the audit of all counters ended, in Unix time",
    registers: [registry],
    async collect() {
      const position = await readPosition(deps).catch(() => null);
      // A round that never ended, or a Redis that is away, leaves a gap in the curve, not a zero.
      this.set(position?.endedAtMs == null ? Number.NaN : position.endedAtMs / 1_000);
    },
  });
}
