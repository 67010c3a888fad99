// One whole run: opens the stage, gathers the crowd, plays the parts that are asked for, and answers the table.
import { onShutdown } from "../services/shutdown.mjs";
import { dismissCrowd, gatherCrowd } from "./crowd.ts";
import type { FaultsOptions } from "./options.ts";
import { runFaults, runRolling, runStalled } from "./parts.ts";
import { drawPlan } from "./plan.ts";
import { createRandom } from "./random.ts";
import { openStage } from "./stage.ts";
import { runStrangers } from "./strangers.ts";
import type { Section } from "./table.ts";

/** What is opened is closed when the script shuts down. */
export async function runAll(options: FaultsOptions, log: (text: string) => void): Promise<Section[]> {
  if (options.isStrangersOnly) return [await runStrangers({ log })];
  const stage = await openStage({ servers: 3, workers: 2 });
  onShutdown(stage.close);
  log("3 servers and 2 workers are ready");
  const people = await gatherCrowd(stage.house, { url: stage.balancer.url, people: options.people });
  onShutdown(() => dismissCrowd(people));
  log(`${people.length * 2} subscriptions are open`);

  const { seed, rounds, restarts, listeners } = options;
  const part = { people, seed, perSecond: options.rate, log };
  const sections: Section[] = [];
  if (rounds > 0) {
    const random = createRandom(seed);
    const plan = drawPlan({ random, rounds, minGapMs: 3_000, maxGapMs: 9_000, maxStallMs: 15_000 });
    sections.push(await runFaults(stage, { ...part, plan }));
  }
  if (restarts > 0) sections.push(await runRolling(stage, { ...part, rounds: restarts }));
  if (listeners > 0) {
    sections.push(await runStalled(stage, { ...part, listeners, events: 60_000, measureMs: 15_000 }));
  }
  return sections;
}
