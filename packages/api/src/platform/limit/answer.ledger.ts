// How many bytes of answers each caller is owed in this process: those that were made and not yet taken, and those of the
// last minute. Promises: who reads nothing, or asks for very much, holds a bounded part of the memory; a look-up a large
// answer, and nothing at all for small ones.
import type { Deps } from "../process/deps.ts";
import { onePerDeps } from "../process/per-deps.ts";
import { createBuckets } from "./bucket.ts";

/** Smaller answers are not counted: a connection has one of them at a time. */
export const countedFromBytes = 16 * 1_024;

/** What may wait for one caller, over all of their connections: a dozen of the largest pages. */
const maxUnreadBytes = 6 * 1_024 * 1_024;
/** A point of the budget is one of the largest pages: who has none left waits until there is room for one. */
const bytesPerPoint = 512 * 1_024;
/** Far above what any screen asks for: 48 MB. LIMITS_SCALE multiplies it. */
const pointsPerMinute = 96;
const unreadRetryMs = 1_000;
const maxCallers = 50_000;

export interface AnswerLedger {
  /** Milliseconds that a caller has to wait before anything large is made for them; 0: none. */
  waitMs(caller: string): number;
  /** Whether anybody has to wait: as long as nobody has, nobody need be asked for. */
  readonly isPressed: boolean;
  /** Counts an answer as made. False: too much of this caller's waits unread, and it must not be kept. */
  hold(caller: string, bytes: number): boolean;
  /** The answer was taken, or its connection is over. */
  release(caller: string, bytes: number): void;
}

/** The ledger of a process. */
export const answerLedgerOf = onePerDeps((deps: Pick<Deps, "config">): AnswerLedger => {
  const unread = new Map<string, number>();
  const full = new Set<string>();
  const overspent = new Map<string, number>();
  const size = { points: Math.max(1, pointsPerMinute * deps.config.LIMITS_SCALE), perSeconds: 60 };
  const buckets = createBuckets({ maxKeys: maxCallers });

  return {
    get isPressed() {
      return full.size > 0 || overspent.size > 0;
    },
    waitMs(caller) {
      const untilMs = overspent.get(caller);
      if (untilMs !== undefined) {
        const leftMs = Math.ceil(untilMs - performance.now());
        if (leftMs > 0) return leftMs;
        overspent.delete(caller);
      }
      return full.has(caller) ? unreadRetryMs : 0;
    },
    hold(caller, bytes) {
      const held = (unread.get(caller) ?? 0) + bytes;
      // One answer always goes out, however large.
      if (held > maxUnreadBytes && held > bytes) {
        full.add(caller);
        return false;
      }
      unread.set(caller, held);
      buckets.charge(caller, size, bytes / bytesPerPoint);
      const waitMs = buckets.peek(caller, size);
      if (waitMs > 0) overspent.set(caller, performance.now() + waitMs);
      return true;
    },
    release(caller, bytes) {
      const left = (unread.get(caller) ?? bytes) - bytes;
      if (left > 0) unread.set(caller, left);
      else unread.delete(caller);
      full.delete(caller);
    },
  };
});
