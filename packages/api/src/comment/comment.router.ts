// `comment.*` on the wire.
import { authedProcedure, publicProcedure, router } from "../platform/call/trpc.ts";
import { okView } from "../platform/call/wire.ts";
import { listComments, listReplies } from "./comment.list.ts";
import {
  commentIdInput,
  commentPageView,
  commentView,
  createCommentInput,
  listCommentsInput,
  listRepliesInput,
  updateCommentInput,
} from "./comment.schema.ts";
import { createComment, deleteComment, updateComment } from "./comment.service.ts";
import { presentComment } from "./comment.view.ts";

export const commentRouter = router({
  create: authedProcedure
    .meta({ repeat: "byKey", errors: ["post.notFound", "comment.notFound"] })
    .input(createCommentInput)
    .output(commentView)
    .mutation(({ ctx, input }) => createComment(ctx.deps, { ...input, actorId: ctx.viewer.userId })),
  update: authedProcedure
    .meta({ errors: ["comment.notFound", "comment.forbidden"] })
    .input(updateCommentInput)
    .output(commentView)
    .mutation(({ ctx, input }) => updateComment(ctx.deps, { ...input, actorId: ctx.viewer.userId })),
  delete: authedProcedure
    .meta({ errors: ["comment.notFound", "comment.forbidden"] })
    .input(commentIdInput)
    .output(okView)
    .mutation(({ ctx, input }) => deleteComment(ctx.deps, { ...input, actorId: ctx.viewer.userId })),
  byId: publicProcedure
    .meta({ errors: ["comment.notFound"] })
    .input(commentIdInput)
    .output(commentView)
    .query(({ ctx, input }) => presentComment(ctx.deps, { ...input, viewerId: ctx.viewer?.userId ?? null })),
  list: publicProcedure
    .meta({ errors: ["post.notFound"] })
    .input(listCommentsInput)
    .output(commentPageView)
    .query(({ ctx, input }) => listComments(ctx.deps, { ...input, viewerId: ctx.viewer?.userId ?? null })),
  replies: publicProcedure
    .meta({ errors: ["comment.notFound"] })
    .input(listRepliesInput)
    .output(commentPageView)
    .query(({ ctx, input }) => listReplies(ctx.deps, { ...input, viewerId: ctx.viewer?.userId ?? null })),
});
