// Why somebody or something is proposed, on the wire.
import { z } from "zod";
import { pageView } from "../platform/call/wire.ts";
import { userCardView } from "./user.schema.ts";

const people = { users: z.array(userCardView), count: z.int() };

/** `users`: at most three whom the viewer may see; `count`: how many there are of them. */
export const reasonView = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("likedByFollowing"), ...people }),
  z.object({ kind: z.literal("followedByFollowing"), ...people }),
  z.object({ kind: z.literal("hashtag"), tag: z.string() }),
  z.object({ kind: z.literal("popular") }),
  z.object({ kind: z.literal("new") }),
  z.object({ kind: z.literal("followsYou") }),
]);
export type Reason = z.infer<typeof reasonView>;

export const suggestionView = userCardView.extend({ reasons: z.array(reasonView) });
export type SuggestionView = z.infer<typeof suggestionView>;
export const suggestionPageView = pageView(suggestionView);
