// The coming end of this process, as its open streams hear of it.
// Promise: coming and going costs the same, however many listen. A signal goes through all its listeners to take one off,
// which is seconds in which nothing moves where thousands of sockets drop at once.

export interface Shutdown {
  /** Calls `listener` at the end, at once if that has begun; answers what takes it off. */
  listen(listener: () => void): () => void;
  /** Begins the end. The second time nothing happens. */
  begin(): void;
}

export function createShutdown(): Shutdown {
  let hasBegun = false;
  // An object each: the same function may listen twice.
  const listeners = new Set<{ call: () => void }>();
  return {
    listen(call) {
      if (hasBegun) {
        call();
        return () => undefined;
      }
      const listener = { call };
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    begin() {
      if (hasBegun) return;
      hasBegun = true;
      for (const { call } of listeners) call();
      listeners.clear();
    },
  };
}
