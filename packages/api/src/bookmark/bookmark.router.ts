// `bookmark.*` on the wire.
import { authedProcedure, router } from "../platform/trpc.ts";
import { postPageView } from "../post/post.schema.ts";
import { bookmarkInput, bookmarkView, listBookmarksInput } from "./bookmark.schema.ts";
import { createBookmark, deleteBookmark, listBookmarks } from "./bookmark.service.ts";

export const bookmarkRouter = router({
  create: authedProcedure
    .input(bookmarkInput)
    .output(bookmarkView)
    .mutation(({ ctx, input }) => createBookmark(ctx.deps, { ...input, actorId: ctx.viewer.userId })),
  delete: authedProcedure
    .input(bookmarkInput)
    .output(bookmarkView)
    .mutation(({ ctx, input }) => deleteBookmark(ctx.deps, { ...input, actorId: ctx.viewer.userId })),
  list: authedProcedure
    .input(listBookmarksInput)
    .output(postPageView)
    .query(({ ctx, input }) => listBookmarks(ctx.deps, { ...input, viewerId: ctx.viewer.userId })),
});
