// What moderators may do: the check of their role, as it is now, and suspensions. Outside this room a moderator is a
// person like any other.
import type { Sql } from "@pixora/db";
import { announceEnding, type Ending, endHeld } from "../auth/auth.ending.ts";
import { hintRevoked } from "../log/log.hint.ts";
import { AppError } from "../platform/call/errors.ts";
import { commitFacts } from "../platform/outbox.ts";
import type { Deps } from "../platform/process/deps.ts";
import type { Role } from "../user/user.schema.ts";
import { findRole, setSuspended } from "../user/user.service.ts";

const ranks: Record<Role, number> = { user: 0, moderator: 1, admin: 2 };

/** Passes for moderators and admins. Throws moderation.forbidden. */
export async function requireModerator(deps: Pick<Deps, "db">, input: { actorId: string }): Promise<void> {
  const role = await findRole(deps.db.sql, { userId: input.actorId });
  if (role === null || ranks[role] < ranks.moderator) throw new AppError("moderation.forbidden");
}

/**
 * Hides a person everywhere, refuses their calls, ends their streams and every link to the account. Throws
 * user.notFound, and moderation.forbidden for oneself and for staff of one's own rank or above. The second time changes
 * nothing.
 */
export async function suspendUser(deps: Deps, input: { actorId: string; userId: string }): Promise<void> {
  await changeSuspension(deps, { ...input, ending: "suspended" });
  // Also where nothing changed: the first hint may have been lost.
  hintRevoked(deps, { userId: input.userId, sessionId: null });
}

/**
 * Lifts a suspension. The sessions of before have ended: the person signs in anew. Throws as suspendUser does. The second
 * time changes nothing.
 */
export async function unsuspendUser(deps: Deps, input: { actorId: string; userId: string }): Promise<void> {
  await changeSuspension(deps, { ...input, ending: "unsuspended" });
}

interface SuspensionChange {
  actorId: string;
  userId: string;
  ending: Extract<Ending, "suspended" | "unsuspended">;
}

async function changeSuspension(deps: Deps, input: SuspensionChange): Promise<void> {
  const { actorId, userId, ending } = input;
  const ended = await commitFacts(deps, async (tx) => {
    await requireHigherRank(tx, { actorId, userId });
    if (!(await setSuspended(tx, { userId, isSuspended: ending === "suspended" }))) return null;
    return endHeld(tx, { ending, userId, exceptId: null, now: deps.clock.now() });
  });
  if (ended !== null) await announceEnding(deps, ended);
}

async function requireHigherRank(sql: Sql, input: { actorId: string; userId: string }): Promise<void> {
  const rank = await requireRankAbove(sql, input);
  if (rank === null) throw new AppError("user.notFound");
}

/**
 * Passes for staff whose rank is above a person's, and answers that person's; null: they are gone, and below everyone.
 * Throws moderation.forbidden. Every act of a moderator asks it.
 */
export async function requireRankAbove(sql: Sql, input: { actorId: string; userId: string }): Promise<number | null> {
  const own = await findRole(sql, { userId: input.actorId });
  const other = await findRole(sql, { userId: input.userId });
  const rank = other === null ? null : ranks[other];
  if (own === null || ranks[own] <= (rank ?? 0)) throw new AppError("moderation.forbidden");
  return rank;
}
