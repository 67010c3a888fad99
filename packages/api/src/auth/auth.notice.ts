// Tells owners what was done to their account: a new password, another address, a sign-in from a device that was not known.
// Promise: the mail goes to the address that the account had before, and its link takes the account back.
import { type Sql, statement, type Tx } from "@pixora/db";
import type { Fact } from "@pixora/jobs";
import { recordDone } from "../platform/outbox.ts";
import type { Deps } from "../platform/process/deps.ts";
import { type Device, deviceNameOf, ipHintOf } from "../session/session.device.ts";
import { isKnownDevice } from "../session/session.service.ts";
import { type MailTokenRow, type NoticeKind, noticeKinds, requestNotice, writeMailToken } from "./auth.mail.token.ts";
import { sendAccountMail } from "./auth.mail.ts";

const selectAddress = statement<{ email: string; isVerified: boolean; heldSince: Date | null }>(
  "auth.selectAddress",
  `select email, email_verified_at is not null as "isVerified", held_since as "heldSince"
   from credentials where user_id = $1`,
);

/** Has the owner told of a new password, in the transaction that sets it. */
export async function noticePassword(tx: Tx, input: { userId: string; now: Date }): Promise<void> {
  const { userId, now } = input;
  const address = await tx.maybe(selectAddress, [userId]);
  if (address !== null) await requestNotice(tx, { kind: "passwordNotice", userId, email: address.email, now });
}

/**
 * Has the owner told of a sign-in, in the transaction that opens its session and before that, unless one was opened from
 * such a device before. An address that nobody has verified may be a stranger's, and gets none of these.
 */
export async function noticeDevice(tx: Tx, input: { userId: string; device: Device; now: Date }): Promise<void> {
  const { userId, device, now } = input;
  const address = await tx.maybe(selectAddress, [userId]);
  if (address === null || !address.isVerified) return;
  const names = { deviceName: deviceNameOf(device), ipHint: ipHintOf(device.ip) };
  if (await isKnownDevice(tx, { userId, ...names, since: address.heldSince })) return;
  await requestNotice(tx, { kind: "deviceNotice", userId, email: address.email, now });
}

interface NoticeRow extends MailTokenRow {
  kind: NoticeKind;
  /** Null where nobody has verified the address. */
  handle: string | null;
  createdAt: Date;
}

const selectNotices = statement<NoticeRow>(
  "auth.selectNotices",
  `select t.id, t.kind, t.email, t.user_id as "userId", t.sign_up_id as "signUpId", t.salt,
          t.expires_at as "expiresAt", t.created_at as "createdAt",
          case when c.email_verified_at is not null then u.handle end as handle
   from auth_tokens t join users u on u.id = t.user_id join credentials c on c.user_id = u.id
   where t.id = any ($1::bigint[]) and t.kind = any ($2::text[]) and t.sent_at is null`,
);
const markSent = statement<never>("auth.markNoticeSent", `update auth_tokens set sent_at = $2 where id = $1`);

/**
 * Sends these notices; one that was sent, or whose link is worthless by now, is passed over. A crash in between sends it
 * twice, with the same link. Rejects where the provider does.
 */
export async function sendNotices(
  deps: Deps,
  input: { facts: readonly Fact<"auth.noticeRequested">[] },
): Promise<void> {
  const rows = await selectRows(deps.db.sql, input.facts);
  const results = await Promise.allSettled(
    input.facts.map((fact) => sendNotice(deps, { factId: fact.id, row: rows.get(fact.payload.tokenId) ?? null })),
  );
  const failure = results.find((result) => result.status === "rejected");
  if (failure !== undefined) throw failure.reason;
}

async function selectRows(sql: Sql, facts: readonly Fact<"auth.noticeRequested">[]): Promise<Map<string, NoticeRow>> {
  const ids = facts.map((fact) => fact.payload.tokenId);
  return new Map((await sql.many(selectNotices, [ids, noticeKinds])).map((row) => [row.id, row]));
}

async function sendNotice(deps: Deps, input: { factId: string; row: NoticeRow | null }): Promise<void> {
  const { factId, row } = input;
  if (row !== null) {
    const { kind, handle, createdAt } = row;
    const mail = { kind, handle, happenedAt: createdAt, token: writeMailToken(deps, row) };
    await sendAccountMail(deps, { mail, address: row.email });
  }
  await deps.db.inTransaction(async (tx) => {
    if (row !== null) await tx.run(markSent, [row.id, deps.clock.now()]);
    recordDone(tx, { job: "auth.sendNotices", factIds: [factId] });
  });
}
