// The wire of the room `moderation`. Everyone may report; the rest is for moderators and admins.
import { tagInput } from "../hashtag/hashtag.schema.ts";
import { setHashtagBanned } from "../hashtag/hashtag.service.ts";
import { authedProcedure, router } from "../platform/call/trpc.ts";
import { ok, okView } from "../platform/call/wire.ts";
import { createReport, listOpenReports } from "./moderation.report.ts";
import { resolveReport } from "./moderation.resolve.ts";
import {
  listReportsInput,
  reportInput,
  reportPageView,
  resolveReportInput,
  suspendInput,
} from "./moderation.schema.ts";
import { requireModerator, suspendUser, unsuspendUser } from "./moderation.service.ts";

/** Moderators and admins only; the role is read at each call. */
const moderatorProcedure = authedProcedure.use(async ({ ctx, next }) => {
  await requireModerator(ctx.deps, { actorId: ctx.viewer.userId });
  return next();
});

export const moderationRouter = router({
  report: authedProcedure
    .meta({ repeat: "byKey", errors: ["post.notFound", "comment.notFound", "user.notFound"] })
    .input(reportInput)
    .output(okView)
    .mutation(async ({ ctx, input }) => {
      await createReport(ctx.deps, { actorId: ctx.viewer.userId, ...input });
      return ok;
    }),
  reports: moderatorProcedure
    .meta({ errors: ["moderation.forbidden"] })
    .input(listReportsInput)
    .output(reportPageView)
    .query(({ ctx, input }) => listOpenReports(ctx.deps, { ...input, viewerId: ctx.viewer.userId })),
  resolve: moderatorProcedure
    .meta({ errors: ["moderation.forbidden", "moderation.notFound", "user.notFound"] })
    .input(resolveReportInput)
    .output(okView)
    .mutation(async ({ ctx, input }) => {
      await resolveReport(ctx.deps, { actorId: ctx.viewer.userId, ...input });
      return ok;
    }),
  banHashtag: moderatorProcedure
    .meta({ errors: ["moderation.forbidden"] })
    .input(tagInput)
    .output(okView)
    .mutation(async ({ ctx, input }) => {
      await setHashtagBanned(ctx.deps, { ...input, isBanned: true });
      return ok;
    }),
  unbanHashtag: moderatorProcedure
    .meta({ errors: ["moderation.forbidden"] })
    .input(tagInput)
    .output(okView)
    .mutation(async ({ ctx, input }) => {
      await setHashtagBanned(ctx.deps, { ...input, isBanned: false });
      return ok;
    }),
  suspend: moderatorProcedure
    .meta({ errors: ["moderation.forbidden", "user.notFound"] })
    .input(suspendInput)
    .output(okView)
    .mutation(async ({ ctx, input }) => {
      await suspendUser(ctx.deps, { actorId: ctx.viewer.userId, ...input });
      return ok;
    }),
  unsuspend: moderatorProcedure
    .meta({ errors: ["moderation.forbidden", "user.notFound"] })
    .input(suspendInput)
    .output(okView)
    .mutation(async ({ ctx, input }) => {
      await unsuspendUser(ctx.deps, { actorId: ctx.viewer.userId, ...input });
      return ok;
    }),
});
