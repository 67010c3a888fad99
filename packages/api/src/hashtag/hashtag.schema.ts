// Hashtags on the wire.
import { z } from "zod";
import { pageShape, pageView } from "../platform/call/wire.ts";
import { canonicalHashtag } from "../platform/text/hashtag.ts";

/** A tag however it is typed, with or without its sign, as its key. */
export const hashtagInput = z
  .string()
  .max(2_000, { error: "Not a hashtag", abort: true })
  .transform((typed, context) => {
    const key = typed.isWellFormed() && !typed.includes("\0") ? canonicalHashtag(typed) : null;
    if (key !== null) return key;
    context.addIssue({ code: "custom", message: "Not a hashtag" });
    return z.NEVER;
  });

export const tagInput = z.object({ tag: hashtagInput });

/** `postCount`: public posts of public accounts. `viewer` is null for strangers. */
export const hashtagView = z.object({
  tag: z.string(),
  postCount: z.int(),
  viewer: z.object({ isFollowing: z.boolean() }).nullable(),
});
export type HashtagView = z.infer<typeof hashtagView>;
export const hashtagPageView = pageView(hashtagView);

export const listFollowedTagsInput = z.object(pageShape).prefault({});
