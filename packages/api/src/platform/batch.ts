// Loads that are asked for in one tick go together: one `= any` query instead of one each.

/**
 * A loader that gathers the keys of one tick, asks `load` once for the distinct ones (at most `maxKeys` a call), and
 * gives each caller its own value. A key that `load` leaves out is `undefined`; a failure reaches every caller of it.
 */
export function createBatchLoader<Key extends string, Value>(input: {
  load: (keys: Key[]) => Promise<ReadonlyMap<Key, Value>>;
  maxKeys?: number;
}): (key: Key) => Promise<Value | undefined> {
  const maxKeys = input.maxKeys ?? 500;
  let waiting: { key: Key; resolve: (value: Value | undefined) => void; reject: (error: unknown) => void }[] = [];

  async function flush() {
    const batch = waiting;
    waiting = [];
    const keys = [...new Set(batch.map((entry) => entry.key))];
    for (let start = 0; start < keys.length; start += maxKeys) {
      const part = new Set(keys.slice(start, start + maxKeys));
      const entries = batch.filter((entry) => part.has(entry.key));
      try {
        const values = await input.load([...part]);
        for (const entry of entries) entry.resolve(values.get(entry.key));
      } catch (error) {
        for (const entry of entries) entry.reject(error);
      }
    }
  }

  return (key) =>
    new Promise((resolve, reject) => {
      if (waiting.push({ key, resolve, reject }) === 1) setImmediate(flush);
    });
}
