// `search.*` on the wire.
import { hashtagPageView } from "../hashtag/hashtag.schema.ts";
import { publicProcedure, router } from "../platform/call/trpc.ts";
import { postPageView } from "../post/post.schema.ts";
import { userCardPageView } from "../user/user.schema.ts";
import { findHashtags } from "./search.hashtags.ts";
import { findPeople } from "./search.people.ts";
import { findPosts } from "./search.posts.ts";
import { searchInput } from "./search.schema.ts";

export const searchRouter = router({
  users: publicProcedure
    .input(searchInput)
    .output(userCardPageView)
    .query(({ ctx, input }) => findPeople(ctx.deps, { ...input, viewerId: ctx.viewer?.userId ?? null })),
  hashtags: publicProcedure
    .input(searchInput)
    .output(hashtagPageView)
    .query(({ ctx, input }) => findHashtags(ctx.deps, { ...input, viewerId: ctx.viewer?.userId ?? null })),
  posts: publicProcedure
    .input(searchInput)
    .output(postPageView)
    .query(({ ctx, input }) => findPosts(ctx.deps, { ...input, viewerId: ctx.viewer?.userId ?? null })),
});
