// The budgets of a procedure as the reference shows them: those of this deployment.
import { findPlan, maxStreams } from "../../platform/limit/limits.ts";
import type { Procedure } from "./procedures.ts";
import type { JsonObject } from "./schemas.ts";

export interface LimitSettings {
  /** LIMITS_SCALE. */
  scale: number;
  /** REQUIRE_EMAIL_VERIFICATION. */
  areHandlesHeld: boolean;
}

const scaled = (points: number, scale: number) => Math.max(1, Math.round(points * scale));

/** How often who may call, the narrowest budget first. The reserve of devices that are known is not told. */
export function writeLimits({ path, type }: Procedure, settings: LimitSettings): JsonObject[] {
  const { budgets } = findPlan({ path, type });
  return budgets
    .filter((budget) => settings.areHandlesHeld || !budget.onlyWhereHandlesAreHeld)
    .map(({ by, points, perSeconds, costsOnly }) => ({
      by,
      calls: scaled(points, settings.scale),
      perSeconds,
      ...(costsOnly === undefined ? {} : { costsOnly }),
    }));
}

/** How many streams may be open at once. */
export function writeStreamLimits({ scale }: LimitSettings): JsonObject {
  return { perCaller: scaled(maxStreams.perCaller, scale), perConnection: maxStreams.perConnection };
}
