// The parts of a run: faults under load, rolling restarts under load, one stalled client. Each answers its section of the
// table; what must be nought is reckoned after each.
import { auditRun, waitUntilFinished } from "./audit.ts";
import type { Person } from "./crowd.ts";
import { doHarm } from "./harm.ts";
import { type LoadReport, startLoad } from "./load.ts";
import type { Fault } from "./plan.ts";
import { createRandom } from "./random.ts";
import { countStalledJobs, reckonEndings, rollAll } from "./rolling.ts";
import type { Stage } from "./stage.ts";
import { stallOne } from "./stalled.ts";
import type { Line, Section } from "./table.ts";

export interface PartInput {
  people: readonly Person[];
  seed: number;
  /** Calls a second. */
  perSecond: number;
  log: (text: string) => void;
}

const waitedInVain: Line = { name: "finished in the end", value: "no", isRight: false };

/** Plays a plan of faults under load. */
export async function runFaults(stage: Stage, input: PartInput & { plan: readonly Fault[] }): Promise<Section> {
  const { people, plan, log } = input;
  const startedAtMs = performance.now();
  const load = startLoad({ name: "faults", random: createRandom(input.seed), ...input });
  await doHarm(stage, { plan, random: createRandom(input.seed + 1), log });
  const report = await load.stop();
  log(`${report.sent} calls were sent; waiting for the last of their consequences`);
  const isFinished = await waitUntilFinished(stage, people);
  const seconds = Math.round((performance.now() - startedAtMs) / 1_000);
  const told: Line[] = [
    { name: "faults", value: String(plan.length) },
    { name: "seconds", value: String(seconds) },
    { name: "open subscriptions", value: String(people.length * 2) },
    { name: "events heard", value: String(countHeard(people)) },
    { name: "calls acknowledged", value: String(report.acknowledged) },
    { name: "calls without an answer", value: String(report.unanswered) },
    slowestCall(report),
  ];
  const reckoned = await auditRun(stage, { people, load: report });
  const title = `Faults under load: ${stage.servers.length} servers, ${stage.workers.length} workers, seed ${input.seed}`;
  return { title, lines: [...told, ...reckoned, ...(isFinished ? [] : [waitedInVain])] };
}

function slowestCall({ slowestMs }: LoadReport): Line {
  return { name: "slowest call, with the SDK's retries", value: `${(slowestMs / 1_000).toFixed(1)} s` };
}

function countHeard(people: readonly Person[]): number {
  return people.flatMap((person) => person.devices).reduce((sum, device) => sum + device.record.faults().heard, 0);
}

/** Restarts servers and workers under load, one after the other. */
export async function runRolling(stage: Stage, input: PartInput & { rounds: number }): Promise<Section> {
  const { people, rounds, log } = input;
  await waitUntilFinished(stage, people);
  const stalledBefore = countStalledJobs(stage);
  const load = startLoad({ name: "rolling", random: createRandom(input.seed + 2), ...input });
  const endings = await rollAll(stage, { rounds, log });
  const report = await load.stop();
  const isFinished = await waitUntilFinished(stage, people);
  const stalled = countStalledJobs(stage) - stalledBefore;
  const lines: Line[] = [
    ...reckonEndings(endings),
    { name: "calls acknowledged", value: String(report.acknowledged) },
    slowestCall(report),
    { name: "requests failed", value: String(report.unanswered), isRight: report.unanswered === 0 },
    { name: "jobs stalled", value: String(stalled), isRight: stalled === 0 },
    ...(await auditRun(stage, { people, load: report })),
    ...(isFinished ? [] : [waitedInVain]),
  ];
  return { title: `Rolling restarts under load: ${rounds} of servers and of workers`, lines };
}

/** Stalls one of many listeners while the others' delay is measured. */
export async function runStalled(
  stage: Stage,
  input: PartInput & { listeners: number; events: number; measureMs: number },
): Promise<Section> {
  return { title: `One stalled client of ${input.listeners}`, lines: await stallOne(stage, input) };
}
