// tRPC, set up once: the procedures that routers pick from, and the shape of errors on the wire.
import { getTRPCErrorFromUnknown, initTRPC, TRPCError } from "@trpc/server";
import { ZodError } from "zod";
import type { RequestContext, Viewer } from "./context.ts";
import type { Deps } from "./deps.ts";
import { AppError, type AppErrorCode, type FieldErrors, messageOf, trpcCodeOf } from "./errors.ts";
import { fieldErrorsOf, nameFailure } from "./failure.ts";
import type { Call } from "./limit.owner.ts";
import { limiterOf, type Outcome } from "./limiter.ts";
import type { CallType } from "./limits.ts";
import { openStream } from "./open-streams.ts";
import { followStream } from "./stream.ts";

const t = initTRPC.context<RequestContext>().create({
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
        requestId: ctx?.requestId ?? earlyRequestIds.get(error) ?? null,
      },
    };
  },
});

const earlyRequestIds = new WeakMap<TRPCError, string>();

/** Tells of a failure that came before any context, as that of a batch which is too large, whose it is. */
export function nameRequest(error: TRPCError, requestId: string): void {
  earlyRequestIds.set(error, requestId);
}

export const router = t.router;
export const createCallerFactory = t.createCallerFactory;

/** The AppError behind what tRPC caught; its own refusals (unknown path, bad JSON, bad input) included. */
export function failureOf(error: TRPCError): { code: AppErrorCode; message: string } & Partial<AppError> {
  if (error.code === "BAD_REQUEST" && error.cause instanceof ZodError) {
    return { code: "input.invalid", message: messageOf("input.invalid"), fieldErrors: fieldErrorsOf(error.cause) };
  }
  if (error.code === "INTERNAL_SERVER_ERROR" || error.cause instanceof AppError)
    return nameFailure(error.cause ?? error);
  // tRPC's own words (no such procedure, unsupported media type …) hold nothing of the inside.
  return { code: "input.invalid", message: error.message };
}

/** Gives an AppError the tRPC code, and so the HTTP status, of the table. */
export function toTrpcError(error: unknown): TRPCError {
  if (error instanceof TRPCError && error.code !== "INTERNAL_SERVER_ERROR") return error;
  const failure = nameFailure(error);
  return new TRPCError({ code: trpcCodeOf(failure.code), message: messageOf(failure.code), cause: failure });
}

interface Opened {
  ctx: RequestContext;
  path: string;
  type: CallType;
  signal: AbortSignal | undefined;
}

type Attempt = { ok: true; data: unknown } | { ok: false; error: TRPCError };

// What follows is composed to one middleware for each kind of procedure: tRPC copies the call's options and context
// several times for each middleware, which was a tenth of a small call.

/** Names what fails, and logs what nobody foresaw. */
async function namingErrors<Result extends Attempt>(opened: Opened, run: () => Promise<Result>): Promise<Result> {
  const { ctx, path, type } = opened;
  let error: TRPCError;
  try {
    const result = await run();
    if (result.ok) return result;
    error = result.error;
  } catch (cause) {
    error = getTRPCErrorFromUnknown(cause);
  }
  const failure = failureOf(error);
  if (failure.code === "internal") {
    ctx.deps.log.error({ err: error, path, type, requestId: ctx.requestId }, "a procedure failed");
  }
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

/** Runs a call within its budgets, or throws limit.exceeded. */
async function withinBudgets<Result extends Attempt>(
  call: Call & { deps: Deps; readInput: () => Promise<unknown> },
  run: () => Promise<Result>,
): Promise<Result> {
  const receipt = await limiterOf(call.deps).spend(call, call.readInput);
  if (receipt === null) return run();
  let outcome: Outcome = { isOk: false, code: "internal" };
  try {
    const result = await run();
    outcome = result.ok ? { isOk: true, output: result.data } : { isOk: false, code: failureOf(result.error).code };
    return result;
  } catch (error) {
    outcome = { isOk: false, code: failureOf(getTRPCErrorFromUnknown(error)).code };
    throw error;
  } finally {
    await receipt.settle(outcome);
  }
}

// A read may run beside the check of its session, all else must wait for it. Checks that are waited for gather; those of
// reads do not, because that would raise what the slowest pages take. Neither uses up a person's budget before
// the session has proved alive: a token that was stolen and revoked must not lock its owner out.
async function withViewer<Result extends Attempt>(
  opened: Opened & { getRawInput: () => Promise<unknown> },
  proceed: (viewer: Viewer | null) => Promise<Result>,
): Promise<Result> {
  const { ctx, path, type, getRawInput } = opened;
  const { deps, ip } = ctx;
  const viewer = await ctx.readViewer();
  const call = { deps, path, type, ip, userId: viewer?.userId ?? null, readInput: getRawInput };
  if (viewer === null) return withinBudgets(call, () => proceed(viewer));
  if (type !== "query") {
    await ctx.checkSession(viewer, { mayGather: true });
    return withinBudgets(call, () => proceed(viewer));
  }
  limiterOf(deps).refuseOverspent(call);
  const check = ctx.checkSession(viewer).then(() => limiterOf(deps).charge(call));
  const [result] = await Promise.all([proceed(viewer), check]);
  return result;
}

function guarding<Result extends Attempt>(opened: Opened, run: () => Promise<Result>): Promise<Result> {
  return namingErrors(opened, () => countingStreams(opened, run));
}

/** Ignores the Authorization header: for the `auth` procedures that need no session. */
export const openProcedure = t.procedure.use((opened) => {
  const { next, ctx, path, type, getRawInput } = opened;
  const call = { deps: ctx.deps, path, type, ip: ctx.ip, userId: null, readInput: getRawInput };
  return guarding(opened, () => withinBudgets(call, () => next()));
});

/** Anyone may call; a token, if sent, must be good. `ctx.viewer` is null for strangers. */
export const publicProcedure = t.procedure.use((opened) =>
  guarding(opened, () => withViewer(opened, (viewer) => opened.next({ ctx: { viewer } }))),
);

/** Signed-in callers only: `ctx.viewer` is who they are. */
export const authedProcedure = t.procedure.use((opened) =>
  guarding(opened, () =>
    withViewer(opened, async (viewer) => {
      if (viewer === null) throw new AppError("auth.required");
      return opened.next({ ctx: { viewer } });
    }),
  ),
);
