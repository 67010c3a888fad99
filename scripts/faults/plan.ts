// Which faults come, in which order and how hard: drawn from a seed before the run, so that a run can be had again.
import type { Random } from "./random.ts";

export const faultKinds = [
  "kill server",
  "kill worker",
  "kill redis, restart empty",
  "kill redis, restart from its file",
  "kill postgres",
  "flush redis",
  "stall redis",
  "cut redis connections",
  "cut 50 connections",
] as const;
export type FaultKind = (typeof faultKinds)[number];

export interface Fault {
  kind: FaultKind;
  /** Which of the servers or workers: taken modulo their number. */
  place: number;
  /** How long what was harmed stays away. */
  awayMs: number;
  /** How long after this fault the next one begins, whether or not this one is over. */
  gapMs: number;
}

export interface PlanInput {
  random: Random;
  /** Each kind comes this often. */
  rounds: number;
  minGapMs: number;
  maxGapMs: number;
  maxStallMs: number;
}

const longestAwayMs = 2_500;

/** All kinds in each round, in an order of its own. */
export function drawPlan({ random, rounds, minGapMs, maxGapMs, maxStallMs }: PlanInput): Fault[] {
  return Array.from({ length: rounds }, () => random.shuffle(faultKinds))
    .flat()
    .map((kind) => ({
      kind,
      place: random.between(0, 11),
      awayMs: kind === "stall redis" ? random.between(maxStallMs / 3, maxStallMs) : random.between(0, longestAwayMs),
      gapMs: random.between(minGapMs, maxGapMs),
    }));
}
