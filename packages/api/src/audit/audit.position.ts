// How far the audit has come: in Redis, for whichever worker goes on, and in memory, should Redis have lost it.
// Where both are lost, it begins anew: nothing is wrong with auditing twice.
import { z } from "zod";
import type { Deps } from "../platform/process/deps.ts";
import { onePerDeps } from "../platform/process/per-deps.ts";
import { auditedTables } from "./audit.tables.ts";

const auditPosition = z.object({
  /** The table that is being gone through. */
  table: z.string(),
  /** The last subject that was audited; "0": none yet. */
  afterId: z.string().regex(/^\d{1,19}$/),
  /** When the last full round ended, in milliseconds; null: none yet. */
  endedAtMs: z.number().nullable(),
});
export type AuditPosition = z.infer<typeof auditPosition>;

const memoryOf = onePerDeps((_deps: object): { position: AuditPosition | null } => ({ position: null }));

/** The beginning of a round. */
export function startOfRound(endedAtMs: number | null): AuditPosition {
  return { table: auditedTables[0]?.table ?? "", afterId: "0", endedAtMs };
}

/** Where the audit stands. Rejects while Redis is away. */
export async function readPosition(deps: Pick<Deps, "redis">): Promise<AuditPosition> {
  const text = await deps.redis.cache.get(keyOf(deps));
  return (text === null ? null : parsePosition(text)) ?? memoryOf(deps).position ?? startOfRound(null);
}

/** Keeps where the audit stands. Rejects while Redis is away. */
export async function keepPosition(deps: Pick<Deps, "redis">, position: AuditPosition): Promise<void> {
  memoryOf(deps).position = position;
  await deps.redis.cache.set(keyOf(deps), JSON.stringify(position));
}

function keyOf(deps: Pick<Deps, "redis">): string {
  return `${deps.redis.prefix}:audit:position`;
}

function parsePosition(text: string): AuditPosition | null {
  try {
    return auditPosition.parse(JSON.parse(text));
  } catch {
    // Of another release: the round begins anew.
    return null;
  }
}
