// A fixed rate, kept whatever else happens.

/** Up to this late, the timer is to blame, not the server: latency then counts from sending. */
const timerSlackMs = 2;
const longestNapMs = 5;

/**
 * Calls `add` for each request when it is due, and `flush` after each group of them. `startedMs` is what its latency
 * counts from: when it was due, or now where only the timer was a little late.
 */
export async function keepRate(input: {
  perSecond: number;
  /** By performance.now(). */
  endMs: number;
  add: (startedMs: number) => void;
  flush: () => void;
  /** How late each request was added, in milliseconds. */
  lags?: number[];
}): Promise<void> {
  const everyMs = 1_000 / input.perSecond;
  let dueMs = performance.now();
  while (dueMs < input.endMs) {
    const nowMs = performance.now();
    for (; dueMs <= nowMs; dueMs += everyMs) {
      const lagMs = nowMs - dueMs;
      input.lags?.push(lagMs);
      input.add(lagMs > timerSlackMs ? dueMs : nowMs);
    }
    input.flush();
    const napMs = Math.max(0, Math.min(dueMs - performance.now(), longestNapMs));
    await new Promise((resolve) => setTimeout(resolve, napMs));
  }
}
