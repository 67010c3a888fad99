// Why somebody is proposed, in words.
import type { RouterOutputs } from "@pixora/client";
import { words } from "../../words/en.ts";

type Reason = RouterOutputs["user"]["suggestions"]["items"][number]["reasons"][number];

const say = words.explore.reasons;
const named = 1;

/** The first reason; undefined where there is none. */
export function sayReason(reasons: readonly Reason[] | undefined): string | undefined {
  const [first] = reasons ?? [];
  if (first === undefined) return undefined;
  if (first.kind === "hashtag") return say.hashtag(first.tag);
  if (first.kind === "followedByFollowing" || first.kind === "likedByFollowing") {
    const names = first.users.slice(0, named).map((user) => user.displayName);
    return names.length === 0 ? undefined : say[first.kind](names, first.count);
  }
  return say[first.kind];
}
