// The wire of the room `moderation`. Everyone may report, read what was decided about themselves and appeal, the latter two
// while suspended, too; the rest is for moderators and admins.
import { decisionView } from "../decision/decision.schema.ts";
import { tagInput } from "../hashtag/hashtag.schema.ts";
import { setHashtagBanned } from "../hashtag/hashtag.service.ts";
import { authedProcedure, restrictedProcedure, router } from "../platform/call/trpc.ts";

import { ok, okView } from "../platform/call/wire.ts";
import { createAppeal, resolveAppeal } from "./moderation.appeal.ts";
import { decideCase } from "./moderation.decide.ts";
import { listLog, listOwnDecisions } from "./moderation.log.ts";
import { listCases, presentCase } from "./moderation.queue.ts";
import { requireModerator } from "./moderation.rank.ts";
import { createReport, listMyReports, listOpenReports } from "./moderation.report.ts";
import { resolveReport } from "./moderation.resolve.ts";
import { reverseDecision } from "./moderation.reverse.ts";
import * as shape from "./moderation.schema.ts";
import { suspendUser, unsuspendUser } from "./moderation.service.ts";
import { takeCase } from "./moderation.take.ts";

/** Moderators and admins only; the role is read at each call. */
const moderatorProcedure = authedProcedure.use(async ({ ctx, next }) => {
  await requireModerator(ctx.deps, { actorId: ctx.viewer.userId });
  return next();
});

export const moderationRouter = router({
  report: authedProcedure
    .meta({ repeat: "byKey", errors: ["post.notFound", "comment.notFound", "user.notFound", "chat.notFound"] })
    .input(shape.reportInput)
    .output(shape.reportedView)
    .mutation(async ({ ctx, input }) => ({
      ...ok,
      ...(await createReport(ctx.deps, { actorId: ctx.viewer.userId, ...input })),
    })),
  myReports: authedProcedure
    .input(shape.listReportsInput)
    .output(shape.myReportPageView)
    .query(({ ctx, input }) => listMyReports(ctx.deps, { ...input, viewerId: ctx.viewer.userId })),
  decisions: restrictedProcedure
    .input(shape.listReportsInput)
    .output(shape.decisionPageView)
    .query(({ ctx, input }) => listOwnDecisions(ctx.deps, { ...input, viewerId: ctx.viewer.userId })),
  appeal: restrictedProcedure
    .meta({ errors: ["moderation.notFound", "moderation.appealed", "moderation.final"] })
    .input(shape.appealInput)
    .output(decisionView)
    .mutation(({ ctx, input }) => createAppeal(ctx.deps, { ...input, actorId: ctx.viewer.userId })),
  reports: moderatorProcedure
    .meta({ errors: ["moderation.forbidden"] })
    .input(shape.listReportsInput)
    .output(shape.reportPageView)
    .query(({ ctx, input }) => listOpenReports(ctx.deps, { ...input, viewerId: ctx.viewer.userId })),
  resolve: moderatorProcedure
    .meta({ errors: ["moderation.forbidden", "moderation.notFound", "moderation.taken"] })
    .input(shape.resolveReportInput)
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
    .meta({ errors: ["moderation.forbidden", "user.notFound", "chat.notFound"] })
    .input(shape.suspendInput)
    .output(okView)
    .mutation(async ({ ctx, input }) => {
      await suspendUser(ctx.deps, { actorId: ctx.viewer.userId, ...input });
      return ok;
    }),
  unsuspend: moderatorProcedure
    .meta({ errors: ["moderation.forbidden", "user.notFound", "chat.notFound"] })
    .input(shape.suspendInput)
    .output(okView)
    .mutation(async ({ ctx, input }) => {
      await unsuspendUser(ctx.deps, { actorId: ctx.viewer.userId, ...input });
      return ok;
    }),
  cases: moderatorProcedure
    .meta({ errors: ["moderation.forbidden"] })
    .input(shape.listCasesInput)
    .output(shape.casePageView)
    .query(({ ctx, input }) => listCases(ctx.deps, { ...input, viewerId: ctx.viewer.userId })),
  case: moderatorProcedure
    .meta({ errors: ["moderation.forbidden", "moderation.notFound"] })
    .input(shape.caseIdInput)
    .output(shape.caseDetailView)
    .query(({ ctx, input }) => presentCase(ctx.deps, { ...input, viewerId: ctx.viewer.userId })),
  log: moderatorProcedure
    .meta({ errors: ["moderation.forbidden"] })
    .input(shape.listLogInput)
    .output(shape.logPageView)
    .query(({ ctx, input }) => listLog(ctx.deps, { ...input, viewerId: ctx.viewer.userId })),
  take: moderatorProcedure
    .meta({ errors: ["moderation.forbidden", "moderation.notFound", "moderation.taken", "moderation.closed"] })
    .input(shape.takeCaseInput)
    .output(shape.takenCaseView)
    .mutation(async ({ ctx, input }) => {
      const caseId = await takeCase(ctx.deps, { ...input, actorId: ctx.viewer.userId });
      return {
        case: caseId === null ? null : await presentCase(ctx.deps, { caseId, viewerId: ctx.viewer.userId }),
      };
    }),
  decide: moderatorProcedure
    .meta({ errors: ["moderation.forbidden", "moderation.notFound", "moderation.taken", "moderation.closed"] })
    .input(shape.decideInput)
    .output(shape.caseDetailView)
    .mutation(async ({ ctx, input }) => {
      await decideCase(ctx.deps, { ...input, actorId: ctx.viewer.userId });
      return presentCase(ctx.deps, { caseId: input.caseId, viewerId: ctx.viewer.userId });
    }),
  reverse: moderatorProcedure
    .meta({ errors: ["moderation.forbidden", "moderation.notFound"] })
    .input(shape.reverseInput)
    .output(shape.caseDetailView)
    .mutation(async ({ ctx, input }) => {
      const { caseId } = await reverseDecision(ctx.deps, { ...input, actorId: ctx.viewer.userId });
      return presentCase(ctx.deps, { caseId, viewerId: ctx.viewer.userId });
    }),
  resolveAppeal: moderatorProcedure
    .meta({ errors: ["moderation.forbidden", "moderation.notFound", "moderation.taken", "moderation.closed"] })
    .input(shape.resolveAppealInput)
    .output(shape.caseDetailView)
    .mutation(async ({ ctx, input }) => {
      const { caseId } = await resolveAppeal(ctx.deps, { ...input, actorId: ctx.viewer.userId });
      return presentCase(ctx.deps, { caseId, viewerId: ctx.viewer.userId });
    }),
});
