// The wire of the room `push`.
import { authedProcedure, publicProcedure, router } from "../platform/call/trpc.ts";
import { okView } from "../platform/call/wire.ts";
import { emptyInput, publicKeyView, subscribeInput, unsubscribeInput } from "./push.schema.ts";
import { presentPublicKey, subscribe, unsubscribe } from "./push.service.ts";

export const pushRouter = router({
  subscribe: authedProcedure
    .input(subscribeInput)
    .output(okView)
    .mutation(({ ctx, input }) =>
      subscribe(ctx.deps, { ...input, actorId: ctx.viewer.userId, sessionId: ctx.viewer.sessionId }),
    ),
  unsubscribe: authedProcedure
    .input(unsubscribeInput)
    .output(okView)
    .mutation(({ ctx, input }) => unsubscribe(ctx.deps, { ...input, actorId: ctx.viewer.userId })),
  publicKey: publicProcedure
    .input(emptyInput)
    .output(publicKeyView)
    .query(({ ctx }) => presentPublicKey(ctx.deps)),
});
