// What a workload tells: rows for a table, ratios, and claims that hold or do not. Printed for people, and as JSON.
import { availableParallelism, cpus, loadavg } from "node:os";
import { medianOf, type Samples } from "./rounds.ts";
import { postgresSettings, redisSettings } from "./services.ts";

export interface Claim {
  what: string;
  value: number;
  /** At least, or at most, this much. */
  atLeast?: number;
  atMost?: number;
}

export interface Report {
  /** Each row is a side or a case; all have the same columns. */
  rows: Record<string, string | number>[];
  claims: Claim[];
  /** Further figures, by name. */
  figures?: Record<string, number | string>;
}

/** The medians of one side, as a row; `more` comes after its name. */
export function sideRow(samples: Samples, side: string, more: Report["rows"][number] = {}): Report["rows"][number] {
  return {
    side,
    ...more,
    "req/s": medianOf(samples, side, (sample) => sample.perSecond),
    "p50 ms": medianOf(samples, side, (sample) => sample.p50Ms),
    "p99 ms": medianOf(samples, side, (sample) => sample.p99Ms),
    "node us": medianOf(samples, side, (sample) => sample.cpuUs.node ?? 0),
    "pg us": medianOf(samples, side, (sample) => sample.cpuUs.postgres ?? 0),
    "redis us": medianOf(samples, side, (sample) => sample.cpuUs.redis ?? 0),
    errors: medianOf(samples, side, (sample) => sample.errors),
  };
}

/** Whether a claim holds. NaN never does. */
export function holds({ value, atLeast, atMost }: Claim): boolean {
  return (atLeast === undefined || value >= atLeast) && (atMost === undefined || value <= atMost);
}

function shown(value: string | number | undefined): string {
  if (typeof value !== "number") return value ?? "";
  if (!Number.isFinite(value)) return String(value);
  if (Math.abs(value) >= 1_000) return Math.round(value).toLocaleString("en-US");
  return value.toFixed(Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2);
}

/** Rows as an aligned text. */
export function table(rows: readonly Record<string, string | number>[]): string {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const cells = [columns, ...rows.map((row) => columns.map((column) => shown(row[column])))];
  const widths = columns.map((_, at) => Math.max(...cells.map((line) => line[at]?.length ?? 0)));
  const lines = cells.map((line) =>
    line.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join("  "),
  );
  return [lines[0], widths.map((width) => "-".repeat(width)).join("  "), ...lines.slice(1)].join("\n");
}

function claimRow(claim: Claim): Record<string, string | number> {
  const bound = claim.atLeast === undefined ? `at most ${claim.atMost}` : `at least ${claim.atLeast}`;
  return { claim: claim.what, measured: claim.value, wanted: bound, holds: holds(claim) ? "yes" : "NO" };
}

/** Prints tables, then one line of JSON, which it answers. */
export function printReport(input: { workload: string; options: object; startedAt: Date; report: Report }) {
  const { rows, claims, figures = {} } = input.report;
  const text = [table(rows)];
  if (Object.keys(figures).length > 0) {
    text.push(table(Object.entries(figures).map(([figure, value]) => ({ figure, value }))));
  }
  if (claims.length > 0) text.push(table(claims.map(claimRow)));
  process.stdout.write(`\n${text.join("\n\n")}\n\n`);
  const whole = {
    workload: input.workload,
    startedAt: input.startedAt.toISOString(),
    options: input.options,
    machine: { cpu: cpus()[0]?.model ?? "", cores: availableParallelism(), load: loadavg(), node: process.version },
    settings: { postgres: postgresSettings, redis: redisSettings },
    rows,
    figures,
    claims: claims.map((claim) => ({ ...claim, holds: holds(claim) })),
  };
  process.stdout.write(`${JSON.stringify(whole)}\n`);
  return whole;
}
