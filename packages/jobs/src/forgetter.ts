// Deletes finished facts from the outbox, many at once, a moment after their jobs have recorded them done.
// Best effort: what it misses, the relay finds when it has grown stale.

import type { JobsLog } from "./log.ts";
import { forgetDone, type OutboxDb } from "./outbox.ts";

const gatherMs = 30;
const maxFacts = 1_000;

export interface Forgetter {
  /** These facts were taken by one of their jobs; they go if it was the last. */
  forget: (factIds: readonly string[]) => void;
  /** Ends the work under way. */
  close(): Promise<void>;
}

/** Gathers finished facts for a moment and deletes them with one statement. */
export function createForgetter(input: { db: OutboxDb; log: JobsLog }): Forgetter {
  let waiting = new Set<string>();
  let running: Promise<void> | null = null;

  async function runRounds(): Promise<void> {
    while (waiting.size > 0) {
      await new Promise((resolve) => setTimeout(resolve, gatherMs));
      const factIds = [...waiting].slice(0, maxFacts);
      waiting = new Set([...waiting].slice(maxFacts));
      try {
        await forgetDone(input.db.query, { factIds });
      } catch (error) {
        input.log.debug({ err: error }, "finished facts stay for the relay to find");
      }
    }
    running = null;
  }

  return {
    forget(factIds) {
      if (factIds.length === 0) return;
      for (const id of factIds) waiting.add(id);
      running ??= runRounds();
    },
    async close() {
      await running;
    },
  };
}
