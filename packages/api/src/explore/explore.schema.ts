// What is found without looking for it, on the wire.
import { z } from "zod";
import { hashtagInput } from "../hashtag/hashtag.schema.ts";
import { pageShape, pageView } from "../platform/call/wire.ts";
import { postView } from "../post/post.schema.ts";
import { reasonView } from "../user/user.reason.ts";

/** A post, and why it is there. */
export const reasonedPostView = z.object({ post: postView, reasons: z.array(reasonView) });
export type ReasonedPostView = z.infer<typeof reasonedPostView>;
export const reasonedPostPageView = pageView(reasonedPostView);

export const hashtagPostsInput = z.object({
  tag: hashtagInput,
  sort: z.enum(["top", "newest"]).default("top"),
  ...pageShape,
});
export const trendingTagsInput = z.object({ limit: z.int().min(1).max(100).default(20) }).prefault({});
