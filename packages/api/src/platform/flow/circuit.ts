// Stops calling who does not answer. Promises: after several failures in a row nobody calls for a while, then one call
// at a time tries again; what is remembered is bounded, however many are called.
import { LRUCache } from "lru-cache";

export interface Circuit {
  /** Whether a call to this one may be made now. Where one failed again and again, a single caller hears yes. */
  mayCall(key: string): boolean;
  /** Tells how a call ended: it answered, whatever it said, or it did not. */
  note(key: string, hasAnswered: boolean): void;
}

/** A circuit for each key: opens after `maxFailures` in a row, for `openMs`. `nowMs` is a clock that only goes forward. */
export function createCircuit(
  input: { maxFailures?: number; openMs?: number; maxKeys?: number; nowMs?: () => number } = {},
): Circuit {
  const { maxFailures = 5, openMs = 30_000, maxKeys = 1_000, nowMs = () => performance.now() } = input;
  const failing = new LRUCache<string, { failures: number; openUntilMs: number }>({ max: maxKeys });
  return {
    mayCall(key) {
      const state = failing.get(key);
      if (state === undefined || state.failures < maxFailures) return true;
      if (nowMs() < state.openUntilMs) return false;
      // The one who tries: the others wait for what becomes of it.
      state.openUntilMs = nowMs() + openMs;
      return true;
    },
    note(key, hasAnswered) {
      if (hasAnswered) {
        failing.delete(key);
        return;
      }
      const failures = (failing.get(key)?.failures ?? 0) + 1;
      failing.set(key, { failures, openUntilMs: nowMs() + openMs });
    },
  };
}
