// `feed.*` on the wire.
import { readingProcedure, router } from "../platform/call/trpc.ts";
import { postPageView } from "../post/post.schema.ts";
import { listHomeFeedInput } from "./feed.schema.ts";
import { listHomeFeed } from "./feed.service.ts";

export const feedRouter = router({
  home: readingProcedure
    .input(listHomeFeedInput)
    .output(postPageView)
    .query(({ ctx, input }) => listHomeFeed(ctx.deps, { ...input, viewerId: ctx.viewer.userId, session: ctx.session })),
});
