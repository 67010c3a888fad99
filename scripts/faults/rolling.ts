// Rolling restarts, as a deploy does them: one server and one worker at a time are asked to end and started again.
import type { Ending, Slot, Stage } from "./stage.ts";
import type { Line } from "./table.ts";

/** A deploy that waits longer for one process is stuck. */
const longestExitMs = 10_000;

export interface RollingInput {
  rounds: number;
  log: (text: string) => void;
}

/** Restarts a server and a worker in each round, in turn; resolves when all are up again. */
export async function rollAll(stage: Stage, { rounds, log }: RollingInput): Promise<Ending[]> {
  const endings: Ending[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const slots = [stage.servers[round % stage.servers.length], stage.workers[round % stage.workers.length]];
    const ended = await Promise.all(slots.flatMap((slot) => (slot === undefined ? [] : [restartPolitely(slot)])));
    endings.push(...ended);
    const times = ended.map((ending) => `${(ending.tookMs / 1_000).toFixed(2)} s`);
    log(`restart ${round + 1}/${rounds}: exits took ${times.join(" and ")}`);
  }
  return endings;
}

function restartPolitely(slot: Slot): Promise<Ending> {
  return slot.restart({ signal: "SIGTERM" });
}

/** How often workers found a job whose worker had gone without a word. */
export function countStalledJobs({ workers }: Stage): number {
  return workers.reduce((sum, worker) => sum + worker.countSaid("a job stalled"), 0);
}

/** What the exits came to. */
export function reckonEndings(endings: readonly Ending[]): Line[] {
  const late = endings.filter((ending) => ending.tookMs >= longestExitMs).length;
  const failed = endings.filter((ending) => ending.exitCode !== 0).length;
  const longestMs = Math.max(...endings.map((ending) => ending.tookMs));
  return [
    { name: "processes restarted", value: String(endings.length) },
    { name: "longest exit", value: `${(longestMs / 1_000).toFixed(2)} s` },
    { name: "exits of 10 s or more", value: String(late), isRight: late === 0 },
    { name: "exits with a failure", value: String(failed), isRight: failed === 0 },
  ];
}
