// `like.*` on the wire.
import { actingProcedure, authedProcedure, router } from "../platform/call/trpc.ts";
import { likeInput, likerPageView, likeView, listLikesInput } from "./like.schema.ts";
import { createLike, deleteLike, listLikers } from "./like.service.ts";

export const likeRouter = router({
  create: actingProcedure
    .input(likeInput)
    .output(likeView)
    .mutation(({ ctx, input }) => createLike(ctx.deps, { ...input, ...ctx.actor })),
  delete: actingProcedure
    .input(likeInput)
    .output(likeView)
    .mutation(({ ctx, input }) => deleteLike(ctx.deps, { ...input, ...ctx.actor })),
  list: authedProcedure
    .input(listLikesInput)
    .output(likerPageView)
    .query(({ ctx, input }) => listLikers(ctx.deps, { ...input, viewerId: ctx.viewer.userId })),
});
