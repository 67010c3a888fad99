// Sends calls again that failed on the way, where a second time changes nothing: every read, and every write that the
// API makes repeatable. Gives the creating calls the idempotency key that makes them so.
import type { AppRouter } from "@pixora/api";
import type { TRPCClientError, TRPCLink } from "@trpc/client";
import { observable, type Unsubscribable } from "@trpc/server/observable";
import { isAnswerError, isConnectionError, isPixoraError } from "./errors.ts";
import { newKey } from "./key.ts";
import { metaOf } from "./procedure.meta.ts";

/** With the delays below, about ten seconds: longer than a server takes to start again. */
const maxAttempts = 8;
const firstDelayMs = 100;
const maxDelayMs = 4_000;

/** In a call's context: how often it is tried, for a caller that sees to the rest by itself. */
export interface RepeatContext {
  attempts?: number;
}

export function retryLink(): TRPCLink<AppRouter> {
  return () =>
    ({ op, next }) => {
      const { repeat } = metaOf(op.path);
      if (op.type === "subscription" || repeat === "never") return next(op);
      const input = repeat === "byKey" ? withKey(op.input) : op.input;
      const { attempts = maxAttempts } = op.context as RepeatContext;
      return observable((observer) => {
        let current: Unsubscribable | undefined;
        let timer: ReturnType<typeof setTimeout> | undefined;

        function send(attempt: number): void {
          current = next({ ...op, input }).subscribe({
            next: (envelope) => observer.next(envelope),
            complete: () => observer.complete(),
            error(error) {
              const delayMs = attempt < attempts && !op.signal?.aborted ? delayBeforeRetry(error, attempt) : null;
              if (delayMs === null) observer.error(error);
              else timer = setTimeout(send, delayMs, attempt + 1);
            },
          });
        }

        send(1);
        return () => {
          clearTimeout(timer);
          current?.unsubscribe();
        };
      });
    };
}

/** A key that the app left undefined is none. */
function withKey(input: unknown): object {
  const given = input as { idempotencyKey?: string };
  return { ...given, idempotencyKey: given.idempotencyKey ?? newKey() };
}

/** Milliseconds to wait, or null where trying again is no use or would take too long. */
function delayBeforeRetry(error: TRPCClientError<AppRouter>, attempt: number): number | null {
  const backoffMs = firstDelayMs * 2 ** (attempt - 1) * (0.5 + Math.random());
  if (isConnectionError(error)) return Math.min(backoffMs, maxDelayMs);
  if (isAnswerError(error)) {
    const { mayPass, retryAfterMs } = error.cause;
    if (!mayPass || (retryAfterMs ?? 0) > maxDelayMs) return null;
    return Math.min(Math.max(backoffMs, retryAfterMs ?? 0), maxDelayMs);
  }
  if (!isPixoraError(error)) return null;
  const { appCode, retryAfterMs } = error.data;
  if (appCode === "service.unavailable") return Math.min(Math.max(backoffMs, retryAfterMs ?? 0), maxDelayMs);
  // A limit that ends soon is waited for; a longer one is the app's business.
  if (appCode === "limit.exceeded" && retryAfterMs !== undefined && retryAfterMs <= maxDelayMs) return retryAfterMs;
  return null;
}
