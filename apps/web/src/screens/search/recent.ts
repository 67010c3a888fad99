// What was looked for last, in this browser alone.
import { useSyncExternalStore } from "react";

const key = "pixora.searches";
const maxKept = 8;
const none: readonly string[] = [];
const listeners = new Set<() => void>();
let kept: readonly string[] | null = null;

function read(): readonly string[] {
  if (kept !== null) return kept;
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(key) ?? "[]");
    kept = Array.isArray(stored) ? stored.filter((one) => typeof one === "string") : none;
  } catch {
    kept = none;
  }
  return kept;
}

function write(next: readonly string[]): void {
  kept = next;
  try {
    localStorage.setItem(key, JSON.stringify(next));
  } catch {
    // They last as long as the page.
  }
  for (const listener of listeners) listener();
}

export function rememberSearch(q: string): void {
  write([q, ...read().filter((one) => one !== q)].slice(0, maxKept));
}

export function forgetSearch(q: string): void {
  write(read().filter((one) => one !== q));
}

export function useRecentSearches(): readonly string[] {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, read);
}
