// Measures several sides in turns (A B A B …), so that whatever slows the machine down slows all of them, and sums up by
// medians.
import { agreeOnRate, isInTurns, measureInTurns } from "../against/turns.ts";
import type { LoadResult } from "../load/plan.ts";
import type { Bench } from "./bench.ts";
import { type CpuReading, cpuBetween, familyCpuUs, processCpuUs } from "./cpu.ts";
import type { Program } from "./program.ts";
import { median, pairedRatio } from "./stats.ts";

/** One measured round of one side. */
export interface Sample {
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
  errors: number;
  /** CPU microseconds a request, by who used them. */
  cpuUs: CpuReading;
  lagP99Ms: number;
}

/** A side of a comparison: a program, and the prepared requests it is asked. */
export interface Side {
  name: string;
  program: Program;
  /** The key of a request list that the generator has. */
  requests: string;
}

/** CPU time used so far by the program, PostgreSQL and Redis. */
export function readCpu(bench: Bench, programs: readonly Program[]): CpuReading {
  return {
    node: programs.reduce((sum, program) => sum + processCpuUs(program.pid), 0),
    postgres: familyCpuUs(bench.services.postgresPid),
    redis: processCpuUs(bench.services.redisPid),
  };
}

/** Runs load against a side: closed, or open where a rate is given. */
export async function measureSide(
  bench: Bench,
  side: Side,
  load: { perSecond?: number; connections?: number; programs?: readonly Program[] } = {},
): Promise<Sample> {
  const { options, generator } = bench;
  const programs = load.programs ?? [side.program];
  const shared = {
    port: side.program.port,
    connections: load.connections ?? options.connections,
    warmUpMs: options.warmUpSeconds * 1_000,
    measureMs: options.seconds * 1_000,
  };
  let before: CpuReading = {};
  const onMeasuring = () => {
    before = readCpu(bench, programs);
  };
  const plan =
    load.perSecond === undefined
      ? { ...shared, kind: "closed" as const }
      : { ...shared, kind: "open" as const, perSecond: await rateOf(load.perSecond) };
  const result = await generator.run(side.requests, plan, onMeasuring);
  const sample = sampleOf(result, cpuBetween(before, readCpu(bench, programs)));
  if (result.firstError !== null) bench.log(`${side.name}: ${result.errors} wrong answers, as in ${result.firstError}`);
  return sample;
}

function rateOf(perSecond: number): number | Promise<number> {
  return isInTurns() ? agreeOnRate(perSecond) : perSecond;
}

function sampleOf(result: LoadResult, cpu: CpuReading): Sample {
  return {
    perSecond: result.count / (result.measuredMs / 1_000),
    p50Ms: result.latencyMs.p50,
    p99Ms: result.latencyMs.p99,
    errors: result.errors,
    cpuUs: Object.fromEntries(Object.entries(cpu).map(([part, us]) => [part, us / result.count])),
    lagP99Ms: result.lagP99Ms,
  };
}

/** Samples of all rounds, by the name of the side. */
export type Samples<S = Sample> = Map<string, S[]>;

/**
 * Runs `measure` for each side, round after round; sides take turns in being first. The first round is not counted: in it
 * the programs' code gets compiled. Where two builds are compared, the turns come from outside.
 */
export async function interleave<T extends { name: string }, S>(
  bench: Bench,
  sides: readonly T[],
  measure: (side: T) => Promise<S>,
): Promise<Samples<S>> {
  if (isInTurns()) return measureInTurns(sides, measure);
  const samples: Samples<S> = new Map(sides.map((side) => [side.name, []]));
  for (const side of sides) await measure(side);
  bench.log("the programs are warm");
  for (let round = 0; round < bench.options.rounds; round += 1) {
    const order = round % 2 === 0 ? sides : sides.toReversed();
    for (const side of order) samples.get(side.name)?.push(await measure(side));
    bench.log(`round ${round + 1} of ${bench.options.rounds}`);
  }
  return samples;
}

/** The median of what `pick` takes from each round of a side. */
export function medianOf<S>(samples: Samples<S>, side: string, pick: (sample: S) => number): number {
  return median((samples.get(side) ?? []).map(pick));
}

/** The median ratio of two sides, round by round. */
export function ratioOf<S>(samples: Samples<S>, sides: [string, string], pick: (sample: S) => number): number {
  const [ones, others] = sides.map((side) => (samples.get(side) ?? []).map(pick));
  return pairedRatio(ones ?? [], others ?? []);
}
