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
    .meta({ repeat: "byKey" })
    .input(createCommentInput)
    .output(commentView)
    .mutation(({ ctx, input }) => createComment(ctx.deps, { ...input, actorId: ctx.viewer.userId })),
  update: authedProcedure
    .input(updateCommentInput)
    .output(commentView)
    .mutation(({ ctx, input }) => updateComment(ctx.deps, { ...input, actorId: ctx.viewer.userId })),
  delete: authedProcedure
    .input(commentIdInput)
    .output(okView)
    .mutation(({ ctx, input }) => deleteComment(ctx.deps, { ...input, actorId: ctx.viewer.userId })),
  byId: publicProcedure
    .input(commentIdInput)
    .output(commentView)
    .query(({ ctx, input }) => presentComment(ctx.deps, { ...input, viewerId: ctx.viewer?.userId ?? null })),
  list: publicProcedure
    .input(listCommentsInput)
    .output(commentPageView)
    .query(({ ctx, input }) => listComments(ctx.deps, { ...input, viewerId: ctx.viewer?.userId ?? null })),
  replies: publicProcedure
    .input(listRepliesInput)
    .output(commentPageView)
    .query(({ ctx, input }) => listReplies(ctx.deps, { ...input, viewerId: ctx.viewer?.userId ?? null })),
});
