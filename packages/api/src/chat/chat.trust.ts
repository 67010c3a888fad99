// Whether an account may write to somebody first. Promise: whoever may not can still answer.
import { type Statement, statement, type Tx } from "@pixora/db";
import { AppError } from "../platform/call/errors.ts";
import type { Deps } from "../platform/process/deps.ts";

const selectTrust: Statement<{ createdAt: Date; isVerified: boolean }> = statement(
  "chat.selectTrust",
  `select person.created_at as "createdAt", secret.email_verified_at is not null as "isVerified"
   from users person join credentials secret on secret.user_id = person.id where person.id = $1`,
);

/** Throws chat.answerOnly unless the address is verified and the account as old as CHAT_MIN_ACCOUNT_HOURS says; 0 asks for neither. */
export async function requireGrownAccount(
  deps: Pick<Deps, "config" | "clock">,
  { tx, userId }: { tx: Tx; userId: string },
): Promise<void> {
  const minAgeMs = deps.config.CHAT_MIN_ACCOUNT_HOURS * 3_600_000;
  if (minAgeMs === 0) return;
  const trust = await tx.maybe(selectTrust, [userId]);
  if (trust === null) throw new AppError("auth.sessionRevoked");
  const isGrown = deps.clock.now().getTime() - trust.createdAt.getTime() >= minAgeMs;
  if (!isGrown || !trust.isVerified) throw new AppError("chat.answerOnly");
}
