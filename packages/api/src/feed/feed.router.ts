// `feed.*` on the wire.
import { authedProcedure, router } from "../platform/trpc.ts";
import { postPageView } from "../post/post.schema.ts";
import { listHomeFeedInput } from "./feed.schema.ts";
import { listHomeFeed } from "./feed.service.ts";

export const feedRouter = router({
  home: authedProcedure
    .input(listHomeFeedInput)
    .output(postPageView)
    .query(({ ctx, input }) => listHomeFeed(ctx.deps, { ...input, viewerId: ctx.viewer.userId })),
});
