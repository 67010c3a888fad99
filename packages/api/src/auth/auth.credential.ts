// Passwords after sign-up: changing one, and choosing a new one by a mailed link.
// Promise: whoever held the account by the old password, or by a session opened with it, holds it no longer.
import { type Sql, sqlState, statement, type Tx } from "@pixora/db";
import { AppError } from "../platform/call/errors.ts";
import { ok } from "../platform/call/wire.ts";
import { commitFacts } from "../platform/outbox.ts";
import type { Deps } from "../platform/process/deps.ts";
import { hashPassword, verifyPassword } from "../platform/secret/password.ts";
import { lockPeople } from "../user/user.counter.ts";
import { announceEnding, type Ended, endHeld } from "./auth.ending.ts";
import { type MailTokenRow, noticeKinds, readMailToken, requestMail, useMailToken } from "./auth.mail.token.ts";
import { noticePassword } from "./auth.notice.ts";

/** The hash behind a password that is right. Throws auth.wrongCredentials. */
export async function requirePassword(
  deps: Pick<Deps, "db">,
  input: { userId: string; password: string },
): Promise<string> {
  const where = { userId: BigInt(input.userId) };
  const row = await deps.db.prisma.credential.findUnique({ where, select: { passwordHash: true } });
  const passwordHash = row?.passwordHash ?? null;
  const isRight = await verifyPassword({ passwordHash, password: input.password });
  if (passwordHash === null || !isRight) throw new AppError("auth.wrongCredentials");
  return passwordHash;
}

const replaceHash = statement<never>(
  "auth.replaceHash",
  `update credentials set password_hash = $3 where user_id = $1 and password_hash = $2`,
);

/** Puts a hash in the place of another. False where another stands: the second time, or after a rival. */
export async function replacePasswordHash(
  sql: Pick<Sql, "run">,
  input: { userId: string; oldHash: string; newHash: string },
): Promise<boolean> {
  return (await sql.run(replaceHash, [input.userId, input.oldHash, input.newHash])) === 1;
}

/**
 * Sets a new password and ends all other sessions and whatever else would let somebody in (auth.ending.ts). Throws
 * auth.wrongCredentials unless the present one is right: so it is the second time.
 */
export async function changePassword(
  deps: Deps,
  input: { actorId: string; sessionId: string; currentPassword: string; newPassword: string },
): Promise<typeof ok> {
  const { actorId, sessionId } = input;
  const oldHash = await requirePassword(deps, { userId: actorId, password: input.currentPassword });
  const newHash = await hashPassword(input.newPassword);
  const now = deps.clock.now();
  const ended = await commitFacts(deps, async (tx) => {
    const held = await endHeld(tx, { ending: "passwordChanged", userId: actorId, exceptId: sessionId, now });
    const isChanged = await replacePasswordHash(tx, { userId: actorId, oldHash, newHash });
    if (!isChanged) throw new AppError("auth.wrongCredentials");
    await noticePassword(tx, { userId: actorId, now });
    return held;
  });
  await announceEnding(deps, ended);
  return ok;
}

/** Has a link mailed where the address is somebody's. Answers the same, in the same time, where it is nobody's. */
export async function requestPasswordReset(deps: Deps, input: { email: string }): Promise<typeof ok> {
  const now = deps.clock.now();
  await commitFacts(deps, (tx) => requestMail(tx, { kind: "passwordReset", email: input.email, now }));
  return ok;
}

/**
 * Sets a new password by a mailed token and ends all sessions and whatever else would let somebody in; the address counts
 * as verified, and a change of it that was under way is off. The link of a notice does the same, and gives the account
 * back the address that it was mailed to; user.emailTaken where that is another's by now. Throws auth.tokenExpired, or auth.tokenInvalid: so it does the second time.
 */
export async function resetPassword(deps: Deps, input: { token: string; newPassword: string }): Promise<typeof ok> {
  const { token } = input;
  // Looked at before the work of hashing, used up after it.
  const row = await readMailToken(deps, { sql: deps.db.sql, token, kinds: ["passwordReset", ...noticeKinds] });
  const passwordHash = await hashPassword(input.newPassword);
  const ended = await commitFacts(deps, (tx) => replacePassword(deps, { tx, row, passwordHash })).catch((error) => {
    throw sqlState(error) === uniqueViolation ? new AppError("user.emailTaken", { cause: error }) : error;
  });
  await announceEnding(deps, ended);
  return ok;
}

const uniqueViolation = "23505";

const setHash = statement<never>(
  "auth.setHash",
  `update credentials set password_hash = $3, email_verified_at = coalesce(email_verified_at, $4)
   where user_id = $1 and email = $2`,
);

const takeBack = statement<never>(
  "auth.takeBack",
  `update credentials set password_hash = $3, email = $2,
     email_verified_at = case when email = $2 then coalesce(email_verified_at, $4) else $4 end
   where user_id = $1`,
);

const putHash = statement<never>("auth.putHash", `update credentials set password_hash = $2 where user_id = $1`);

/** Sets a password and tells the owner, in the transaction of whoever has ended what held the account before. */
export async function setPassword(tx: Tx, input: { userId: string; passwordHash: string; now: Date }): Promise<void> {
  const { userId, passwordHash, now } = input;
  await tx.run(putHash, [userId, passwordHash]);
  await noticePassword(tx, { userId, now });
}

async function replacePassword(deps: Deps, input: { tx: Tx; row: MailTokenRow; passwordHash: string }): Promise<Ended> {
  const { tx, row, passwordHash } = input;
  const { userId } = row;
  if (userId === null) throw new AppError("auth.tokenInvalid");
  const now = deps.clock.now();
  await lockPeople(tx, { ids: [userId] });
  await useMailToken(tx, row);
  const isReset = row.kind === "passwordReset";
  const ending = isReset ? "passwordReset" : "disowned";
  const ended = await endHeld(tx, { ending, userId, exceptId: null, now });
  // A reset's link to an address that the account has left opens nothing. A notice's gives the account back to the address
  // that it was mailed to: whoever took the account along has no such link to the address they moved it to.
  const set = isReset ? setHash : takeBack;
  const changed = await tx.run(set, [userId, row.email, passwordHash, now]);
  if (changed === 0) throw new AppError("auth.tokenInvalid");
  await noticePassword(tx, { userId, now });
  return ended;
}
