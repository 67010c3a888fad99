// Measures the present build and that of another commit in turns (A B A B …): both wait ready, each with services and data
// of its own, and one of them at a time has the turn.
import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { rootDir } from "../../scripts/services/bootstrap.mjs";
import { isShuttingDown, onShutdown } from "../../scripts/services/shutdown.mjs";
import type { BenchOptions } from "../harness/options.ts";
import { describePresent, findCommit, openCheckout } from "./checkout.ts";
import { type Comparison, compareReports, compareSamples } from "./ratios.ts";
import { type BuildOrder, type BuildReport, lowerBound, turnsVariable } from "./turns.ts";

type Done = Extract<BuildReport, { type: "done" }>;

/** A build that takes turns. */
interface Build {
  name: "present" | "ref";
  send(order: BuildOrder): void;
  /** The next thing it says. Rejects when it has failed or is gone. */
  hear(): Promise<BuildReport>;
}

export interface Against {
  ref: string;
  refCommit: string;
  present: string;
  comparisons: Comparison[];
  /** Of the reports at the end: without rounds. */
  reported: Comparison[];
  /** Sides that only one of the builds has. */
  unmatched: string[];
  settings: object;
  node: { present: string; ref: string };
}

/** Runs one workload of both builds. Throws when one of them fails, or when their services are set differently. */
export async function compareBuilds(input: {
  workload: string;
  ref: string;
  options: BenchOptions;
  log: (text: string) => void;
}): Promise<Against> {
  const { workload, ref, options, log } = input;
  const commit = findCommit(ref);
  const present = describePresent();
  const checkout = await openCheckout({ commit, workload, log });
  // They prepare their data at the same time. Nothing is measured before both are ready.
  const builds = [
    startBuild({ name: "ref", dir: checkout.dir, nodePath: checkout.nodePath, workload, options }),
    startBuild({ name: "present", dir: rootDir, nodePath: process.execPath, workload, options }),
  ];
  const phases = await runPhases(builds, options.rounds, log);
  const [theirs, ours] = phases.done;
  if (theirs === undefined || ours === undefined) throw new Error("a build ended without a report");
  if (!isDeepStrictEqual(theirs.settings, ours.settings)) {
    throw new Error(
      `the builds set their services differently, so nothing can be compared:\n${JSON.stringify(ours.settings)}\n${JSON.stringify(theirs.settings)}`,
    );
  }
  return {
    ...{ ref, refCommit: commit, present },
    comparisons: phases.comparisons,
    reported: compareReports(listRows(ours), listRows(theirs)),
    unmatched: phases.unmatched,
    settings: ours.settings,
    node: { present: ours.node, ref: theirs.node },
  };
}

function listRows({ report }: Done): Record<string, string | number>[] {
  const ours = report.rows.filter((row) => !lowerBound.test(String(row.side ?? "")));
  return [...ours, ...(report.figures === undefined ? [] : [{ row: "figures", ...report.figures }])];
}

function startBuild(input: {
  name: Build["name"];
  dir: string;
  nodePath: string;
  workload: string;
  options: BenchOptions;
}): Build {
  const { name, dir, nodePath, workload, options } = input;
  const child = fork(join(dir, "bench/against/build.ts"), [workload, JSON.stringify(options)], {
    cwd: dir,
    execPath: nodePath,
    env: { ...process.env, [turnsVariable]: "1", PIXORA_BENCH_BUILD: name },
  });
  onShutdown(() => stopBuild(child));
  const heard: BuildReport[] = [];
  let wake = () => {};
  let end: string | null = null;
  child.on("message", (report: BuildReport) => {
    heard.push(report);
    wake();
  });
  child.on("exit", (code, signal) => {
    end = `the ${name} build ended with ${code ?? signal}`;
    wake();
  });
  return {
    name,
    send: (order) => void child.send(order),
    async hear() {
      for (;;) {
        const report = heard.shift();
        if (report?.type === "failed") throw new Error(`the ${name} build failed: ${report.message}`);
        if (report !== undefined) return report;
        if (end !== null) throw new Error(isShuttingDown() ? "interrupted" : end);
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}

/** SIGTERM lets a build stop its programs and services; it has as long as that takes. */
async function stopBuild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  await exited;
}

async function runPhases(builds: readonly Build[], rounds: number, log: (text: string) => void) {
  const comparisons: Comparison[] = [];
  const unmatched = new Set<string>();
  for (let phase = 1; ; phase += 1) {
    const said = await Promise.all(builds.map((build) => build.hear()));
    const done = said.filter((report) => report.type === "done");
    if (done.length === builds.length) return { comparisons, unmatched: [...unmatched], done };
    const [theirs, ours] = said.map((report) => (report.type === "phase" ? report.names : null));
    if (!theirs || !ours) throw new Error(`the builds are out of step: ${said.map(({ type }) => type).join(", ")}`);
    const names = ours.filter((name) => theirs.includes(name));
    for (const name of [...ours, ...theirs]) if (!names.includes(name)) unmatched.add(name);
    comparisons.push(...(await runPhase({ builds, names, rounds, phase, log })));
    for (const build of builds) build.send({ type: "phaseOver" });
  }
}

/** One warm-up round, then the measured ones; in each the builds take turns side by side, and in being first. */
async function runPhase(input: {
  builds: readonly Build[];
  names: readonly string[];
  rounds: number;
  phase: number;
  log: (text: string) => void;
}): Promise<Comparison[]> {
  const { builds, names, rounds, phase, log } = input;
  const samples = new Map<string, object[]>();
  const rates = new Map<string, number>();
  for (let round = 0; round <= rounds; round += 1) {
    for (const name of names) {
      for (const build of round % 2 === 0 ? builds : builds.toReversed()) {
        const sample = await measureOnce(build, { name, isWarmUp: round === 0 }, rates);
        const key = `${build.name} ${name}`;
        if (round > 0) samples.set(key, [...(samples.get(key) ?? []), sample]);
      }
    }
    log(round === 0 ? `phase ${phase}: both builds are warm` : `phase ${phase}: round ${round} of ${rounds}`);
  }
  return names.flatMap((name) =>
    compareSamples(`${phase} ${name}`, samples.get(`present ${name}`) ?? [], samples.get(`ref ${name}`) ?? []),
  );
}

async function measureOnce(
  build: Build,
  turn: { name: string; isWarmUp: boolean },
  rates: Map<string, number>,
): Promise<object> {
  build.send({ type: "measure", ...turn });
  for (;;) {
    const report = await build.hear();
    if (report.type === "sample") return report.sample;
    if (report.type !== "rate") throw new Error(`the ${build.name} build said "${report.type}" in its turn`);
    // A workload sets the rate of open load by what its own build manages. Both must get the same.
    const perSecond = rates.get(turn.name) ?? report.perSecond;
    rates.set(turn.name, perSecond);
    build.send({ type: "rate", perSecond });
  }
}
