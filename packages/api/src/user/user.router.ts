// The wire of the room `user`.

import { updateUser } from "../account/account.profile.ts";
import { authedProcedure, publicProcedure, restrictedProcedure, router } from "../platform/call/trpc.ts";
import { okView } from "../platform/call/wire.ts";
import { dismissSuggestion } from "./user.dismissal.ts";
import { suggestionPageView } from "./user.reason.ts";
import {
  emptyInput,
  handleFreedomView,
  meView,
  suggestionsInput,
  typedHandleInput,
  updateUserInput,
  userIdInput,
  userView,
  wellFormedHandleInput,
} from "./user.schema.ts";
import { findUserByHandle, isHandleFree } from "./user.service.ts";
import { listSuggestions } from "./user.suggestion.ts";
import { presentMe, presentUser } from "./user.view.ts";

export const userRouter = router({
  me: restrictedProcedure
    .meta({ errors: ["user.notFound"] })
    .input(emptyInput)
    .output(meView)
    .query(({ ctx }) => presentMe(ctx.deps, { userId: ctx.viewer.userId })),
  byHandle: publicProcedure
    .meta({ errors: ["user.notFound"] })
    .input(typedHandleInput)
    .output(userView)
    .query(({ ctx, input }) => findUserByHandle(ctx.deps, { viewerId: ctx.viewer?.userId ?? null, ...input })),
  byId: publicProcedure
    .meta({ errors: ["user.notFound"] })
    .input(userIdInput)
    .output(userView)
    .query(({ ctx, input }) => presentUser(ctx.deps, { viewerId: ctx.viewer?.userId ?? null, ...input })),
  isHandleFree: publicProcedure
    .input(wellFormedHandleInput)
    .output(handleFreedomView)
    .query(async ({ ctx, input }) => ({ isFree: await isHandleFree(ctx.deps, input) })),
  update: authedProcedure
    .meta({ errors: ["user.notFound", "media.notFound", "media.notReady"] })
    .input(updateUserInput)
    .output(meView)
    .mutation(({ ctx, input }) => updateUser(ctx.deps, { actorId: ctx.viewer.userId, ...input })),
  suggestions: authedProcedure
    .input(suggestionsInput)
    .output(suggestionPageView)
    .query(({ ctx, input }) => listSuggestions(ctx.deps, { viewerId: ctx.viewer.userId, ...input })),
  dismissSuggestion: authedProcedure
    .input(userIdInput)
    .output(okView)
    .mutation(({ ctx, input }) => dismissSuggestion(ctx.deps, { actorId: ctx.viewer.userId, ...input })),
});
