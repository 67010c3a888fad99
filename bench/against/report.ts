// Prints what two builds measured, for people and, as the last line, as JSON.
import { availableParallelism, cpus, loadavg } from "node:os";
import { table } from "../harness/report.ts";
import type { Against } from "./compare.ts";
import type { Comparison } from "./ratios.ts";

/** Without a ratio where the ref measured 0. */
function ratioText(ratio: number): string | number {
  return Number.isFinite(ratio) ? ratio : "none";
}

function reportedRow({ side, figure, present, ref, ratio }: Comparison): Record<string, string | number> {
  return { side, figure, present, ref, "present / ref": ratioText(ratio) };
}

function sampleRow(comparison: Comparison): Record<string, string | number> {
  const { least, largest, rounds } = comparison;
  return {
    ...reportedRow(comparison),
    least: ratioText(least),
    largest: ratioText(largest),
    rounds: String(rounds),
  };
}

export function printAgainst(input: { workload: string; options: object; startedAt: Date; against: Against }): void {
  const { workload, options, startedAt, against } = input;
  const text = [`present: ${against.present}\nref:     ${against.refCommit} (${against.ref})`];
  if (against.comparisons.length > 0) text.push(table(against.comparisons.map(sampleRow)));
  if (against.reported.length > 0) {
    text.push(`At the end of both builds, without a spread:\n\n${table(against.reported.map(reportedRow))}`);
  }
  if (against.unmatched.length > 0) text.push(`Only one of the builds has: ${against.unmatched.join(", ")}`);
  const machine = { cpu: cpus()[0]?.model ?? "", cores: availableParallelism(), load: loadavg() };
  process.stdout.write(`\n${text.join("\n\n")}\n\n`);
  process.stdout.write(
    `${JSON.stringify({ workload, startedAt: startedAt.toISOString(), options, machine, ...against })}\n`,
  );
}
