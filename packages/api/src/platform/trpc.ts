// tRPC, set up once: the procedures that routers pick from, and the shape of errors on the wire.
import { initTRPC, TRPCError } from "@trpc/server";
import { ZodError } from "zod";
import type { Connection, RequestContext, Viewer } from "./context.ts";
import { AppError, type AppErrorCode, type FieldErrors, messageOf, trpcCodeOf } from "./errors.ts";
import { fieldErrorsOf, nameFailure } from "./failure.ts";

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
        requestId: ctx?.requestId ?? null,
      },
    };
  },
});

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

/** Streams that one connection may hold open. */
const maxStreams = 100;

const countStreams = t.middleware(async ({ next, ctx, type }) => {
  if (type !== "subscription") return next();
  const { connection } = ctx;
  if (connection.openStreams >= maxStreams) throw new AppError("limit.exceeded", { retryAfterMs: 1_000 });
  connection.openStreams += 1;
  const result = await next();
  if (!result.ok) {
    connection.openStreams -= 1;
    return result;
  }
  return { ...result, data: countedUntilItEnds(result.data as AsyncIterable<unknown>, connection) };
});

async function* countedUntilItEnds(stream: AsyncIterable<unknown>, connection: Connection) {
  try {
    yield* stream;
  } catch (error) {
    throw toTrpcError(error);
  } finally {
    connection.openStreams -= 1;
  }
}

/** Ignores the Authorization header: for the `auth` procedures that need no session. */
export const openProcedure = t.procedure.use(nameErrors).use(countStreams);

// A read may run beside the check of its session, a write must wait for it.
const withViewer = t.middleware(async ({ next, ctx, type }) => {
  const viewer = await ctx.readViewer();
  if (viewer === null) return next({ ctx: { viewer: null as Viewer | null } });
  const check = ctx.checkSession(viewer);
  if (type !== "query") {
    await check;
    return next({ ctx: { viewer: viewer as Viewer | null } });
  }
  const [result] = await Promise.all([next({ ctx: { viewer: viewer as Viewer | null } }), check]);
  return result;
});

/** Anyone may call; a token, if sent, must be good. `ctx.viewer` is null for strangers. */
export const publicProcedure = openProcedure.use(withViewer);

/** Signed-in callers only: `ctx.viewer` is who they are. */
export const authedProcedure = publicProcedure.use(({ ctx, next }) => {
  if (ctx.viewer === null) throw new AppError("auth.required");
  return next({ ctx: { viewer: ctx.viewer } });
});
