// The first link of a client: ends what goes through it at once. Promises: a call that the app aborts rejects with the
// signal's reason as its cause, also one of a batch; a stream completes; a call that nobody answers rejects at its
// deadline, however often it was tried until then; a closed client ends all of them and begins nothing.
import type { AppRouter } from "@pixora/api";
import { TRPCClientError, type TRPCLink } from "@trpc/client";
import { observable, type Unsubscribable } from "@trpc/server/observable";
import { tooLate } from "./answer.ts";
import { callOfApp } from "./connection.ts";

export function endLink({ timeoutMs, closed }: { timeoutMs: number; closed: AbortSignal }): TRPCLink<AppRouter> {
  return () =>
    ({ op, next }) =>
      observable((observer) => {
        const isStream = op.type === "subscription";
        const signals = op.signal ? [closed, op.signal] : [closed];
        let below: Unsubscribable | undefined;
        let timer: ReturnType<typeof setTimeout> | undefined;

        function letGo(): void {
          clearTimeout(timer);
          for (const signal of signals) signal.removeEventListener("abort", onAbort);
          below?.unsubscribe();
        }

        function onAbort(): void {
          if (isStream) observer.complete();
          else observer.error(errorOf(signals.find((signal) => signal.aborted)?.reason));
          letGo();
        }

        if (signals.some((signal) => signal.aborted)) {
          onAbort();
          return;
        }
        for (const signal of signals) signal.addEventListener("abort", onAbort, { once: true });
        if (!isStream) {
          timer = setTimeout(() => {
            observer.error(errorOf(tooLate(timeoutMs)));
            letGo();
          }, timeoutMs);
        }
        below = next(op).subscribe({
          next: (envelope) => (isStream ? callOfApp(() => observer.next(envelope)) : observer.next(envelope)),
          error: (error) => observer.error(error),
          complete: () => observer.complete(),
        });
        return letGo;
      });
}

function errorOf(reason: unknown): TRPCClientError<AppRouter> {
  if (reason instanceof Error) return TRPCClientError.from<AppRouter>(reason);
  return TRPCClientError.from<AppRouter>(new Error(String(reason), { cause: reason }));
}
