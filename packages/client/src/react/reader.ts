// Something computed from the store that knows when it may have changed: what a hook listens to.
// Promise: the answer is the same object until it looks different, so a hook renders no more often than it must.
import type { Key } from "./kinds.ts";
import { listen, type Store } from "./store.ts";
import type { Track } from "./views.ts";

export interface Reader<Value> {
  read(): Value;
  subscribe(listener: () => void): () => void;
}

export function createReader<Value>(
  store: Store,
  compute: (track: Track, before: Value | undefined) => Value,
): Reader<Value> {
  const listeners = new Set<() => void>();
  let value: Value | undefined;
  let keys = new Set<Key>();
  let version = -1;
  let stop: (() => void) | null = null;

  function tell(): void {
    for (const listener of [...listeners]) listener();
  }

  function read(): Value {
    if (version === store.version) return value as Value;
    const isOld = version < 0 || hasChanged(store, { keys, since: version });
    version = store.version;
    if (!isOld) return value as Value;
    const before = keys;
    keys = new Set();
    value = compute((key) => keys.add(key), value);
    // Whoever listens hears of what the new answer is made of.
    if (stop && !hasSameKeys(keys, before)) {
      stop();
      stop = listen(store, keys, tell);
    }
    return value;
  }

  return {
    read,
    subscribe(listener) {
      listeners.add(listener);
      read();
      stop ??= listen(store, keys, tell);
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        stop?.();
        stop = null;
      };
    },
  };
}

function hasChanged(store: Store, { keys, since }: { keys: ReadonlySet<Key>; since: number }): boolean {
  for (const key of keys) if ((store.versions.get(key) ?? 0) > since) return true;
  return false;
}

function hasSameKeys(keys: ReadonlySet<Key>, before: ReadonlySet<Key>): boolean {
  if (keys.size !== before.size) return false;
  for (const key of keys) if (!before.has(key)) return false;
  return true;
}
