// Does harm according to a plan. Faults overlap, but one thing is harmed by one fault at a time; resolves when all is
// up again.
import type { Fault } from "./plan.ts";
import type { Random } from "./random.ts";
import { redisArgs, type Slot, type Stage } from "./stage.ts";

export interface HarmInput {
  plan: readonly Fault[];
  random: Random;
  log: (text: string) => void;
}

/** Plays the plan. Throws where something does not come up again. */
export async function doHarm(stage: Stage, input: HarmInput): Promise<void> {
  const { plan, log } = input;
  const queues = new Map<string, Promise<void>>();
  const folder = { number: 0 };
  for (const [index, fault] of plan.entries()) {
    const harm = harmOf(stage, { fault, pick: input.random.next, folder });
    const before = queues.get(harm.of) ?? Promise.resolve();
    const done = before.then(async () => {
      const startedAtMs = performance.now();
      await harm.run();
      const seconds = ((performance.now() - startedAtMs) / 1_000).toFixed(1);
      log(`${index + 1}/${plan.length} ${fault.kind} (${harm.of}), up again after ${seconds} s`);
    });
    queues.set(harm.of, done);
    // Where one fails, the failure is met below.
    done.catch(() => undefined);
    await pause(fault.gapMs);
  }
  await Promise.all(queues.values());
}

interface Harm {
  /** What it harms. */
  of: string;
  run(): Promise<void>;
}

/** `folder` is where Redis keeps its file: another one is an empty one. */
function harmOf(stage: Stage, input: { fault: Fault; pick: () => number; folder: { number: number } }): Harm {
  const { fault, folder } = input;
  const { kind, awayMs } = fault;
  switch (kind) {
    case "kill server":
      return killSlot(stage.servers, fault);
    case "kill worker":
      return killSlot(stage.workers, fault);
    case "kill redis, restart empty":
    case "kill redis, restart from its file":
      return {
        of: "redis",
        run() {
          if (kind === "kill redis, restart empty") folder.number += 1;
          return killService(stage.house.redis, { awayMs, changed: redisArgs(folder.number) });
        },
      };
    case "kill postgres":
      return { of: "postgres", run: () => killService(stage.house.postgres, { awayMs }) };
    case "flush redis":
      return { of: "redis", run: () => stage.redis.flushall().then(() => undefined) };
    case "stall redis":
      return { of: "redis", run: () => stallRedis(stage, awayMs) };
    case "cut redis connections":
      return { of: "redis", run: async () => stage.house.redisProxy?.cut() };
    case "cut 50 connections":
      return { of: "connections", run: async () => void stage.balancer.cut(50, input.pick) };
  }
}

function killSlot(slots: readonly Slot[], { place, awayMs }: Fault): Harm {
  const slot = slots[place % slots.length];
  if (slot === undefined) throw new Error("nothing to kill");
  return { of: slot.name, run: () => slot.restart({ signal: "SIGKILL", awayMs }).then(() => undefined) };
}

async function killService(
  service: Stage["house"]["redis"],
  input: { awayMs: number; changed?: unknown },
): Promise<void> {
  if (service === null) throw new Error("the stage has no such service of its own");
  await service.kill("SIGKILL");
  await pause(input.awayMs);
  await service.restart(input.changed);
}

async function stallRedis({ house }: Stage, awayMs: number): Promise<void> {
  house.redisProxy?.stall();
  await pause(awayMs);
  house.redisProxy?.accept();
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
