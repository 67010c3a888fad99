// How answers are made and held until they are taken, whatever carries them. Promises: of one request or socket a few
// calls run at a time; a caller who does not take what was made gets nothing more made.
import type { FastifyReply } from "fastify";
import type { RequestContext } from "../platform/call/context.ts";
import { AppError } from "../platform/call/errors.ts";
import { createGate } from "../platform/flow/gate.ts";
import { addressKeyOf } from "../platform/limit/address.ts";
import { answerLedgerOf, countedFromBytes } from "../platform/limit/answer.ledger.ts";

/** Calls of one request or socket that run at a time: enough for a screen, and their pages fit the memory. */
export const maxRunningCalls = 8;

const retryAfterMs = 1_000;

async function callerOf(ctx: RequestContext): Promise<string> {
  // Of a bad token nothing is owed to anyone but the address it comes from.
  const viewer = await ctx.readViewer().catch(() => null);
  return viewer?.userId ?? addressKeyOf(ctx.ip);
}

/** Whether anybody at all has to wait: else there is nothing to be asked. */
export function mayBePressed(ctx: RequestContext): boolean {
  return answerLedgerOf(ctx.deps).isPressed;
}

/** Throws limit.exceeded for a caller who has used up their bytes, or leaves too many unread. */
export async function requireRoom(ctx: RequestContext): Promise<void> {
  if (!mayBePressed(ctx)) return;
  const waitMs = answerLedgerOf(ctx.deps).waitMs(await callerOf(ctx));
  if (waitMs > 0) throw new AppError("limit.exceeded", { retryAfterMs: waitMs });
}

/** Whether an answer of so many bytes is counted at all. */
export function isLarge(bytes: number): boolean {
  return bytes >= countedFromBytes;
}

/**
 * Counts a large answer as made; what is answered counts it out, once it is taken or can never be. Throws limit.exceeded
 * where too much of the caller's waits: then it must be dropped.
 */
export async function holdAnswer(ctx: RequestContext, bytes: number): Promise<() => void> {
  const ledger = answerLedgerOf(ctx.deps);
  const caller = await callerOf(ctx);
  if (!ledger.hold(caller, bytes)) throw new AppError("limit.exceeded", { retryAfterMs });
  let isHeld = true;
  return () => {
    if (!isHeld) return;
    isHeld = false;
    ledger.release(caller, bytes);
  };
}

/** Calls back once, when an answer was taken or its connection is over; at once for who is gone already. */
export function whenOver(reply: FastifyReply, release: () => void): void {
  if (reply.raw.closed || reply.raw.destroyed) release();
  else reply.raw.once("close", release);
}

/** The same for calls that tRPC's adapter runs all at once and writes itself: what they answer is weighed as it is made. */
export function createTurns(input: {
  ctx: RequestContext;
  reply: FastifyReply;
}): <T>(run: () => Promise<T>, dataOf: (result: T) => unknown) => Promise<T> {
  const gate = createGate(maxRunningCalls);
  const held: (() => void)[] = [];
  return (run, dataOf) =>
    gate.pass(async () => {
      await requireRoom(input.ctx);
      const result = await run();
      const bytes = JSON.stringify(dataOf(result))?.length ?? 0;
      if (isLarge(bytes)) {
        const release = await holdAnswer(input.ctx, bytes);
        if (held.push(release) > 1 && !input.reply.raw.closed) return result;
        whenOver(input.reply, () => {
          for (const one of held) one();
        });
      }
      return result;
    });
}
