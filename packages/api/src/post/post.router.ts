// `post.*` on the wire.
import { authedProcedure, publicProcedure, router } from "../platform/call/trpc.ts";
import { okView } from "../platform/call/wire.ts";
import { listPostEdits, listPostsByUser } from "./post.list.ts";
import {
  createPostInput,
  listPostEditsInput,
  listPostsByUserInput,
  postEditPageView,
  postIdInput,
  postPageView,
  postView,
  updatePostInput,
} from "./post.schema.ts";
import { createPost, deletePost, updatePost } from "./post.service.ts";
import { presentPost } from "./post.view.ts";

export const postRouter = router({
  create: authedProcedure
    .meta({ repeat: "byKey" })
    .input(createPostInput)
    .output(postView)
    .mutation(({ ctx, input }) => createPost(ctx.deps, { ...input, actorId: ctx.viewer.userId })),
  update: authedProcedure
    .input(updatePostInput)
    .output(postView)
    .mutation(({ ctx, input }) => updatePost(ctx.deps, { ...input, actorId: ctx.viewer.userId })),
  delete: authedProcedure
    .input(postIdInput)
    .output(okView)
    .mutation(({ ctx, input }) => deletePost(ctx.deps, { ...input, actorId: ctx.viewer.userId })),
  byId: publicProcedure
    .input(postIdInput)
    .output(postView)
    .query(({ ctx, input }) => presentPost(ctx.deps, { ...input, viewerId: ctx.viewer?.userId ?? null })),
  byUser: publicProcedure
    .input(listPostsByUserInput)
    .output(postPageView)
    .query(({ ctx, input }) => listPostsByUser(ctx.deps, { ...input, viewerId: ctx.viewer?.userId ?? null })),
  history: publicProcedure
    .input(listPostEditsInput)
    .output(postEditPageView)
    .query(({ ctx, input }) => listPostEdits(ctx.deps, { ...input, viewerId: ctx.viewer?.userId ?? null })),
});
