// The short form of `npm run faults`: each kind of fault once, some rolling restarts, one stalled client. Nothing may be
// lost, doubled, out of order, hung or failed; how long things take is the full form's matter.
import { afterAll, beforeAll, expect, test } from "vitest";
import { dismissCrowd, gatherCrowd, type Person } from "../faults/crowd.ts";
import { runFaults, runRolling, runStalled } from "../faults/parts.ts";
import { drawPlan } from "../faults/plan.ts";
import { createRandom } from "../faults/random.ts";
import { openStage, type Stage } from "../faults/stage.ts";
import { renderTable, type Section } from "../faults/table.ts";

const seed = 5;
let stage: Stage;
let people: Person[];

beforeAll(async () => {
  stage = await openStage({ servers: 3, workers: 2 });
  people = await gatherCrowd(stage.house, { url: stage.balancer.url, people: 10 });
}, 300_000);

afterAll(async () => {
  await dismissCrowd(people);
  await stage.close();
}, 60_000);

const log = () => undefined;
const part = () => ({ people, seed, perSecond: 12, log });

function expectAllRight(section: Section): void {
  const wrong = section.lines.filter((line) => line.isRight === false && line.isMeasured === undefined);
  if (wrong.length > 0) console.error(renderTable([section]));
  expect(wrong.map((line) => `${line.name}: ${line.value}`)).toEqual([]);
}

test("each kind of fault under load loses, doubles and disorders nothing", async () => {
  const random = createRandom(seed);
  const plan = drawPlan({ random, rounds: 1, minGapMs: 1_000, maxGapMs: 3_000, maxStallMs: 4_000 });
  expectAllRight(await runFaults(stage, { ...part(), plan }));
}, 600_000);

test("servers and workers that are restarted in turn fail no request and stall no job", async () => {
  expectAllRight(await runRolling(stage, { ...part(), rounds: 3 }));
}, 600_000);

test("a client that stops reading is cut off, and has everything, once, in order, when it reads again", async () => {
  expectAllRight(await runStalled(stage, { ...part(), listeners: 30, events: 15_000, measureMs: 2_000 }));
}, 300_000);
