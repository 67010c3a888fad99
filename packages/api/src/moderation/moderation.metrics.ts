// What operators watch of the moderation: the queue, how long it takes, what is taken back.
import { Gauge, type Registry } from "prom-client";
import type { Deps } from "../platform/process/deps.ts";
import { readDayFigures, readQueueFigures } from "./moderation.figures.ts";

/** Adds the figures of the moderation to a worker's registry. A store that is away leaves gaps. */
export function watchModeration(registry: Registry, deps: Pick<Deps, "db" | "clock">): void {
  new Gauge({
    name: "pixora_moderation_cases",
    help: "Open cases: all, appeals among them, and those that a moderator looks at",
    labelNames: ["which"],
    registers: [registry],
    async collect() {
      this.reset();
      const figures = await readQueueFigures(deps).catch(() => null);
      if (figures === null) return;
      this.set({ which: "open" }, figures.open);
      this.set({ which: "appeals" }, figures.appeals);
      this.set({ which: "leased" }, figures.leased);
      oldest.set(figures.oldestAt === null ? 0 : (deps.clock.now().getTime() - figures.oldestAt.getTime()) / 1_000);
    },
  });
  const oldest = new Gauge({
    name: "pixora_moderation_oldest_case_seconds",
    help: "How long the oldest open case has waited",
    registers: [registry],
  });
  const handling = new Gauge({
    name: "pixora_moderation_handling_seconds",
    help: "Of cases closed in the last day: from opening (wait) and from the first lease (handling) to the end",
    labelNames: ["kind", "part"],
    registers: [registry],
  });
  const decisions = new Gauge({
    name: "pixora_moderation_decisions",
    help: "Decisions of the last day by action, and how many of them were taken back",
    labelNames: ["action", "state"],
    registers: [registry],
  });
  new Gauge({
    name: "pixora_moderation_closed",
    help: "Cases closed in the last day",
    labelNames: ["kind"],
    registers: [registry],
    async collect() {
      for (const gauge of [this, handling, decisions]) gauge.reset();
      const day = await readDayFigures(deps).catch(() => null);
      for (const { kind, closed, waitSeconds, handlingSeconds } of day?.handling ?? []) {
        this.set({ kind }, closed);
        handling.set({ kind, part: "wait" }, waitSeconds);
        handling.set({ kind, part: "handling" }, handlingSeconds);
      }
      for (const { action, count, reversed } of day?.decided ?? []) {
        decisions.set({ action, state: "made" }, count);
        decisions.set({ action, state: "reversed" }, reversed);
      }
    },
  });
}
