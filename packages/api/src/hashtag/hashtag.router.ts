// `hashtag.*` on the wire.
import { listHashtagFeed } from "../explore/explore.hashtag.ts";
import { reasonedPostPageView } from "../explore/explore.schema.ts";
import { authedProcedure, publicProcedure, router } from "../platform/call/trpc.ts";
import { hashtagPageView, hashtagView, listFollowedTagsInput, tagInput } from "./hashtag.schema.ts";
import { followHashtag, listFollowedTags, unfollowHashtag } from "./hashtag.service.ts";
import { presentHashtag } from "./hashtag.view.ts";

export const hashtagRouter = router({
  byTag: publicProcedure
    .input(tagInput)
    .output(hashtagView)
    .query(({ ctx, input }) => presentHashtag(ctx.deps, { ...input, viewerId: ctx.viewer?.userId ?? null })),
  follow: authedProcedure
    .meta({ errors: ["hashtag.forbidden"] })
    .input(tagInput)
    .output(hashtagView)
    .mutation(({ ctx, input }) => followHashtag(ctx.deps, { ...input, actorId: ctx.viewer.userId })),
  unfollow: authedProcedure
    .input(tagInput)
    .output(hashtagView)
    .mutation(({ ctx, input }) => unfollowHashtag(ctx.deps, { ...input, actorId: ctx.viewer.userId })),
  following: authedProcedure
    .input(listFollowedTagsInput)
    .output(hashtagPageView)
    .query(({ ctx, input }) => listFollowedTags(ctx.deps, { ...input, viewerId: ctx.viewer.userId })),
  feed: authedProcedure
    .input(listFollowedTagsInput)
    .output(reasonedPostPageView)
    .query(({ ctx, input }) => listHashtagFeed(ctx.deps, { ...input, viewerId: ctx.viewer.userId })),
});
