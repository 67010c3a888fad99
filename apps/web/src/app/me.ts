// The person who is signed in.
import { useQuery } from "@tanstack/react-query";
import { pixora } from "./pixora.ts";
import { useIsSignedIn } from "./session.ts";
import type { Me } from "./types.ts";

export const meKey = ["user.me"] as const;

/** Undefined while it loads, and for strangers. */
export function useMe(): Me | undefined {
  const isSignedIn = useIsSignedIn();
  return useQuery({ queryKey: meKey, queryFn: () => pixora.user.me.query(), enabled: isSignedIn }).data;
}
