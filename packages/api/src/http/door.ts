// The budgets of routes that are no procedures: each address may ask so often, counted in this process before anything is
// asked of a store.
import type { onRequestAsyncHookHandler } from "fastify";
import { addressKeyOf } from "../platform/limit/address.ts";
import { createBuckets } from "../platform/limit/bucket.ts";
import type { Deps } from "../platform/process/deps.ts";
import { refuse } from "./refusal.ts";

const perSeconds = 60;
const maxAddresses = 50_000;

/** Calls a minute, an address; LIMITS_SCALE multiplies them. Many people, and whoever calls for them, may share one. */
export const doorBudgets = {
  /** Balancers ask every few seconds. */
  ready: 300,
  /** Tools and the page at /docs load it once. */
  reference: 300,
  export: 60,
  /** A page shows dozens of pictures. */
  picture: 6_000,
  upload: 600,
  /** Mail programs press the button for their readers. */
  unsubscribe: 600,
} as const;

/** A hook of a route that answers 429 once its address has used its budget up. */
export function guardDoor(
  deps: Pick<Deps, "config">,
  { door }: { door: keyof typeof doorBudgets },
): onRequestAsyncHookHandler {
  const buckets = createBuckets({ maxKeys: maxAddresses });
  const size = { points: Math.max(1, doorBudgets[door] * deps.config.LIMITS_SCALE), perSeconds };
  return async (request, reply) => {
    const waitMs = buckets.take(addressKeyOf(request.ip), size);
    if (waitMs === 0) return;
    reply.header("retry-after", Math.ceil(waitMs / 1_000));
    return refuse(request, reply, { status: 429, message: "Too many calls: try again later" });
  };
}
