// The coming end of this process, as its open streams hear of it.
// Promise: coming and going costs the same, however many listen. A signal goes through all its listeners to take one off,
// which is seconds of standing still where thousands of sockets drop at once.

export interface Shutdown {
  /** Aborted at the end, after the listeners were called. */
  readonly signal: AbortSignal;
  /** Calls `listener` at the end; answers what takes it off. */
  listen(listener: () => void): () => void;
  /** Begins the end. The second time nothing happens. */
  begin(): void;
}

export function createShutdown(): Shutdown {
  const controller = new AbortController();
  // An object each: the same function may listen twice.
  const listeners = new Set<{ call: () => void }>();
  return {
    signal: controller.signal,
    listen(call) {
      const listener = { call };
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    begin() {
      if (controller.signal.aborted) return;
      for (const { call } of listeners) call();
      listeners.clear();
      controller.abort();
    },
  };
}
