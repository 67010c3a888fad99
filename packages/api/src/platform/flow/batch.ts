// Loads that are asked for in one tick go together: one `= any` query instead of one each.
import { isStoreAway, isStoreBusy } from "../call/failure.ts";

/** A load that takes longer counts as running no more: the others must not wait for a connection that hangs. */
const hungAfterMs = 1_000;

/**
 * A loader that gathers the keys of one tick, asks `load` once for the distinct ones (at most `maxKeys` a call), and
 * gives each caller its own value. A key that `load` leaves out is `undefined`. A load that fails is parted until the keys
 * that it fails for stand alone, and only their callers fail; where a store is away or busy, all do at once.
 * While `maxRunning` loads run, keys gather for the next: under load fewer and larger queries, each as fresh as any.
 */
export function createBatchLoader<Key extends string, Value>(input: {
  load: (keys: Key[]) => Promise<ReadonlyMap<Key, Value>>;
  maxKeys?: number;
  maxRunning?: number;
}): (key: Key) => Promise<Value | undefined> {
  const { maxKeys = 500, maxRunning = Number.POSITIVE_INFINITY } = input;
  type Waiter = { key: Key; resolve: (value: Value | undefined) => void; reject: (error: unknown) => void };
  let waiting: Waiter[] = [];
  let running = 0;

  function flush(): void {
    if (waiting.length === 0 || running >= maxRunning) return;
    const batch = waiting;
    waiting = [];
    running += 1;
    let isCounted = true;
    function leave(): void {
      if (!isCounted) return;
      isCounted = false;
      // Only what had to wait for this load goes at once: the rest of a tick goes with its tick.
      const wasFull = running >= maxRunning;
      running -= 1;
      if (wasFull) flush();
    }
    const timer = Number.isFinite(maxRunning) ? setTimeout(leave, hungAfterMs) : undefined;
    void loadBatch(batch).finally(() => {
      clearTimeout(timer);
      leave();
    });
  }

  async function loadBatch(batch: Waiter[]): Promise<void> {
    const keys = [...new Set(batch.map((entry) => entry.key))];
    for (let start = 0; start < keys.length; start += maxKeys) {
      const part = new Set(keys.slice(start, start + maxKeys));
      await loadPart(
        [...part],
        batch.filter((entry) => part.has(entry.key)),
      );
    }
  }

  async function loadPart(keys: Key[], entries: Waiter[]): Promise<void> {
    try {
      const values = await input.load(keys);
      for (const entry of entries) entry.resolve(values.get(entry.key));
    } catch (error) {
      if (keys.length === 1 || isStoreAway(error) || isStoreBusy(error)) {
        for (const entry of entries) entry.reject(error);
        return;
      }
      // One after the other: whatever is wrong, it must not become many loads at once.
      const half = new Set(keys.slice(0, Math.ceil(keys.length / 2)));
      const others = keys.filter((key) => !half.has(key));
      await loadPart(
        [...half],
        entries.filter((entry) => half.has(entry.key)),
      );
      await loadPart(
        others,
        entries.filter((entry) => !half.has(entry.key)),
      );
    }
  }

  return (key) =>
    new Promise((resolve, reject) => {
      if (waiting.push({ key, resolve, reject }) === 1) setImmediate(flush);
    });
}
