// Whether the account that is signed in is suspended: the server says so to the first call that is not open to such people.
// Promise: known as long as that session lives; lifting a suspension ends the session.
import { isPixoraError } from "@pixora/client";
import { useSyncExternalStore } from "react";
import { pixora } from "./pixora.ts";
import { queryClient } from "./query-client.ts";

let isSuspended = false;
const listeners = new Set<() => void>();

function set(next: boolean): void {
  if (next === isSuspended) return;
  isSuspended = next;
  for (const listener of listeners) listener();
}

interface CacheEvent {
  type: string;
  action?: { type: string; error?: unknown };
}

function hear({ type, action }: CacheEvent): void {
  if (type === "updated" && action?.type === "error" && isPixoraError(action.error, "auth.suspended")) set(true);
}

queryClient.getQueryCache().subscribe((event) => hear(event as CacheEvent));
queryClient.getMutationCache().subscribe((event) => hear(event as CacheEvent));
pixora.session.onChange(() => set(false));

export function useIsSuspended(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => isSuspended,
  );
}
