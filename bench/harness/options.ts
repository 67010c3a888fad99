// The options of `npm run bench`.
import { parseArgs } from "node:util";

export interface BenchOptions {
  /** Of the large data: 1 is a million posts. */
  size: number;
  rounds: number;
  seconds: number;
  warmUpSeconds: number;
  connections: number;
  /** Writes CPU profiles of all measured programs to .pixora/bench/profiles. */
  isProfiled: boolean;
  /** Keeps the result in bench/results, of which the tables of README.md and docs/BENCH.md are made. */
  isKept: boolean;
  /** A git ref: its build and the present one are measured in turns, instead of lower bounds. */
  against?: string;
}

export const usage = `usage: npm run bench -- <workload> [options]
  --size <0..1>       part of the large data, for quick trials (1: a million posts)
  --rounds <n>        rounds of each side, interleaved (5)
  --seconds <s>       measured time of each round and side (5)
  --warm-up <s>       before it (1)
  --connections <n>   of the load generator, for throughput (64)
  --profile           CPU profiles of the measured programs, in .pixora/bench/profiles
  --against <git ref> measures that commit's build and the present one in turns, and prints the ratios present / ref
  --keep              keeps the result in bench/results; "npm run bench -- tables" makes the tables of all that are kept`;

/** Reads the command line. Throws for an unknown option, a value that is no number, or options that exclude each other. */
export function readOptions(args: string[]): { name: string | undefined; options: BenchOptions } {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      size: { type: "string", default: "1" },
      rounds: { type: "string", default: "5" },
      seconds: { type: "string", default: "5" },
      "warm-up": { type: "string", default: "1" },
      connections: { type: "string", default: "64" },
      profile: { type: "boolean", default: false },
      keep: { type: "boolean", default: false },
      against: { type: "string" },
    },
  });
  if (values.against === "") throw new Error("--against must name a commit");
  if (values.against !== undefined && (values.keep || values.profile)) {
    throw new Error("--against goes neither with --keep, which keeps results of lower bounds, nor with --profile");
  }
  return {
    name: positionals[0],
    options: {
      size: readNumber("size", values.size),
      rounds: readNumber("rounds", values.rounds),
      seconds: readNumber("seconds", values.seconds),
      warmUpSeconds: readNumber("warm-up", values["warm-up"]),
      connections: readNumber("connections", values.connections),
      isProfiled: values.profile,
      isKept: values.keep,
      ...(values.against === undefined ? {} : { against: values.against }),
    },
  };
}

function readNumber(name: string, text: string): number {
  const number = Number(text);
  if (!(number > 0)) throw new Error(`--${name} must be a number above 0`);
  return number;
}
