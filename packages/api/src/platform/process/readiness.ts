// Whether this process can serve: PostgreSQL answers and the migrations are in. Redis is reported, not required.
import { checkDb, migrationNames, UnfitDbError } from "@pixora/db";
import type { Deps } from "./deps.ts";

export interface Readiness {
  isReady: boolean;
  postgres: "ok" | "away";
  redis: "ok" | "away";
  reason?: string;
}

const names = migrationNames();
const answerWithinMs = 2_000;

/** Asks both stores, each at most two seconds. Never throws. */
export async function readReadiness(deps: Pick<Deps, "db" | "redis">): Promise<Readiness> {
  const [postgres, redis] = await Promise.all([
    within(checkDb(deps.db, { migrationNames: names })).then(
      () => null,
      (error: unknown) => (error instanceof UnfitDbError ? error.message : "no answer"),
    ),
    deps.redis.attempt((client) => client.ping()),
  ]);
  return {
    isReady: postgres === null,
    postgres: postgres === null ? "ok" : "away",
    redis: redis === null ? "away" : "ok",
    ...(postgres === null ? {} : { reason: postgres }),
  };
}

async function within<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("no answer in time")), answerWithinMs);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
