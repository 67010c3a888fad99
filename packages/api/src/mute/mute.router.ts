// The wire of the room `mute`.
import { authedProcedure, router } from "../platform/call/trpc.ts";
import { userCardPageView, userView } from "../user/user.schema.ts";
import { listMutesInput, muteInput } from "./mute.schema.ts";
import { createMute, deleteMute, listMutes } from "./mute.service.ts";

export const muteRouter = router({
  create: authedProcedure
    .meta({ errors: ["user.notFound"] })
    .input(muteInput)
    .output(userView)
    .mutation(({ ctx, input }) => createMute(ctx.deps, { actorId: ctx.viewer.userId, ...input })),
  delete: authedProcedure
    .meta({ errors: ["user.notFound"] })
    .input(muteInput)
    .output(userView)
    .mutation(({ ctx, input }) => deleteMute(ctx.deps, { actorId: ctx.viewer.userId, ...input })),
  list: authedProcedure
    .input(listMutesInput)
    .output(userCardPageView)
    .query(({ ctx, input }) => listMutes(ctx.deps, { viewerId: ctx.viewer.userId, ...input })),
});
