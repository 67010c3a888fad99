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
    .meta({ repeat: "byKey", errors: ["media.notFound", "media.notReady"] })
    .input(createPostInput)
    .output(postView)
    .mutation(({ ctx, input }) => createPost(ctx.deps, { ...input, actorId: ctx.viewer.userId })),
  update: authedProcedure
    .meta({ errors: ["post.notFound", "post.forbidden", "media.notFound"] })
    .input(updatePostInput)
    .output(postView)
    .mutation(({ ctx, input }) => updatePost(ctx.deps, { ...input, actorId: ctx.viewer.userId })),
  delete: authedProcedure
    .meta({ errors: ["post.notFound", "post.forbidden"] })
    .input(postIdInput)
    .output(okView)
    .mutation(({ ctx, input }) => deletePost(ctx.deps, { ...input, actorId: ctx.viewer.userId })),
  byId: publicProcedure
    .meta({ errors: ["post.notFound"] })
    .input(postIdInput)
    .output(postView)
    .query(({ ctx, input }) => presentPost(ctx.deps, { ...input, viewerId: ctx.viewer?.userId ?? null })),
  byUser: publicProcedure
    .meta({ errors: ["user.notFound", "user.private", "block.active"] })
    .input(listPostsByUserInput)
    .output(postPageView)
    .query(({ ctx, input }) => listPostsByUser(ctx.deps, { ...input, viewerId: ctx.viewer?.userId ?? null })),
  history: publicProcedure
    .meta({ errors: ["post.notFound"] })
    .input(listPostEditsInput)
    .output(postEditPageView)
    .query(({ ctx, input }) => listPostEdits(ctx.deps, { ...input, viewerId: ctx.viewer?.userId ?? null })),
});
