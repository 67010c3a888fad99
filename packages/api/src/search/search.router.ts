// `search.*` on the wire.
import { publicProcedure, router } from "../platform/call/trpc.ts";
import { postPageView } from "../post/post.schema.ts";
import { findPosts } from "./search.posts.ts";
import { searchInput } from "./search.schema.ts";

export const searchRouter = router({
  posts: publicProcedure
    .input(searchInput)
    .output(postPageView)
    .query(({ ctx, input }) => findPosts(ctx.deps, { ...input, viewerId: ctx.viewer?.userId ?? null })),
});
