// An account is born here: the person, their counters, heads and credentials, all in one transaction.
import { statement, type Tx } from "@pixora/db";
import { insertLiveHead } from "../log/log.head.ts";
import { AppError } from "../platform/call/errors.ts";
import { insertAuthorHead } from "../post/post.counter.ts";
import { insertUser } from "../user/user.service.ts";

const insertCredentials = statement<never>(
  "auth.insertCredentials",
  `insert into credentials (user_id, email, email_verified_at, password_hash) values ($1, $2, $3, $4)
   on conflict (email) do nothing`,
);

/**
 * Makes a person with all the rows that every person has; `handle` and `email` are canonical. Throws user.handleTaken or
 * user.emailTaken, and so it does the second time; a rival for either waits for the first to commit.
 */
export async function insertAccount(
  tx: Tx,
  input: { handle: string; displayName: string; email: string; passwordHash: string; emailVerifiedAt: Date | null },
): Promise<{ id: string }> {
  const { id } = await insertUser(tx, { handle: input.handle, displayName: input.displayName });
  await insertAuthorHead(tx, { userId: id });
  await insertLiveHead(tx, { userId: id });
  const made = await tx.run(insertCredentials, [id, input.email, input.emailVerifiedAt, input.passwordHash]);
  if (made === 0) throw new AppError("user.emailTaken");
  return { id };
}
