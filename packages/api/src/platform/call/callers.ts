// Who calls, and whether they may: the check of the session and the budgets around a procedure. Promises: nothing is
// changed for a session that has ended, nothing read for one is sent, and it uses up nothing of its person's budgets.
import { getTRPCErrorFromUnknown, type TRPCError } from "@trpc/server";
import { LRUCache } from "lru-cache";
import type { Call } from "../limit/limit.owner.ts";
import { limiterOf, type Outcome } from "../limit/limiter.ts";
import type { CallType } from "../limit/limits.ts";
import type { Deps } from "../process/deps.ts";
import { onePerDeps } from "../process/per-deps.ts";
import type { CallerSession, RequestContext, Viewer } from "./context.ts";
import { AppError, type AppErrorCode } from "./errors.ts";
import { nameFailure } from "./failure.ts";
import type { ProcedureMeta } from "./procedure.meta.ts";
import { failureOf } from "./wire-error.ts";

export interface Opened {
  ctx: RequestContext;
  path: string;
  type: CallType;
  signal: AbortSignal | undefined;
}

/** A procedure that is about to run, and what it is given. */
export type OpenedCall = Opened & { meta: ProcedureMeta | undefined; getRawInput: () => Promise<unknown> };

export type Attempt = { ok: true; data: unknown } | { ok: false; error: TRPCError };

/** Logs a failure that no rule has named. */
export function logUnforeseen({ ctx, path, type }: Opened, error: unknown): void {
  if (failureOf(getTRPCErrorFromUnknown(error)).code !== "internal") return;
  ctx.deps.log.error({ err: error, path, type, requestId: ctx.requestId }, "a procedure failed");
}

/** Runs a call within its budgets, or throws limit.exceeded. */
export async function withinBudgets<Result extends Attempt>(
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
    await receipt.end(outcome);
  }
}

/**
 * Runs a call after the check of its session, a read beside it. Checks that are waited for gather; those of reads do not,
 * because that would raise what the slowest pages take. Neither uses up a person's budget before the session has proved
 * alive: a token that was stolen and revoked must not lock its owner out.
 */
export async function withViewer<Result extends Attempt>(
  opened: OpenedCall,
  proceed: (viewer: Viewer | null) => Promise<Result>,
): Promise<Result> {
  const { ctx, viewer, call } = await openCall(opened);
  if (viewer === null) return withinBudgets(call, () => proceed(viewer));
  const checkSession = opened.meta?.isOpenToSuspended === true ? passingSuspended(ctx) : ctx.checkSession;
  if (opened.type !== "query") {
    await checkSession(viewer, { mayGather: true });
    return withinBudgets(call, () => proceed(viewer));
  }
  const limiter = limiterOf(ctx.deps);
  limiter.refuseOverspent(call);
  const check = checkSession(viewer).then(() => limiter.charge(call));
  const [result] = await Promise.all([proceed(viewer), check]);
  return result;
}

/** The check of a session that passes those of suspended accounts. */
function passingSuspended(ctx: RequestContext): RequestContext["checkSession"] {
  return (viewer, options) =>
    ctx.checkSession(viewer, options).catch((refusal: unknown) => {
      if (nameFailure(refusal).code !== "auth.suspended") throw refusal;
    });
}

/** How long an ended session is refused before anything is asked or counted. */
const endedForMs = 10_000;
const endedSessionsOf = onePerDeps((_: Deps) => new LRUCache<string, true>({ max: 10_000, ttl: endedForMs }));

/**
 * Runs a call of someone signed in whose own statement asks for the session and changes nothing for one that has ended:
 * a like is one round trip. Whatever else is wrong with it, whoever's session has ended hears that, and has their point
 * back.
 */
export async function withActor<Result extends Attempt>(
  opened: OpenedCall,
  proceed: (viewer: Viewer) => Promise<Result>,
): Promise<Result> {
  const { ctx, viewer, call } = await openCall(opened);
  if (viewer === null) return withinBudgets(call, refuseStranger);
  const { deps } = ctx;
  // Calls that run at once hold their points until they are refused: a stolen token must not go on doing that.
  if (endedSessionsOf(deps).has(viewer.sessionId)) throw new AppError("auth.sessionRevoked");
  let isSpent = false;
  try {
    return await tellingRefusal(opened, viewer, () =>
      withinBudgets(call, () => {
        isSpent = true;
        return proceed(viewer);
      }),
    );
  } catch (error) {
    const { code } = nameFailure(error);
    if (code === "auth.sessionRevoked") endedSessionsOf(deps).set(viewer.sessionId, true);
    if (isSpent && mayHaveEnded(code)) limiterOf(deps).giveBack(call);
    throw error;
  }
}

/**
 * Runs a read of someone signed in whose own statement may find that the session lives, and then says so. Where none did,
 * the session is asked for before the answer is sent.
 */
export async function withReader<Result extends Attempt>(
  opened: OpenedCall,
  proceed: (viewer: Viewer, session: CallerSession) => Promise<Result>,
): Promise<Result> {
  const { ctx, viewer, call } = await openCall(opened);
  if (viewer === null) return withinBudgets(call, refuseStranger);
  const limiter = limiterOf(ctx.deps);
  limiter.refuseOverspent(call);
  const session: CallerSession = {
    id: viewer.sessionId,
    isLive: false,
    async ask() {
      await ctx.checkSession(viewer);
      session.isLive = true;
    },
  };
  try {
    const result = await tellingRefusal(opened, viewer, () => proceed(viewer, session));
    if (!session.isLive) await session.ask();
    limiter.charge(call);
    return result;
  } catch (error) {
    if (session.isLive || !mayHaveEnded(nameFailure(error).code)) limiter.charge(call);
    throw error;
  }
}

/** A call as the budgets count it, by `userId` or by a stranger. */
export function callOf({ ctx, path, type, meta, getRawInput }: OpenedCall, userId: string | null) {
  const beginsSession = meta?.session === "begins";
  return { deps: ctx.deps, path, type, ip: ctx.ip, userId, beginsSession, readInput: getRawInput };
}

async function openCall(opened: OpenedCall) {
  const viewer = await opened.ctx.readViewer();
  return { ctx: opened.ctx, viewer, call: callOf(opened, viewer?.userId ?? null) };
}

async function refuseStranger(): Promise<never> {
  throw new AppError("auth.required");
}

/** Whether a failure leaves it open that the session lives: such a call uses up nothing. */
function mayHaveEnded(code: AppErrorCode): boolean {
  return code === "auth.sessionRevoked" || code === "service.unavailable";
}

/** Runs a call; where it fails and its session has ended, that is what it fails with. */
async function tellingRefusal<Result extends Attempt>(
  opened: Opened,
  viewer: Viewer,
  run: () => Promise<Result>,
): Promise<Result> {
  let failed: unknown;
  try {
    const result = await run();
    if (result.ok) return result;
    failed = result.error;
  } catch (error) {
    failed = error;
  }
  const { code } = failureOf(getTRPCErrorFromUnknown(failed));
  // A statement has said so, or the database is away and would be waited for twice.
  if (code !== "auth.sessionRevoked" && code !== "auth.suspended" && code !== "service.unavailable") {
    await opened.ctx.checkSession(viewer, { mayGather: true }).catch((refusal: unknown) => {
      logUnforeseen(opened, failed);
      throw refusal;
    });
  }
  throw failed;
}
