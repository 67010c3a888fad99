// The clock of a test Pixora: it goes like any other, and can be moved on.
import type { Clock } from "../../platform/process/deps.ts";

export interface RunningClock extends Clock {
  pass(ms: number): void;
}

/** It says `startsAt` now, and goes on from there. */
export function createRunningClock(startsAt: Date = new Date()): RunningClock {
  let aheadMs = startsAt.getTime() - Date.now();
  return {
    now: () => new Date(Date.now() + aheadMs),
    pass(ms) {
      if (!(ms >= 0)) throw new RangeError("time passes forwards only");
      aheadMs += ms;
    },
  };
}
