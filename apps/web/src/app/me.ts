// The person who is signed in.
import { useMe as useMyself, useSession } from "@pixora/client/react";
import type { Me } from "./types.ts";

export function useIsSignedIn(): boolean {
  return useSession().isSignedIn;
}

/** Undefined while it loads, and for strangers. */
export function useMe(): Me | undefined {
  return useMyself().data;
}
