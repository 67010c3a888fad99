// How often this process found each counter wrong.
import { onePerDeps } from "../platform/process/per-deps.ts";
import { auditedCounters } from "./audit.tables.ts";

/** Counters by name, as in "post_counts.like_count", each with how many subjects' were mended since the start. */
export const driftTallyOf = onePerDeps((_deps: object) => new Map(auditedCounters.map((name) => [name, 0])));

/** Counts mended subjects. */
export function noteDrift(deps: object, input: { counter: string; count: number }): void {
  const tally = driftTallyOf(deps);
  tally.set(input.counter, (tally.get(input.counter) ?? 0) + input.count);
}
