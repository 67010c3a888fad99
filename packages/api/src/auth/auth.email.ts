// Addresses: verifying one, changing one, and opening the account that waited for one.
// Promise: an address is an account's only once a link mailed to it was opened, or where the setting does not ask for it.
import { sqlState, statement, type Tx } from "@pixora/db";
import { AppError } from "../platform/call/errors.ts";
import { ok } from "../platform/call/wire.ts";
import { commitFacts } from "../platform/outbox.ts";
import type { Deps } from "../platform/process/deps.ts";
import { hashPassword } from "../platform/secret/password.ts";
import { type Device, placesOf } from "../session/session.device.ts";
import { hasSessionHere, type SessionRow, startSession } from "../session/session.service.ts";
import { lockPeople, moveUserCounts } from "../user/user.counter.ts";
import { hashHandle, releaseHandle } from "../user/user.hold.ts";
import type { MeView } from "../user/user.schema.ts";
import { presentMe } from "../user/user.view.ts";
import { insertAccount } from "./auth.account.ts";
import { requirePassword, setPassword } from "./auth.credential.ts";
import { announceEnding, type Ended, endHeld } from "./auth.ending.ts";
import { type MailTokenRow, readMailToken, requestMail, requestNotice, useMailToken } from "./auth.mail.token.ts";
import type { SignedInView } from "./auth.schema.ts";
import { presentSignedIn } from "./auth.service.ts";

/** Has a link mailed where an address waits for it. Answers the same, in the same time, where none does. */
export async function requestEmailVerification(deps: Deps, input: { email: string }): Promise<typeof ok> {
  const now = deps.clock.now();
  await commitFacts(deps, (tx) => requestMail(tx, { kind: "emailVerification", email: input.email, now }));
  return ok;
}

interface VerifyInput {
  token: string;
  newPassword?: string | undefined;
  device: Device;
  /** The session that a token along with the call names. */
  sessionId?: string | null;
}

/**
 * Verifies an address by a mailed token and signs its person in: opens the account that waited for it, or makes a new
 * address take the old one's place. Where no live session of the account calls, or was opened from where the call comes
 * from, somebody else may have the account: then auth.passwordRequired, and with a new password all that held it before
 * ends. Throws auth.tokenExpired; auth.tokenInvalid, also the second time; user.emailTaken or user.handleTaken where
 * another account was quicker; auth.suspended.
 */
export async function verifyEmail(deps: Deps, input: VerifyInput): Promise<SignedInView> {
  const { token, newPassword } = input;
  // Looked at before the work of hashing, used up after it.
  const row = await readMailToken(deps, { sql: deps.db.sql, token, kinds: verifyingKinds });
  const passwordHash = newPassword === undefined ? null : await hashPassword(newPassword);
  const { session, ended } = await commitFacts(deps, (tx) => {
    return openLink(deps, { tx, row, passwordHash, ...input });
  }).catch((error: unknown) => {
    // Two accounts that asked for one address opened their links at the same moment.
    throw sqlState(error) === uniqueViolation ? new AppError("user.emailTaken", { cause: error }) : error;
  });
  if (ended !== null) await announceEnding(deps, ended);
  return presentSignedIn(deps, session);
}

interface OpenedLink extends VerifyInput {
  tx: Tx;
  row: MailTokenRow;
  passwordHash: string | null;
}

async function openLink(deps: Deps, input: OpenedLink): Promise<{ session: SessionRow; ended: Ended | null }> {
  const { tx, row, device, passwordHash } = input;
  const now = deps.clock.now();
  const places = placesOf(deps, device);
  // The person's lock comes before their links, here and wherever links end.
  if (row.userId !== null) await lockPeople(tx, { ids: [row.userId] });
  await useMailToken(tx, row);
  if (row.kind === "signUp") {
    const userId = await openWaiting(deps, { tx, row, passwordHash });
    return { ended: null, session: await startSession(tx, { userId, device, places, now }) };
  }
  const userId = await verifyAddress(deps, { tx, row });
  if (
    passwordHash === null &&
    !(await hasSessionHere(tx, { userId, sessionId: input.sessionId ?? null, places, now }))
  ) {
    throw new AppError("auth.passwordRequired");
  }
  let ended: Ended | null = null;
  if (passwordHash !== null) {
    ended = await endHeld(tx, { ending: "claimed", userId, exceptId: null, now });
    await setPassword(tx, { userId, passwordHash, now });
  } else if (row.kind === "emailChange") {
    ended = await endHeld(tx, { ending: "emailChanged", userId, exceptId: null, now });
  }
  return { ended, session: await startSession(tx, { userId, device, places, now }) };
}

const verifyingKinds = ["signUp", "emailVerification", "emailChange"] as const;
const uniqueViolation = "23505";

const takeSignUp = statement<{ email: string; handle: string; displayName: string; passwordHash: string }>(
  "auth.takeSignUp",
  `delete from sign_ups where id = $1
   returning email, handle, display_name as "displayName", password_hash as "passwordHash"`,
);

async function openWaiting(
  deps: Deps,
  input: { tx: Tx; row: MailTokenRow; passwordHash: string | null },
): Promise<string> {
  const { tx, row } = input;
  const account = await tx.maybe(takeSignUp, [row.signUpId]);
  if (account === null) throw new AppError("auth.tokenInvalid");
  const passwordHash = input.passwordHash ?? account.passwordHash;
  const { id } = await insertAccount(tx, { ...account, passwordHash, emailVerifiedAt: deps.clock.now() });
  await releaseHandle(tx, { hashes: hashHandle(deps, account.handle) });
  return id;
}

const verifyPresent = statement<{ isSuspended: boolean }>(
  "auth.verifyPresentEmail",
  `update credentials c set email_verified_at = coalesce(c.email_verified_at, $3)
   from users u where c.user_id = $1 and c.email = $2 and u.id = c.user_id
   returning u.suspended_at is not null as "isSuspended"`,
);

const selectOwner = statement<{ userId: string }>(
  "auth.selectEmailOwner",
  `select user_id as "userId" from credentials where email = $1`,
);

const verifyPending = statement<{ isSuspended: boolean; leftEmail: string }>(
  "auth.verifyPendingEmail",
  `with before as (select email from credentials where user_id = $1)
   update credentials c set email = c.pending_email, pending_email = null, email_verified_at = $3
   from users u, before where c.user_id = $1 and c.pending_email = $2 and u.id = c.user_id
   returning u.suspended_at is not null as "isSuspended", before.email as "leftEmail"`,
);

async function verifyAddress(deps: Deps, input: { tx: Tx; row: MailTokenRow }): Promise<string> {
  const { tx, row } = input;
  const { userId, email } = row;
  if (userId === null) throw new AppError("auth.tokenInvalid");
  await moveUserCounts(tx, { userId });
  const isChange = row.kind === "emailChange";
  if (isChange && (await tx.maybe(selectOwner, [email])) !== null) throw new AppError("user.emailTaken");
  const now = deps.clock.now();
  const verified = isChange
    ? await changeAddress(tx, { userId, email, now })
    : await tx.maybe(verifyPresent, [userId, email, now]);
  if (verified === null) throw new AppError("auth.tokenInvalid");
  if (verified.isSuspended) throw new AppError("auth.suspended");
  return userId;
}

/** Makes the waiting address the account's, and tells the one that it leaves; null where another one waits by now. */
async function changeAddress(
  tx: Tx,
  input: { userId: string; email: string; now: Date },
): Promise<{ isSuspended: boolean } | null> {
  const { userId, email, now } = input;
  const changed = await tx.maybe(verifyPending, [userId, email, now]);
  if (changed !== null) await requestNotice(tx, { kind: "emailNotice", userId, email: changed.leftEmail, now });
  return changed;
}

const setPending = statement<{ email: string }>(
  "auth.setPendingEmail",
  `update credentials set pending_email = nullif($2, email) where user_id = $1 returning email`,
);

/**
 * Asks for another address: it takes effect when verified; the other sessions end now. The present address takes a
 * change under way back. The second time mails again. Throws auth.wrongCredentials, and user.emailTaken where the
 * setting allows that to be told.
 */
export async function changeEmail(
  deps: Deps,
  input: { actorId: string; sessionId: string; newEmail: string; password: string },
): Promise<MeView> {
  const { actorId, sessionId, newEmail } = input;
  await requirePassword(deps, { userId: actorId, password: input.password });
  const ended = await commitFacts(deps, async (tx) => {
    const now = deps.clock.now();
    const owner = await tx.maybe(selectOwner, [newEmail]);
    const isTaken = owner !== null && owner.userId !== actorId;
    if (isTaken && !deps.config.REQUIRE_EMAIL_VERIFICATION) throw new AppError("user.emailTaken");
    const held = await endHeld(tx, { ending: "emailAsked", userId: actorId, exceptId: sessionId, now });
    const { email } = await tx.one(setPending, [actorId, newEmail]);
    if (email !== newEmail) await requestMail(tx, { kind: "emailChange", email: newEmail, userId: actorId, now });
    return held;
  });
  await announceEnding(deps, ended);
  return presentMe(deps, { userId: actorId });
}
