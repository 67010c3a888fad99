// `media.*` on the wire.
import { authedProcedure, router } from "../platform/call/trpc.ts";
import { createdMediaView, createMediaInput, mediaIdInput, mediaView } from "./media.schema.ts";
import { completeMedia, createMedia } from "./media.service.ts";
import { presentOwnMedia } from "./media.view.ts";

export const mediaRouter = router({
  create: authedProcedure
    .meta({ repeat: "byKey" })
    .input(createMediaInput)
    .output(createdMediaView)
    .mutation(({ ctx, input }) => createMedia(ctx.deps, { ...input, actorId: ctx.viewer.userId })),
  complete: authedProcedure
    .meta({ errors: ["media.notFound", "media.notReady"] })
    .input(mediaIdInput)
    .output(mediaView)
    .mutation(({ ctx, input }) => completeMedia(ctx.deps, { ...input, actorId: ctx.viewer.userId })),
  byId: authedProcedure
    .meta({ errors: ["media.notFound"] })
    .input(mediaIdInput)
    .output(mediaView)
    .query(({ ctx, input }) => presentOwnMedia(ctx.deps, { ...input, actorId: ctx.viewer.userId })),
});
