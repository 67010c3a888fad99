// The wire of `auth`. Procedures for people without a session ignore the Authorization header.

import { presentExport } from "../account/account.export.ts";
import { exportView } from "../account/account.schema.ts";
import type { RequestContext, Viewer } from "../platform/call/context.ts";
import { authedProcedure, openProcedure, restrictedProcedure, router } from "../platform/call/trpc.ts";
import { okView } from "../platform/call/wire.ts";
import { clearCookies, handOver, refreshCaller } from "../session/session.cookie.ts";
import type { Device } from "../session/session.device.ts";
import {
  refreshedView,
  refreshInput,
  sessionIdInput,
  sessionPageView,
  signOutEverywhereInput,
} from "../session/session.schema.ts";
import { listSessions, revokeSession, signOut } from "../session/session.service.ts";
import { meView } from "../user/user.schema.ts";
import { changePassword, requestPasswordReset, resetPassword } from "./auth.credential.ts";
import { deleteAccount } from "./auth.deletion.ts";
import { changeEmail, requestEmailVerification, verifyEmail } from "./auth.email.ts";
import { signOutEverywhere } from "./auth.ending.ts";
import { askForExport } from "./auth.export.ts";
import {
  changeEmailInput,
  changePasswordInput,
  emailOnlyInput,
  emptyInput,
  passwordOnlyInput,
  requestExportInput,
  resetPasswordInput,
  signedInView,
  signedUpView,
  signInInput,
  signUpInput,
  verifyEmailInput,
} from "./auth.schema.ts";
import { signIn, signUp } from "./auth.service.ts";

function deviceOf(ctx: RequestContext, deviceName?: string): Device {
  return { deviceName, userAgent: ctx.userAgent, ip: ctx.ip };
}

function callerOf(viewer: Viewer): { actorId: string; sessionId: string } {
  return { actorId: viewer.userId, sessionId: viewer.sessionId };
}

/** The session that a good token names; null for none: it only says who most likely calls, and nobody is refused for it. */
async function sessionOf(ctx: RequestContext): Promise<string | null> {
  const viewer = await ctx.readViewer().catch(() => null);
  return viewer?.sessionId ?? null;
}

/** Runs what ends the caller's session, and clears its cookies. */
async function ending<Answer>(ctx: RequestContext & { viewer: Viewer }, run: () => Promise<Answer>): Promise<Answer> {
  const answer = await run();
  clearCookies(ctx, ctx.viewer);
  return answer;
}

export const authRouter = router({
  signUp: openProcedure
    .meta({ session: "begins", repeat: "never", errors: ["user.handleTaken", "user.emailTaken"] })
    .input(signUpInput)
    .output(signedUpView)
    .mutation(async ({ ctx, input }) =>
      handOver(ctx, await signUp(ctx.deps, { ...input, device: deviceOf(ctx, input.deviceName) })),
    ),

  signIn: openProcedure
    .meta({
      session: "begins",
      repeat: "never",
      errors: ["auth.wrongCredentials", "auth.emailUnverified", "user.notFound"],
    })
    .input(signInInput)
    .output(signedInView)
    .mutation(async ({ ctx, input }) =>
      handOver(ctx, await signIn(ctx.deps, { ...input, device: deviceOf(ctx, input.deviceName) })),
    ),

  refresh: openProcedure
    .meta({
      session: "begins",
      repeat: "safely",
      errors: ["auth.tokenInvalid", "auth.tokenExpired", "auth.sessionRevoked"],
    })
    .input(refreshInput)
    .output(refreshedView)
    .mutation(({ ctx, input }) => refreshCaller(ctx, input)),

  signOut: restrictedProcedure
    .meta({ session: "ends", repeat: "safely" })
    .input(emptyInput)
    .output(okView)
    .mutation(({ ctx }) => ending(ctx, () => signOut(ctx.deps, callerOf(ctx.viewer)))),

  signOutEverywhere: authedProcedure
    .meta({ session: "ends", repeat: "never" })
    .input(signOutEverywhereInput)
    .output(okView)
    .mutation(({ ctx, input }) => {
      const run = () => signOutEverywhere(ctx.deps, { ...input, ...callerOf(ctx.viewer) });
      return input.exceptCurrent === true ? run() : ending(ctx, run);
    }),

  sessions: authedProcedure
    .input(emptyInput)
    .output(sessionPageView)
    .query(({ ctx }) => listSessions(ctx.deps, { viewerId: ctx.viewer.userId, sessionId: ctx.viewer.sessionId })),

  revokeSession: authedProcedure
    .meta({ repeat: "never", errors: ["auth.notFound"] })
    .input(sessionIdInput)
    .output(okView)
    .mutation(({ ctx, input }) => revokeSession(ctx.deps, { actorId: ctx.viewer.userId, sessionId: input.sessionId })),

  changePassword: authedProcedure
    .meta({ repeat: "never", errors: ["auth.wrongCredentials"] })
    .input(changePasswordInput)
    .output(okView)
    .mutation(({ ctx, input }) => changePassword(ctx.deps, { ...input, ...callerOf(ctx.viewer) })),

  requestPasswordReset: openProcedure
    .meta({ repeat: "never" })
    .input(emailOnlyInput)
    .output(okView)
    .mutation(({ ctx, input }) => requestPasswordReset(ctx.deps, input)),

  resetPassword: openProcedure
    .meta({ repeat: "never", errors: ["auth.tokenInvalid", "auth.tokenExpired"] })
    .input(resetPasswordInput)
    .output(okView)
    .mutation(({ ctx, input }) => resetPassword(ctx.deps, input)),

  requestEmailVerification: openProcedure
    .meta({ repeat: "never" })
    .input(emailOnlyInput)
    .output(okView)
    .mutation(({ ctx, input }) => requestEmailVerification(ctx.deps, input)),

  verifyEmail: openProcedure
    .meta({
      session: "begins",
      repeat: "never",
      errors: [
        "auth.tokenInvalid",
        "auth.tokenExpired",
        "auth.passwordRequired",
        "auth.suspended",
        "user.emailTaken",
        "user.notFound",
      ],
    })
    .input(verifyEmailInput)
    .output(signedInView)
    .mutation(async ({ ctx, input }) =>
      handOver(ctx, await verifyEmail(ctx.deps, { ...input, device: deviceOf(ctx), sessionId: await sessionOf(ctx) })),
    ),

  changeEmail: authedProcedure
    .meta({ repeat: "never", errors: ["auth.wrongCredentials", "user.emailTaken", "user.notFound"] })
    .input(changeEmailInput)
    .output(meView)
    .mutation(({ ctx, input }) => changeEmail(ctx.deps, { ...input, ...callerOf(ctx.viewer) })),

  requestExport: restrictedProcedure
    .meta({ repeat: "never", errors: ["auth.wrongCredentials", "auth.passwordRequired"] })
    .input(requestExportInput)
    .output(exportView)
    .mutation(({ ctx, input }) => askForExport(ctx.deps, { ...input, ...callerOf(ctx.viewer) })),

  export: restrictedProcedure
    .input(emptyInput)
    .output(exportView)
    .query(({ ctx }) => presentExport(ctx.deps, { viewerId: ctx.viewer.userId })),

  deleteAccount: restrictedProcedure
    .meta({ session: "ends", repeat: "never", errors: ["auth.wrongCredentials"] })
    .input(passwordOnlyInput)
    .output(okView)
    .mutation(({ ctx, input }) => ending(ctx, () => deleteAccount(ctx.deps, { ...input, actorId: ctx.viewer.userId }))),
});
