// The wire of the room `notification`.
import { authedProcedure, router } from "../platform/call/trpc.ts";
import { countsView } from "../user/user.schema.ts";
import { listGroups } from "./notification.group.ts";
import { readPreferences, setQuiet, updatePreferences } from "./notification.preference.ts";
import {
  emptyInput,
  listGroupsInput,
  listNotificationsInput,
  markReadInput,
  markSeenInput,
  notificationGroupPageView,
  notificationPageView,
  preferencesView,
  quietView,
  setQuietInput,
  updatePreferencesInput,
} from "./notification.schema.ts";
import { countNotifications, listNotifications, markRead, markSeen } from "./notification.service.ts";

export const notificationRouter = router({
  list: authedProcedure
    .input(listNotificationsInput)
    .output(notificationPageView)
    .query(({ ctx, input }) => listNotifications(ctx.deps, { ...input, viewerId: ctx.viewer.userId })),
  groups: authedProcedure
    .input(listGroupsInput)
    .output(notificationGroupPageView)
    .query(({ ctx, input }) => listGroups(ctx.deps, { ...input, viewerId: ctx.viewer.userId })),
  counts: authedProcedure
    .input(emptyInput)
    .output(countsView)
    .query(({ ctx }) => countNotifications(ctx.deps, { viewerId: ctx.viewer.userId })),
  markRead: authedProcedure
    .input(markReadInput)
    .output(countsView)
    .mutation(({ ctx, input }) => markRead(ctx.deps, { actorId: ctx.viewer.userId, which: input })),
  markSeen: authedProcedure
    .input(markSeenInput)
    .output(countsView)
    .mutation(({ ctx, input }) => markSeen(ctx.deps, { ...input, actorId: ctx.viewer.userId })),
  preferences: authedProcedure
    .input(emptyInput)
    .output(preferencesView)
    .query(({ ctx }) => readPreferences(ctx.deps, { viewerId: ctx.viewer.userId })),
  updatePreferences: authedProcedure
    .input(updatePreferencesInput)
    .output(preferencesView)
    .mutation(({ ctx, input }) => updatePreferences(ctx.deps, { actorId: ctx.viewer.userId, changes: input })),
  setQuiet: authedProcedure
    .meta({ errors: ["post.notFound"] })
    .input(setQuietInput)
    .output(quietView)
    .mutation(({ ctx, input }) => setQuiet(ctx.deps, { ...input, actorId: ctx.viewer.userId })),
});
