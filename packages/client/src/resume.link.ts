// Streams that outlive connections, servers and tokens. `live.onEvent` carries its last id from connection to
// connection (and through the app's storage from start to start), and drops what it has delivered already. Where another
// person signs in, it begins anew as theirs.
import type { AppRouter } from "@pixora/api";
import type { TRPCClientError, TRPCLink } from "@trpc/client";
import { observable, type Unsubscribable } from "@trpc/server/observable";
import { isConnectionError, isPixoraError } from "./errors.ts";
import type { SessionInside, Tokens } from "./session.ts";

/**
 * Where the id of the last event is kept between starts of the app; without one it lives in memory. Each person has a log
 * of their own, so each needs a store of their own.
 */
export interface LastEventStore {
  load(): string | null | Promise<string | null>;
  save(lastEventId: string): void | Promise<void>;
}

const firstDelayMs = 100;
const maxDelayMs = 5_000;
/** A stream that held this long starts its next row of attempts from the shortest delay. */
const healthyAfterMs = 10_000;
/** Events of no id of their own: they carry that of the last one and are not repeats of it. */
const marks = new Set(["ready", "resync", "session.revoked"]);

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
        /** Whose the last id is; undefined before the first run. */
        let ownerId: string | null | undefined;
        let saving: Promise<void> = Promise.resolve();
        let current: Unsubscribable | undefined;
        let timer: ReturnType<typeof setTimeout> | undefined;
        let attempt = 0;
        let wasSignedIn = false;
        /** Counts connections: what one that was given up still says is not heard. */
        let run = 0;

        /** Saves an id once the app has had its event. A slow store gets the newest alone, and never an older one last. */
        function keep(id: string): void {
          const saveUnlessOld = () => (id === lastId ? input.lastEvent?.save(id) : undefined);
          // A store that fails loses no event: after a start of the app, some may come twice.
          saving = saving.then(saveUnlessOld).catch(() => undefined);
        }

        /** The input with which the stream goes on, for who is signed in now. */
        async function inputNow(): Promise<unknown> {
          const userId = (await input.session.holder())?.userId ?? null;
          if (ownerId === undefined) lastId ??= (await input.lastEvent?.load()) ?? null;
          else if (ownerId !== userId) lastId = null;
          ownerId = userId;
          return lastId === null ? op.input : { ...given, lastEventId: lastId };
        }

        async function start(own: number): Promise<void> {
          const startedWith = await input.session.tokens();
          if (own !== run) return;
          // A session that has ended takes its streams along: none goes on as a stranger's. The server tells onEvent so.
          if (wasSignedIn && startedWith === null && !isTracked) return end();
          wasSignedIn = startedWith !== null;
          const opNow = isTracked ? { ...op, input: await inputNow() } : op;
          if (own !== run) return;
          const startedAtMs = Date.now();
          current = next(opNow).subscribe({
            next(envelope) {
              const { result } = envelope;
              // The end of one connection is not the end of the stream.
              if (own !== run || ("type" in result && result.type === "stopped")) return;
              const id = isTracked && "id" in result ? result.id : undefined;
              if (id !== undefined && isRepeat(lastId, { ...result, id })) return;
              lastId = id ?? lastId;
              observer.next(envelope);
              if (id !== undefined) keep(id);
            },
            error: (error) => void again({ own, startedAtMs, startedWith, error }),
            complete: () => void again({ own, startedAtMs, startedWith, error: null }),
          });
        }

        async function again(ended: {
          own: number;
          startedAtMs: number;
          startedWith: Tokens | null;
          error: TRPCClientError<AppRouter> | null;
        }): Promise<void> {
          const { own, startedWith, error } = ended;
          if (own !== run) return;
          if (error !== null && !(await mayResume(input.session, { error, startedWith }))) return observer.error(error);
          if (own !== run) return;
          attempt = Date.now() - ended.startedAtMs > healthyAfterMs ? 1 : attempt + 1;
          const delayMs = Math.min(firstDelayMs * 2 ** (attempt - 1), maxDelayMs) * (0.5 + Math.random() / 2);
          timer = setTimeout(restart, delayMs);
        }

        function giveUp(): void {
          run += 1;
          clearTimeout(timer);
          current?.unsubscribe();
        }

        function restart(): void {
          giveUp();
          start(run).catch((cause) => observer.error(cause));
        }

        function end(): void {
          giveUp();
          observer.complete();
        }

        const stopWatching = input.session.onSwitch(restart);
        input.closed.addEventListener("abort", end, { once: true });
        restart();
        return () => {
          stopWatching();
          input.closed.removeEventListener("abort", end);
          giveUp();
        };
      });
    };
}

/** What was delivered in this connection or an earlier one is known by its id. */
function isRepeat(lastId: string | null, result: { id: string; data?: unknown }): boolean {
  // What a store gives back may be anything; the server answers a resync to what is no id.
  if (lastId === null || !/^\d+$/.test(lastId) || BigInt(result.id) > BigInt(lastId)) return false;
  const type = (result.data as { data?: { type?: string } } | undefined)?.data?.type;
  return type === undefined || !marks.has(type);
}

/** Whether another attempt may succeed. Forgets the tokens of a session that has ended. */
async function mayResume(
  session: SessionInside,
  { error, startedWith }: { error: TRPCClientError<AppRouter>; startedWith: Tokens | null },
): Promise<boolean> {
  if (isConnectionError(error)) return true;
  if (!isPixoraError(error)) return false;
  switch (error.data.appCode) {
    case "auth.tokenExpired": {
      const tokens = await session.tokens();
      return tokens !== null && (await session.renew(tokens.accessToken).catch(() => true));
    }
    case "auth.sessionRevoked":
    case "auth.tokenInvalid":
      if (startedWith !== null) await session.forget(startedWith);
      return false;
    case "service.unavailable":
    case "limit.exceeded":
    case "internal":
      return true;
    default:
      return false;
  }
}
