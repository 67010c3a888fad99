// Mails about accounts are asked for by a row and a fact; the link in them carries a token that is a MAC over the row.
// Promises: no token is stored; each is good once, for one person at one address, until it expires; asking does the
// same work whether or not anyone is known at the address.
import { randomBytes } from "node:crypto";
import { type Sql, statement, type Tx } from "@pixora/db";
import { AppError } from "../platform/call/errors.ts";
import { insertFacts } from "../platform/outbox.ts";
import type { Deps } from "../platform/process/deps.ts";
import { readSignedId, signedIdIsRight, writeSignedId } from "../platform/secret/key.ts";

/** What people ask for. */
export type AskedKind = "signUp" | "emailVerification" | "emailChange" | "passwordReset";
/** What owners are told of their account, with a link that takes it back. */
export const noticeKinds = ["passwordNotice", "emailNotice", "deviceNotice"] as const;
export type NoticeKind = (typeof noticeKinds)[number];
export type MailKind = AskedKind | NoticeKind;

/** How long each kind of link works. A sign-up and the handle it holds live as long as its link. */
export const mailTokenLifeMs: Record<MailKind, number> = {
  signUp: 3 * 24 * 60 * 60_000,
  emailVerification: 3 * 24 * 60 * 60_000,
  emailChange: 24 * 60 * 60_000,
  passwordReset: 60 * 60_000,
  // A week: whoever is away finds the account taken when they are back.
  passwordNotice: 7 * 24 * 60 * 60_000,
  emailNotice: 7 * 24 * 60 * 60_000,
  deviceNotice: 7 * 24 * 60 * 60_000,
};

/** A row of auth_tokens. `userId` and `signUpId` are null until the worker has found whom it is for. */
export interface MailTokenRow {
  id: string;
  kind: MailKind;
  email: string;
  userId: string | null;
  signUpId: string | null;
  salt: Buffer;
  expiresAt: Date;
}

const insertToken = statement<{ id: string }>(
  "auth.insertMailToken",
  `insert into auth_tokens (kind, email, user_id, sign_up_id, salt, created_at, expires_at)
   values ($1, $2, $3, $4, $5, $6, $7) returning id`,
);

/** Asks for a mail, in the caller's transaction. Each call asks for another. */
export async function requestMail(
  tx: Tx,
  input: { kind: AskedKind; email: string; userId?: string; signUpId?: string; now: Date },
): Promise<void> {
  const { kind, email, userId = null, signUpId = null, now } = input;
  const expiresAt = new Date(now.getTime() + mailTokenLifeMs[kind]);
  const row = await tx.one(insertToken, [kind, email, userId, signUpId, randomBytes(16), now, expiresAt]);
  await insertFacts(tx, { facts: [{ fact: "auth.mailRequested", payload: { tokenId: row.id } }] });
}

/** The token of a row; made again, it is the same. */
export function writeMailToken(deps: Pick<Deps, "config">, row: MailTokenRow): string {
  return writeSignedId(deps, { purpose: "mail.v1", id: row.id, parts: partsOf(row) });
}

function partsOf(row: MailTokenRow): (string | Uint8Array)[] {
  return [row.kind, row.email, row.salt];
}

const columns = `id, kind, email, user_id as "userId", sign_up_id as "signUpId", salt, expires_at as "expiresAt"`;

const selectToken = statement<MailTokenRow>(
  "auth.selectMailToken",
  `select ${columns} from auth_tokens where id = $1 and (user_id is not null or sign_up_id is not null)`,
);

/** The row behind a token of one of these kinds. Throws auth.tokenExpired, or auth.tokenInvalid (used up, or none). */
export async function readMailToken(
  deps: Pick<Deps, "config" | "clock">,
  input: { sql: Sql; token: string; kinds: readonly MailKind[] },
): Promise<MailTokenRow> {
  const { token } = input;
  const id = readSignedId(token);
  const row = id === null ? null : await input.sql.maybe(selectToken, [id]);
  if (row === null || !input.kinds.includes(row.kind)) throw new AppError("auth.tokenInvalid");
  const isRight = signedIdIsRight(deps, { purpose: "mail.v1", token, parts: partsOf(row) });
  if (!isRight) throw new AppError("auth.tokenInvalid");
  if (row.expiresAt <= deps.clock.now()) throw new AppError("auth.tokenExpired");
  return row;
}

const deleteToken = statement<never>("auth.useMailToken", `delete from auth_tokens where id = $1`);

/** Uses a token up. Throws auth.tokenInvalid the second time; a concurrent rival waits and then hears the same. */
export async function useMailToken(tx: Tx, row: MailTokenRow): Promise<void> {
  if ((await tx.run(deleteToken, [row.id])) !== 1) throw new AppError("auth.tokenInvalid");
}

const insertNotice = statement<{ id: string }>(
  "auth.insertNotice",
  `insert into auth_tokens (kind, email, user_id, salt, created_at, expires_at)
   select $1::text, $2, $3::bigint, $4::bytea, $5::timestamptz, $6::timestamptz
   where (select count(*) from auth_tokens t
          where t.user_id = $3::bigint and t.kind = $1::text and t.created_at > $7) < $8
   returning id`,
);

/** More of one kind in an hour tell nobody anything: the first have links that take the account back. */
const maxNoticesPerHour = 5;
const hourMs = 60 * 60_000;

/** Has an owner told of what was done to the account, in the transaction that does it; at most five of a kind an hour. */
export async function requestNotice(
  tx: Tx,
  input: { kind: NoticeKind; userId: string; email: string; now: Date },
): Promise<void> {
  const { kind, userId, email, now } = input;
  const expiresAt = new Date(now.getTime() + mailTokenLifeMs[kind]);
  const since = new Date(now.getTime() - hourMs);
  const values = [kind, email, userId, randomBytes(16), now, expiresAt, since, maxNoticesPerHour];
  const row = await tx.maybe(insertNotice, values);
  if (row === null) return;
  await insertFacts(tx, { facts: [{ fact: "auth.noticeRequested", payload: { tokenId: row.id } }] });
}

const deleteNotices = statement<never>(
  "auth.deleteNotices",
  `delete from auth_tokens where user_id = $1 and kind = any ($3::text[]) and ($2::text is null or email = $2)`,
);

/** Makes the links of a person's notices worthless: those to one mailbox, or with null all. */
export async function dropNotices(tx: Tx, input: { userId: string; email: string | null }): Promise<void> {
  await tx.run(deleteNotices, [input.userId, input.email, noticeKinds]);
}

// One that the worker has not come to yet is nobody's so far, and knows its address alone.
const deleteTokensOfUser = statement<never>(
  "auth.deleteMailTokens",
  `delete from auth_tokens where kind = any ($3::text[])
     and (user_id = $1 or (email = $2 and user_id is null and sign_up_id is null))`,
);

/**
 * Makes a person's other links of these kinds worthless, and those that were asked for at their address and are not
 * mailed yet. The second time changes nothing.
 */
export async function dropMailTokens(
  tx: Tx,
  input: { userId: string; email: string | null; kinds: readonly MailKind[] },
): Promise<void> {
  await tx.run(deleteTokensOfUser, [input.userId, input.email, input.kinds]);
}
