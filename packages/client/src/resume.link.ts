// Streams that outlive connections, servers and tokens. `live.onEvent` carries its last id from connection to
// connection (and through the app's storage from start to start), and drops what it has delivered already.
import type { AppRouter } from "@pixora/api";
import type { TRPCClientError, TRPCLink } from "@trpc/client";
import { observable, type Unsubscribable } from "@trpc/server/observable";
import { isConnectionError, isPixoraError } from "./errors.ts";
import type { SessionInside } from "./session.ts";

/** Where the id of the last event is kept between starts of the app; without one it lives in memory. */
export interface LastEventStore {
  load(): string | null | Promise<string | null>;
  save(lastEventId: string): void | Promise<void>;
}

const firstDelayMs = 100;
const maxDelayMs = 5_000;
/** A stream that held this long starts its next row of attempts from the shortest delay. */
const healthyAfterMs = 10_000;

export function resumeLink(input: {
  session: SessionInside;
  lastEvent?: LastEventStore | undefined;
  /** Aborted by the client's `close`: streams complete and are not opened again. */
  closed: AbortSignal;
}): TRPCLink<AppRouter> {
  return () =>
    ({ op, next }) => {
      if (op.type !== "subscription") return next(op);
      const isTracked = op.path === "live.onEvent";
      const given = (op.input ?? {}) as { lastEventId?: string };
      return observable((observer) => {
        let lastId: string | null = given.lastEventId ?? null;
        let current: Unsubscribable | undefined;
        let timer: ReturnType<typeof setTimeout> | undefined;
        let isOver = false;
        let attempt = 0;

        async function start(): Promise<void> {
          if (isTracked && lastId === null && input.lastEvent) lastId = await input.lastEvent.load();
          if (isOver) return;
          const startedAtMs = Date.now();
          // What was delivered in this connection or an earlier one is known by its id.
          current = next(
            isTracked && lastId !== null ? { ...op, input: { ...given, lastEventId: lastId } } : op,
          ).subscribe({
            next(envelope) {
              const { result } = envelope;
              // The end of one connection is not the end of the stream.
              if ("type" in result && result.type === "stopped") return;
              if (isTracked && "id" in result && result.id !== undefined) {
                if (isRepeat(result.id, result.data)) return;
                lastId = result.id;
                void input.lastEvent?.save(result.id);
              }
              observer.next(envelope);
            },
            error: (error) => void again(startedAtMs, error),
            complete: () => void again(startedAtMs, null),
          });
        }

        // Marks of state (`ready`, `resync`) carry the id of the last event and are not repeats of it.
        function isRepeat(id: string, envelope: unknown): boolean {
          if (lastId === null || BigInt(id) > BigInt(lastId)) return false;
          const type = (envelope as { data?: { type?: string } } | undefined)?.data?.type;
          return type !== "ready" && type !== "resync";
        }

        async function again(startedAtMs: number, error: TRPCClientError<AppRouter> | null): Promise<void> {
          if (isOver) return;
          if (input.closed.aborted) return observer.complete();
          if (error !== null && !(await mayResume(input.session, error))) return observer.error(error);
          attempt = Date.now() - startedAtMs > healthyAfterMs ? 1 : attempt + 1;
          const delayMs = Math.min(firstDelayMs * 2 ** (attempt - 1), maxDelayMs) * (0.5 + Math.random() / 2);
          timer = setTimeout(() => start().catch((cause) => observer.error(cause)), delayMs);
        }

        start().catch((cause) => observer.error(cause));
        return () => {
          isOver = true;
          clearTimeout(timer);
          current?.unsubscribe();
        };
      });
    };
}

async function mayResume(session: SessionInside, error: TRPCClientError<AppRouter>): Promise<boolean> {
  if (isConnectionError(error)) return true;
  if (!isPixoraError(error)) return false;
  switch (error.data.appCode) {
    case "auth.tokenExpired": {
      const tokens = await session.tokens();
      return tokens !== null && (await session.renew(tokens.accessToken).catch(() => true));
    }
    case "service.unavailable":
    case "limit.exceeded":
    case "internal":
      return true;
    default:
      return false;
  }
}
