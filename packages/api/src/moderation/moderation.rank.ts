// Who may decide about whom: moderators about people, admins about moderators too, nobody about themselves.
import { type Sql, statement, type Tx } from "@pixora/db";
import { AppError } from "../platform/call/errors.ts";
import type { Deps } from "../platform/process/deps.ts";
import type { Role } from "../user/user.schema.ts";
import { findRole } from "../user/user.service.ts";

const ranks: Record<Role, number> = { user: 0, moderator: 1, admin: 2 };

/** Passes for moderators and admins. Throws moderation.forbidden. */
export async function requireModerator(deps: Pick<Deps, "db">, input: { actorId: string }): Promise<void> {
  requireStaff(await findRole(deps.db.sql, { userId: input.actorId }));
}

function requireStaff(role: Role | null): void {
  if (role === null || ranks[role] < ranks.moderator) throw new AppError("moderation.forbidden");
}

const lockRole = statement<{ role: Role }>(
  "moderation.lockRole",
  `select role from users where id = $1 and deleted_at is null for share`,
);

/**
 * Passes for moderators and admins, who stay so until the transaction ends: whoever takes the role away waits. Throws
 * moderation.forbidden.
 */
export async function lockStaff(tx: Tx, input: { actorId: string }): Promise<void> {
  requireStaff((await tx.maybe(lockRole, [input.actorId]))?.role ?? null);
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

/** SQL text: somebody else than the actor may answer an appeal of this person. Both are SQL expressions of an id. */
export function hasOtherJudge({ actor, person }: { actor: string; person: string }): string {
  return `exists (
    select from users other left join users judged on judged.id = ${person}
    where other.id not in (${actor}, ${person}) and other.deleted_at is null and other.suspended_at is null
      and case coalesce(judged.role, 'user') when 'user' then other.role <> 'user' else other.role = 'admin' end)`;
}

const selectIsSameJudge = statement<{ isSame: boolean; hasOther: boolean }>(
  "moderation.selectIsSameJudge",
  `select coalesce(moderator_id = $1, false) as "isSame", ${hasOtherJudge({ actor: "$1", person: "user_id" })} as "hasOther"
   from decisions where id = $2`,
);

/**
 * Passes for who may answer an appeal against a decision, and answers whether they made it themselves, which they may have
 * only where there is nobody else. Throws moderation.forbidden.
 */
export async function requireOtherJudge(tx: Tx, input: { actorId: string; decisionId: string }): Promise<boolean> {
  const { isSame, hasOther } = await tx.one(selectIsSameJudge, [input.actorId, input.decisionId]);
  if (isSame && hasOther) throw new AppError("moderation.forbidden");
  return isSame;
}
