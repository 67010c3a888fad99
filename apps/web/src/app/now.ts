// The clock of the page: one timer, a tick a minute, for all times that are shown. Rendering never reads the clock.
import { useSyncExternalStore } from "react";

const everyMs = 60_000;
const listeners = new Set<() => void>();
let nowMs = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;

function tick(): void {
  nowMs = Date.now();
  for (const listener of listeners) listener();
}

function follow(listener: () => void): () => void {
  if (listeners.size === 0) {
    nowMs = Date.now();
    timer = setInterval(tick, everyMs);
  }
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) clearInterval(timer);
  };
}

/** The time at the last tick, in milliseconds. */
export function useNowMs(): number {
  return useSyncExternalStore(follow, () => nowMs);
}
