// Whether somebody is signed in, for rendering. Promise: what one person has loaded is forgotten before the next one is here.
import { useSyncExternalStore } from "react";
import { pixora } from "./pixora.ts";
import { queryClient } from "./query-client.ts";

let isSignedIn = false;
const listeners = new Set<() => void>();

/** Reads who is here; to be awaited before the first render, so that no page flickers. */
export async function openSession(): Promise<void> {
  isSignedIn = (await pixora.session.tokens()) !== null;
  pixora.session.onChange((isIn) => {
    queryClient.clear();
    isSignedIn = isIn;
    for (const listener of listeners) listener();
  });
}

function follow(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useIsSignedIn(): boolean {
  return useSyncExternalStore(follow, () => isSignedIn);
}
