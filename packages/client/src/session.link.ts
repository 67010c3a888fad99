// Keeps the session in step with what the auth procedures answer, and renews a token that the server calls expired.
// Which procedures begin and end sessions, and which need none, their meta says.
import type { AppRouter } from "@pixora/api";
import type { Operation, TRPCClientError, TRPCLink } from "@trpc/client";
import { observable, type Unsubscribable } from "@trpc/server/observable";
import { isPixoraError } from "./errors.ts";
import { metaOf } from "./procedure.meta.ts";
import type { Tokens } from "./session.store.ts";
import type { SessionInside } from "./session.ts";

/** A call, and the tokens that were here when it was sent. */
interface Sent {
  op: Operation;
  tokens: Tokens | null;
}

type Failure = TRPCClientError<AppRouter>;

/** Ends with the answer of the call; a call refused for an expired token is sent once more with a new one. */
export function sessionLink(session: SessionInside): TRPCLink<AppRouter> {
  return () =>
    ({ op, next }) =>
      observable((observer) => {
        if (op.type === "subscription") return next(op).subscribe(observer);
        let current: Unsubscribable | undefined;
        let isOver = false;

        function answer(envelope: Parameters<typeof observer.next>[0]): void {
          observer.next(envelope);
          observer.complete();
        }

        async function fail(error: Failure, sent: Sent): Promise<void> {
          if (await isSignedOut(session, error, sent)) answer({ result: { type: "data", data: { ok: true } } });
          else observer.error(error);
        }

        async function send(attempt: number): Promise<void> {
          const sent = { op, tokens: await session.tokens() };
          if (isOver) return;
          current = next(op).subscribe({
            next(envelope) {
              const data = "data" in envelope.result ? envelope.result.data : undefined;
              settle(session, data, sent).then(
                () => answer(envelope),
                (cause) => observer.error(cause),
              );
            },
            error(error) {
              const mend = attempt > 1 ? Promise.resolve(false) : recover(session, error, sent);
              mend
                .then((isRenewed) => (isRenewed && !isOver ? send(attempt + 1) : fail(error, sent)))
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

/** Takes over what a success did to the session. */
async function settle(session: SessionInside, data: unknown, { op, tokens }: Sent): Promise<void> {
  const { session: change } = metaOf(op.path);
  if (change === "ends" && tokens !== null && !sparesOwnSession(op.input)) await session.forget(tokens);
  if (change !== "begins") return;
  const begun = (data as { tokens: Tokens | null }).tokens;
  if (begun !== null) await session.set(begun);
}

function sparesOwnSession(input: unknown): boolean {
  return (input as { exceptCurrent?: boolean } | undefined)?.exceptCurrent === true;
}

/** Whether a refused call may be sent again with a new token. Forgets the tokens of a session that has ended. */
async function recover(session: SessionInside, error: Failure, { op, tokens }: Sent): Promise<boolean> {
  // Where no session is read, a token that is refused is one that was mailed, or typed.
  if (tokens === null || metaOf(op.path).auth === "none") return false;
  if (isPixoraError(error, "auth.tokenExpired")) return session.renew(tokens.accessToken);
  if (isPixoraError(error, "auth.sessionRevoked") || isPixoraError(error, "auth.tokenInvalid")) {
    await session.forget(tokens);
  }
  return false;
}

/**
 * Whether a failed call has reached its end all the same: signing out, where an attempt whose answer got lost, or another
 * device, was there first. An end of the session that may not be repeated (deleting an account) was to do more.
 */
async function isSignedOut(session: SessionInside, error: Failure, { op, tokens }: Sent): Promise<boolean> {
  const { session: change, repeat } = metaOf(op.path);
  if (change !== "ends" || repeat === "never" || tokens === null || !isPixoraError(error)) return false;
  if (isPixoraError(error, "auth.suspended")) await session.forget(tokens);
  return (await session.tokens()) === null;
}
