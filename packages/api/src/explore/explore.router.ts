// `explore.*` on the wire.
import { hashtagPageView } from "../hashtag/hashtag.schema.ts";
import { publicProcedure, router } from "../platform/call/trpc.ts";
import { postPageView } from "../post/post.schema.ts";
import { listPostsByTag } from "./explore.hashtag.ts";
import { hashtagPostsInput, trendingTagsInput } from "./explore.schema.ts";
import { listTrendingTags } from "./explore.trend.ts";

export const exploreRouter = router({
  hashtag: publicProcedure
    .input(hashtagPostsInput)
    .output(postPageView)
    .query(({ ctx, input }) => listPostsByTag(ctx.deps, { ...input, viewerId: ctx.viewer?.userId ?? null })),
  trendingTags: publicProcedure
    .input(trendingTagsInput)
    .output(hashtagPageView)
    .query(({ ctx, input }) => listTrendingTags(ctx.deps, { ...input, viewerId: ctx.viewer?.userId ?? null })),
});
