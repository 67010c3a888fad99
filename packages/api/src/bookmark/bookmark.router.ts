// `bookmark.*` on the wire.
import { actingProcedure, authedProcedure, router } from "../platform/call/trpc.ts";
import { postPageView } from "../post/post.schema.ts";
import { bookmarkInput, bookmarkView, listBookmarksInput } from "./bookmark.schema.ts";
import { createBookmark, deleteBookmark, listBookmarks } from "./bookmark.service.ts";

export const bookmarkRouter = router({
  create: actingProcedure
    .meta({ errors: ["post.notFound"] })
    .input(bookmarkInput)
    .output(bookmarkView)
    .mutation(({ ctx, input }) => createBookmark(ctx.deps, { ...input, ...ctx.actor })),
  delete: actingProcedure
    .meta({ errors: ["post.notFound"] })
    .input(bookmarkInput)
    .output(bookmarkView)
    .mutation(({ ctx, input }) => deleteBookmark(ctx.deps, { ...input, ...ctx.actor })),
  list: authedProcedure
    .input(listBookmarksInput)
    .output(postPageView)
    .query(({ ctx, input }) => listBookmarks(ctx.deps, { ...input, viewerId: ctx.viewer.userId })),
});
