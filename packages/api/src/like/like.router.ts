// `like.*` on the wire.
import { actingProcedure, authedProcedure, router } from "../platform/call/trpc.ts";
import { likeInput, likerPageView, likeView, listLikesInput } from "./like.schema.ts";
import { createLike, deleteLike, listLikers } from "./like.service.ts";

export const likeRouter = router({
  create: actingProcedure
    .meta({ errors: ["post.notFound", "comment.notFound"] })
    .input(likeInput)
    .output(likeView)
    .mutation(({ ctx, input }) => createLike(ctx.deps, { ...input, ...ctx.actor })),
  delete: actingProcedure
    .meta({ errors: ["post.notFound", "comment.notFound"] })
    .input(likeInput)
    .output(likeView)
    .mutation(({ ctx, input }) => deleteLike(ctx.deps, { ...input, ...ctx.actor })),
  list: authedProcedure
    .meta({ errors: ["post.notFound", "comment.notFound"] })
    .input(listLikesInput)
    .output(likerPageView)
    .query(({ ctx, input }) => listLikers(ctx.deps, { ...input, viewerId: ctx.viewer.userId })),
});
