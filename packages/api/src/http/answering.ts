// How answers are made and held until they are taken, whatever carries them. Promises: of one caller's batches and sockets a
// few queries run at a time; a caller who does not take what was made gets nothing more made.
import type { FastifyReply } from "fastify";
import { LRUCache } from "lru-cache";
import type { RequestContext } from "../platform/call/context.ts";
import { AppError } from "../platform/call/errors.ts";
import { createGate, type Gate } from "../platform/flow/gate.ts";
import { addressKeyOf } from "../platform/limit/address.ts";
import { answerLedgerOf, countedFromBytes } from "../platform/limit/answer.ledger.ts";
import type { Deps } from "../platform/process/deps.ts";
import { onePerDeps } from "../platform/process/per-deps.ts";

/** Queries in batches and over sockets that run at a time for one caller: enough for a screen, and others get a turn. */
export const maxRunningCalls = 4;
const maxCallers = 10_000;

// A caller who is forgotten while calls run gets some more at once, and no more than that.
const gatesOf = onePerDeps((_: Pick<Deps, "config">) => new LRUCache<string, Gate>({ max: maxCallers }));

/** Runs a query of a batch or socket when it is its caller's turn, whatever connection it came over. */
export async function inTurn<T>(ctx: RequestContext, run: () => Promise<T>): Promise<T> {
  const gates = gatesOf(ctx.deps);
  const caller = await callerOf(ctx);
  const gate = gates.get(caller) ?? createGate(maxRunningCalls);
  gates.set(caller, gate);
  return gate.pass(run);
}

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
  const held: (() => void)[] = [];
  return (run, dataOf) =>
    inTurn(input.ctx, async () => {
      await requireRoom(input.ctx);
      const result = await run();
      const bytes = Buffer.byteLength(JSON.stringify(dataOf(result)) ?? "");
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
