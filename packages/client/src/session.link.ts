// Keeps the session in step with what the auth procedures answer, and renews a token that the server calls expired.
import type { AppRouter } from "@pixora/api";
import type { TRPCClientError, TRPCLink } from "@trpc/client";
import { observable, type Unsubscribable } from "@trpc/server/observable";
import { isPixoraError } from "./errors.ts";
import type { SessionInside, Tokens } from "./session.ts";

/** These answer tokens, which the client keeps by itself. */
const signingIn = new Set(["auth.signIn", "auth.signUp", "auth.verifyEmail", "auth.refresh"]);
/** After these the session is gone. */
const signingOut = new Set(["auth.signOut", "auth.deleteAccount"]);
/** These need no session: a token that they refuse is one that was mailed, or typed. */
const ignoresSession = new Set([
  ...signingIn,
  "auth.requestPasswordReset",
  "auth.resetPassword",
  "auth.requestEmailVerification",
]);
const endsSession = new Set(["auth.sessionRevoked", "auth.tokenInvalid"]);

/** Ends with the answer of the call; a call refused for an expired token is sent once more with a new one. */
export function sessionLink(session: SessionInside): TRPCLink<AppRouter> {
  return () =>
    ({ op, next }) =>
      observable((observer) => {
        if (op.type === "subscription") return next(op).subscribe(observer);
        let current: Unsubscribable | undefined;
        let isOver = false;

        async function settle(data: unknown, sentWith: Tokens | null): Promise<void> {
          if (sentWith !== null && (signingOut.has(op.path) || endsOwnSession(op.path, op.input))) {
            await session.forget(sentWith);
          }
          if (!signingIn.has(op.path)) return;
          const tokens = (data as { tokens: Tokens | null }).tokens;
          if (tokens !== null) await session.set(tokens);
        }

        async function recover(error: TRPCClientError<AppRouter>, sentWith: Tokens | null): Promise<boolean> {
          if (sentWith === null || ignoresSession.has(op.path)) return false;
          if (isPixoraError(error, "auth.tokenExpired")) return session.renew(sentWith.accessToken);
          if (isPixoraError(error) && endsSession.has(error.data.appCode)) await session.forget(sentWith);
          return false;
        }

        /** Signing out reaches its end too where an attempt whose answer got lost, or another device, was there first. */
        async function fail(error: TRPCClientError<AppRouter>, sentWith: Tokens | null): Promise<void> {
          if (op.path === "auth.signOut" && sentWith !== null) {
            if (isPixoraError(error, "auth.suspended")) await session.forget(sentWith);
            if (isPixoraError(error) && (await session.tokens()) === null) {
              observer.next({ result: { type: "data", data: { ok: true } } });
              return observer.complete();
            }
          }
          observer.error(error);
        }

        async function send(attempt: number): Promise<void> {
          const sentWith = await session.tokens();
          if (isOver) return;
          current = next(op).subscribe({
            next(envelope) {
              const data = "data" in envelope.result ? envelope.result.data : undefined;
              settle(data, sentWith).then(
                () => {
                  observer.next(envelope);
                  observer.complete();
                },
                (cause) => observer.error(cause),
              );
            },
            error(error) {
              const mend = attempt > 1 ? Promise.resolve(false) : recover(error, sentWith);
              mend
                .then((isRenewed) => (isRenewed && !isOver ? send(attempt + 1) : fail(error, sentWith)))
                .catch(() => observer.error(error));
            },
          });
        }

        send(1).catch((cause) => observer.error(cause));
        return () => {
          isOver = true;
          current?.unsubscribe();
        };
      });
}

function endsOwnSession(path: string, input: unknown): boolean {
  return (
    path === "auth.signOutEverywhere" && (input as { exceptCurrent?: boolean } | undefined)?.exceptCurrent !== true
  );
}
