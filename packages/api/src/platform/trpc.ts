// tRPC, set up once: the procedures that routers pick from, and the shape of errors on the wire.
import { initTRPC, TRPCError } from "@trpc/server";
import { ZodError } from "zod";
import type { RequestContext } from "./context.ts";
import type { Deps } from "./deps.ts";
import { AppError, type AppErrorCode, type FieldErrors, messageOf, trpcCodeOf } from "./errors.ts";
import { fieldErrorsOf, nameFailure } from "./failure.ts";
import type { Call } from "./limit.owner.ts";
import { limiterOf } from "./limiter.ts";
import { openStream, watchEnd } from "./open-streams.ts";

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

const nameErrors = t.middleware(async ({ next, ctx, path, type }) => {
  const result = await next();
  if (result.ok) return result;
  const failure = failureOf(result.error);
  if (failure.code === "internal") {
    ctx.deps.log.error({ err: result.error, path, type, requestId: ctx.requestId }, "a procedure failed");
  }
  throw toTrpcError(result.error);
});

const countStreams = t.middleware(async ({ next, ctx, type, signal }) => {
  if (type !== "subscription") return next();
  const close = openStream(ctx, await ctx.readViewer());
  // A stream that returns is over for its client; one that is cut off resumes elsewhere.
  const interrupt = () => ctx.connection.interrupt();
  ctx.shutdown.addEventListener("abort", interrupt, { once: true });
  function onEnd() {
    ctx.shutdown.removeEventListener("abort", interrupt);
    close();
  }
  signal?.addEventListener("abort", onEnd, { once: true });
  const result = await next();
  if (!result.ok) {
    onEnd();
    return result;
  }
  const data = watchEnd(result.data as AsyncIterable<unknown>, { onEnd, nameError: toTrpcError });
  return { ...result, data };
});

const namedProcedure = t.procedure.use(nameErrors).use(countStreams);

type Attempt = { ok: true; data: unknown } | { ok: false; error: TRPCError };

/** Runs a call within its budgets, or throws limit.exceeded. */
async function withinBudgets<Result extends Attempt>(
  call: Call & { deps: Deps; readInput: () => Promise<unknown> },
  run: () => Promise<Result>,
): Promise<Result> {
  const receipt = await limiterOf(call.deps).spend(call, call.readInput);
  const result = await run();
  await receipt?.settle(
    result.ok ? { isOk: true, output: result.data } : { isOk: false, code: failureOf(result.error).code },
  );
  return result;
}

/** Ignores the Authorization header: for the `auth` procedures that need no session. */
export const openProcedure = namedProcedure.use(({ next, ctx, path, type, getRawInput }) =>
  withinBudgets({ deps: ctx.deps, path, type, ip: ctx.ip, userId: null, readInput: getRawInput }, () => next()),
);

// A read may run beside the check of its session, a write must wait for it. Neither uses up a person's budget before
// the session has proved alive: a token that was stolen and revoked must not lock its owner out.
const withViewer = t.middleware(async ({ next, ctx, path, type, getRawInput }) => {
  const { deps, ip } = ctx;
  const viewer = await ctx.readViewer();
  const call = { deps, path, type, ip, userId: viewer?.userId ?? null, readInput: getRawInput };
  const proceed = () => next({ ctx: { viewer } });
  if (viewer === null) return withinBudgets(call, proceed);
  if (type !== "query") {
    await ctx.checkSession(viewer);
    return withinBudgets(call, proceed);
  }
  limiterOf(deps).refuseOverspent(call);
  const check = ctx.checkSession(viewer).then(() => limiterOf(deps).charge(call));
  const [result] = await Promise.all([proceed(), check]);
  return result;
});

/** Anyone may call; a token, if sent, must be good. `ctx.viewer` is null for strangers. */
export const publicProcedure = namedProcedure.use(withViewer);

/** Signed-in callers only: `ctx.viewer` is who they are. */
export const authedProcedure = publicProcedure.use(({ ctx, next }) => {
  if (ctx.viewer === null) throw new AppError("auth.required");
  return next({ ctx: { viewer: ctx.viewer } });
});
