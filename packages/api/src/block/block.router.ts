// The wire of the room `block`.
import { authedProcedure, router } from "../platform/call/trpc.ts";
import { userCardPageView, userView } from "../user/user.schema.ts";
import { blockInput, listBlocksInput } from "./block.schema.ts";
import { createBlock, deleteBlock, listBlocks } from "./block.service.ts";

export const blockRouter = router({
  create: authedProcedure
    .meta({ errors: ["user.notFound"] })
    .input(blockInput)
    .output(userView)
    .mutation(({ ctx, input }) => createBlock(ctx.deps, { actorId: ctx.viewer.userId, ...input })),
  delete: authedProcedure
    .meta({ errors: ["user.notFound"] })
    .input(blockInput)
    .output(userView)
    .mutation(({ ctx, input }) => deleteBlock(ctx.deps, { actorId: ctx.viewer.userId, ...input })),
  list: authedProcedure
    .input(listBlocksInput)
    .output(userCardPageView)
    .query(({ ctx, input }) => listBlocks(ctx.deps, { viewerId: ctx.viewer.userId, ...input })),
});
