// Sends the mails that were asked for: the half of requestMail that runs in the worker, where nobody watches the time.
// Promises: whether a mail goes out, and which, is decided here and nowhere else; a mail is sent at least once, and
// after a crash in between perhaps twice, with the same link.
import { statement } from "@pixora/db";
import type { Fact } from "@pixora/jobs";
import { recordDone } from "../platform/outbox.ts";
import { webUrlOf } from "../platform/process/config.ts";
import type { Deps } from "../platform/process/deps.ts";
import { type AccountMail, writeAccountMail } from "./auth.mail.text.ts";
import { type AskedKind, type MailTokenRow, writeMailToken } from "./auth.mail.token.ts";

type MailRequestFact = Fact<"auth.mailRequested">;

interface MailRequestRow extends Omit<MailTokenRow, "kind"> {
  kind: AskedKind;
  isSent: boolean;
  /** Whose address it is. */
  ownerId: string | null;
  ownerHandle: string | null;
  isOwnerVerified: boolean;
  /** Who wants to have it as theirs: the one who asked, else the newest of them. */
  claimantId: string | null;
  /** The sign-up that waits for it: the one that asked, else the newest. */
  waitingId: string | null;
}

const selectRequests = statement<MailRequestRow>(
  "auth.selectMailRequests",
  `select t.id, t.kind, t.email, t.user_id as "userId", t.sign_up_id as "signUpId", t.salt,
          t.expires_at as "expiresAt", t.sent_at is not null as "isSent",
          owner.user_id as "ownerId", owner_user.handle as "ownerHandle",
          coalesce(owner.email_verified_at is not null, false) as "isOwnerVerified",
          claimant.user_id as "claimantId", waiting.id as "waitingId"
   from auth_tokens t
   left join credentials owner on owner.email = t.email
   left join users owner_user on owner_user.id = owner.user_id
   left join lateral (
     select c.user_id from credentials c
     where c.pending_email = t.email and (t.user_id is null or c.user_id = t.user_id)
     order by c.user_id desc limit 1
   ) claimant on true
   left join lateral (
     select s.id from sign_ups s
     where s.email = t.email and (t.sign_up_id is null or s.id = t.sign_up_id) and s.expires_at > $2
     order by s.id desc limit 1
   ) waiting on true
   where t.id = any ($1::bigint[])`,
);

/** What an address is to be told, and about whom; null: nothing. */
type Decision =
  | { kind: AskedKind; userId: string | null; signUpId: string | null; handle: string | null }
  | { kind: "alreadyRegistered"; handle: string | null };

function decide(row: MailRequestRow): Decision | null {
  const { ownerId, ownerHandle, claimantId, waitingId } = row;
  const isForOther = row.kind === "signUp" || row.kind === "emailChange";
  if (ownerId !== null && ownerHandle !== null) {
    // Of an account whose address nobody has verified, its owner may know nothing.
    const handle = row.isOwnerVerified ? ownerHandle : null;
    if (isForOther && ownerId !== row.userId) return { kind: "alreadyRegistered", handle };
    if (row.kind === "emailVerification" && row.isOwnerVerified) return null;
    const kind = row.kind === "passwordReset" ? "passwordReset" : "emailVerification";
    return { kind, userId: ownerId, signUpId: null, handle };
  }
  if (row.kind === "passwordReset") return null;
  if (claimantId !== null && row.kind !== "signUp") {
    return { kind: "emailChange", userId: claimantId, signUpId: null, handle: null };
  }
  if (waitingId !== null && row.kind !== "emailChange") {
    return { kind: "signUp", userId: null, signUpId: waitingId, handle: null };
  }
  return null;
}

/** Sends the mails of these requests; one that was sent already is not sent again. Rejects where the provider does. */
export async function sendMails(deps: Deps, input: { facts: readonly MailRequestFact[] }): Promise<void> {
  const now = deps.clock.now();
  const values = [input.facts.map((fact) => fact.payload.tokenId), now];
  const rows = new Map((await deps.db.sql.many(selectRequests, values)).map((row) => [row.id, row]));
  const results = await Promise.allSettled(
    input.facts.map((fact) => sendMail(deps, { factId: fact.id, row: rows.get(fact.payload.tokenId) ?? null, now })),
  );
  const failure = results.find((result) => result.status === "rejected");
  if (failure !== undefined) throw failure.reason;
}

const markSent = statement<never>("auth.markMailSent", `update auth_tokens set sent_at = $2 where id = $1`);
const dropRequest = statement<never>(
  "auth.dropMailRequest",
  `delete from auth_tokens where id = $1 and sent_at is null`,
);

async function sendMail(deps: Deps, input: { factId: string; row: MailRequestRow | null; now: Date }): Promise<void> {
  const { factId, row, now } = input;
  const decision = row === null || row.isSent ? null : decide(row);
  if (row !== null && decision !== null) {
    const mail = await assign(deps, { row, decision });
    await sendAccountMail(deps, { mail, address: row.email });
  }
  await deps.db.inTransaction(async (tx) => {
    if (row !== null && decision !== null) await tx.run(markSent, [row.id, now]);
    // A request that leads nowhere goes, and the address of somebody unknown with it.
    else if (row !== null) await tx.run(dropRequest, [row.id]);
    recordDone(tx, { job: "auth.sendMails", factIds: [factId] });
  });
}

// Before the mail leaves: whoever reads it at once finds the token good.
async function assign(deps: Deps, input: { row: MailRequestRow; decision: Decision }): Promise<AccountMail> {
  const { row, decision } = input;
  if (decision.kind === "alreadyRegistered") return decision;
  const { kind, userId, signUpId, handle } = decision;
  await deps.db.prisma.authToken.updateMany({
    where: { id: BigInt(row.id) },
    data: { kind, userId: idOrNull(userId), signUpId: idOrNull(signUpId) },
  });
  return { kind, handle, token: writeMailToken(deps, { ...row, kind, userId, signUpId }) };
}

function idOrNull(id: string | null): bigint | null {
  return id === null ? null : BigInt(id);
}

/** Hands a mail to the provider. Rejects where it does, as a failure of the provider. */
export async function sendAccountMail(deps: Deps, input: { mail: AccountMail; address: string }): Promise<void> {
  const to = { address: input.address, webUrl: webUrlOf(deps.config) };
  try {
    await deps.mailer.send(writeAccountMail(input.mail, to));
  } catch (error) {
    // Named anew, without its cause: a provider that refuses connections must not pass for a database that is away.
    throw new Error(`the mail provider failed: ${error instanceof Error ? error.message : String(error)}`);
  }
}
