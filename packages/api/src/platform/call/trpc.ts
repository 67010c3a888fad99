// tRPC, set up once: the procedures that routers pick from, and the shape of errors on the wire.
import { getTRPCErrorFromUnknown, initTRPC, type TRPCError } from "@trpc/server";
import {
  type Attempt,
  callOf,
  logUnforeseen,
  type Opened,
  withActor,
  withinBudgets,
  withReader,
  withViewer,
} from "./callers.ts";
import type { RequestContext } from "./context.ts";
import { AppError, type AppErrorCode, type FieldErrors } from "./errors.ts";
import { openStream } from "./open-streams.ts";
import type { ProcedureMeta } from "./procedure.meta.ts";
import { followStream } from "./stream.ts";
import { earlyRequestIdOf, failureOf, toTrpcError } from "./wire-error.ts";

const t = initTRPC
  .context<RequestContext>()
  .meta<ProcedureMeta>()
  .create({
    isDev: false,
    sse: {
      ping: { enabled: true, intervalMs: 10_000 },
      client: { reconnectAfterInactivityMs: 30_000 },
    },
    errorFormatter({ shape, error, ctx }) {
      const failure = failureOf(error);
      return {
        ...shape,
        message: failure.message,
        data: {
          ...shape.data,
          appCode: failure.code as AppErrorCode,
          fieldErrors: failure.fieldErrors as FieldErrors | undefined,
          retryAfterMs: failure.retryAfterMs as number | undefined,
          requestId: ctx?.requestId ?? earlyRequestIdOf(error),
        },
      };
    },
  });

export const router = t.router;
export const createCallerFactory = t.createCallerFactory;

// What follows is composed to one middleware for each kind of procedure: tRPC copies the call's options and context
// several times for each middleware, which was a tenth of a small call.

/** Names what fails, and logs what nobody foresaw. */
async function namingErrors<Result extends Attempt>(opened: Opened, run: () => Promise<Result>): Promise<Result> {
  let error: TRPCError;
  try {
    const result = await run();
    if (result.ok) return result;
    error = result.error;
  } catch (cause) {
    error = getTRPCErrorFromUnknown(cause);
  }
  logUnforeseen(opened, error);
  throw toTrpcError(error);
}

/** Counts a stream from its call to its end, and ends it with the process. */
async function countingStreams<Result extends Attempt>(opened: Opened, run: () => Promise<Result>): Promise<Result> {
  const { ctx, type, signal } = opened;
  if (type !== "subscription") return run();
  const close = openStream(ctx, await ctx.readViewer());
  // A stream that returns is over for its client; one that is cut off resumes elsewhere.
  const stopListening = ctx.shutdown.listen(() => ctx.connection.interrupt());
  function onEnd() {
    // A signal of tRPC's HTTP adapter is made of others: node keeps it, and all that its listeners know, while one listens.
    signal?.removeEventListener("abort", onEnd);
    stopListening();
    close();
  }
  signal?.addEventListener("abort", onEnd, { once: true });
  try {
    const result = await run();
    if (!result.ok) onEnd();
    else {
      const items = result.data as AsyncIterable<unknown>;
      result.data = followStream(items, { onEnd, nameError: toTrpcError });
    }
    return result;
  } catch (error) {
    onEnd();
    throw error;
  }
}

function guarding<Result extends Attempt>(opened: Opened, run: () => Promise<Result>): Promise<Result> {
  const { ctx, type } = opened;
  if (ctx.inTurn === undefined || type === "subscription") {
    return namingErrors(opened, () => countingStreams(opened, run));
  }
  const { inTurn } = ctx;
  return namingErrors(opened, () => inTurn(run, (result) => (result.ok ? result.data : undefined)));
}

/** Ignores the Authorization header: for the `auth` procedures that need no session. */
export const openProcedure = t.procedure
  .meta({ auth: "none" })
  .use((opened) => guarding(opened, () => withinBudgets(callOf(opened, null), () => opened.next())));

/** Anyone may call; a token, if sent, must be good. `ctx.viewer` is null for strangers. */
export const publicProcedure = t.procedure
  .meta({ auth: "optional" })
  .use((opened) => guarding(opened, () => withViewer(opened, (viewer) => opened.next({ ctx: { viewer } }))));

/** Signed-in callers only: `ctx.viewer` is who they are. */
export const authedProcedure = t.procedure.meta({ auth: "required" }).use((opened) =>
  guarding(opened, () =>
    withViewer(opened, async (viewer) => {
      if (viewer === null) throw new AppError("auth.required");
      return opened.next({ ctx: { viewer } });
    }),
  ),
);

/** As `authedProcedure`, also while the caller's account is suspended. */
export const restrictedProcedure = authedProcedure.meta({ isOpenToSuspended: true });

/**
 * Signed-in callers only, for what acts in one statement: `ctx.actor` is who the token says they are, and the statement
 * itself acts only while their session lives. Give it the whole actor.
 */
export const actingProcedure = t.procedure
  .meta({ auth: "required" })
  .use((opened) =>
    guarding(opened, () =>
      withActor(opened, ({ userId, sessionId }) => opened.next({ ctx: { actor: { actorId: userId, sessionId } } })),
    ),
  );

/**
 * Signed-in callers only, for reads whose statement asks for the session on its way: `ctx.session` is to be told of what
 * it found, and asked where it found nothing.
 */
export const readingProcedure = t.procedure
  .meta({ auth: "required" })
  .use((opened) =>
    guarding(opened, () => withReader(opened, (viewer, session) => opened.next({ ctx: { viewer, session } }))),
  );
