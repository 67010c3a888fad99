// How many streams each connection and each caller hold open in this process. Promises: who has too many gets no more,
// however many connections they come over (SSE has one for each); a stream that ends in whatever way is counted out.
import { createTally } from "../flow/tally.ts";
import { addressKeyOf } from "../limit/address.ts";
import { maxStreams } from "../limit/limits.ts";
import type { Deps } from "../process/deps.ts";
import { onePerDeps } from "../process/per-deps.ts";
import type { RequestContext, Viewer } from "./context.ts";
import { AppError } from "./errors.ts";

const retryAfterMs = 5_000;

const openByCaller = onePerDeps((_deps: Pick<Deps, "config">) => createTally());

/** Streams that are open in this process. */
export function countOpenStreams(deps: Pick<Deps, "config">): number {
  return openByCaller(deps).total();
}

/** Counts a stream in; answers what counts it out (a second call changes nothing). Throws limit.exceeded. */
export function openStream(ctx: RequestContext, viewer: Viewer | null): () => void {
  const { connection, deps } = ctx;
  const tally = openByCaller(deps);
  const caller = viewer?.userId ?? addressKeyOf(ctx.ip);
  const max = Math.max(1, Math.round(maxStreams.perCaller * deps.config.LIMITS_SCALE));
  if (connection.openStreams >= maxStreams.perConnection || tally.countOf(caller) >= max) {
    throw new AppError("limit.exceeded", { retryAfterMs });
  }
  connection.openStreams += 1;
  tally.add(caller);
  let isOpen = true;
  return () => {
    if (!isOpen) return;
    isOpen = false;
    connection.openStreams -= 1;
    tally.remove(caller);
  };
}
