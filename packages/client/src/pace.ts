// How long to wait before the next attempt, for all streams of a client together: streams that fail at once, since they
// share a connection, try again at once. The delay doubles to five seconds, and half of it is chance.

const firstDelayMs = 100;
const maxDelayMs = 5_000;

export interface Pace {
  /** Milliseconds to wait after a failure. One of a connection that had held begins from the shortest delay. */
  waitMs(failure: { hasHeld: boolean }): number;
}

export function createPace(): Pace {
  let attempts = 0;
  let untilMs = 0;
  return {
    waitMs({ hasHeld }) {
      const nowMs = Date.now();
      // A clock that was set back must not hold anybody for hours.
      if (nowMs < untilMs && untilMs - nowMs <= maxDelayMs) return untilMs - nowMs;
      attempts = hasHeld ? 1 : attempts + 1;
      const delayMs = Math.min(firstDelayMs * 2 ** (attempts - 1), maxDelayMs) * (0.5 + Math.random() / 2);
      untilMs = nowMs + delayMs;
      return delayMs;
    },
  };
}
