// Signing up and signing in. Promises: a stranger learns from neither answers nor times whether an account exists, save
// where the setting says that sign-up may tell (REQUIRE_EMAIL_VERIFICATION off) and of handles, which are public.

import { statement, type Tx } from "@pixora/db";
import { AppError } from "../platform/call/errors.ts";
import { commitFacts } from "../platform/outbox.ts";
import type { Deps } from "../platform/process/deps.ts";
import { hashPassword, isHashOutdated, verifyPassword } from "../platform/secret/password.ts";
import { canonicalLogin } from "../platform/text/email.ts";
import { type Device, placesOf } from "../session/session.device.ts";
import { issueTokens } from "../session/session.refresh.ts";
import { type SessionRow, startSession } from "../session/session.service.ts";
import { canonicalHandle } from "../user/user.handle.ts";
import { hashHandle, holdHandle, isHandleHeld } from "../user/user.hold.ts";
import { presentMe } from "../user/user.view.ts";
import { insertAccount } from "./auth.account.ts";
import { replacePasswordHash, requirePassword } from "./auth.credential.ts";
import { mailTokenLifeMs, requestMail } from "./auth.mail.token.ts";
import { noticeDevice } from "./auth.notice.ts";
import type { SignedInView, SignedUpView } from "./auth.schema.ts";

interface SignUpInput {
  email: string;
  handle: string;
  password: string;
  displayName?: string | undefined;
  device: Device;
}

/**
 * Makes an account and signs it in; throws user.handleTaken or user.emailTaken. Where e-mails must be verified first,
 * it only holds the handle and mails a link, answers nulls for free and taken addresses alike, and throws only
 * user.handleTaken. The second time the handle is taken.
 */
export async function signUp(deps: Deps, input: SignUpInput): Promise<SignedUpView> {
  const passwordHash = await hashPassword(input.password);
  const account = {
    email: input.email,
    handle: input.handle,
    displayName: input.displayName ?? input.handle,
    passwordHash,
  };
  if (deps.config.REQUIRE_EMAIL_VERIFICATION) {
    await commitFacts(deps, (tx) => insertSignUp(deps, { tx, account }));
    return { user: null, tokens: null };
  }
  const session = await commitFacts(deps, (tx) => openAccount(deps, { tx, account, device: input.device }));
  return presentSignedIn(deps, session);
}

interface NewAccount {
  email: string;
  handle: string;
  displayName: string;
  passwordHash: string;
}

async function openAccount(deps: Deps, input: { tx: Tx; account: NewAccount; device: Device }): Promise<SessionRow> {
  const { tx, account, device } = input;
  const now = deps.clock.now();
  const { id } = await insertAccount(tx, { ...account, emailVerifiedAt: null });
  // After the insert, which waited for whoever let go of the handle: their hold is in sight by now.
  if (await isHandleHeld(tx, { hashes: hashHandle(deps, account.handle), now })) {
    throw new AppError("user.handleTaken");
  }
  await requestMail(tx, { kind: "emailVerification", email: account.email, userId: id, now });
  return startSession(tx, { userId: id, device, places: placesOf(deps, device), now });
}

const insertSignUpRow = statement<{ id: string }>(
  "auth.insertSignUp",
  `insert into sign_ups (email, handle, display_name, password_hash, created_at, expires_at)
   values ($1, $2, $3, $4, $5, $6) returning id`,
);

// No look at the address here: what to mail to it, the worker decides, so free and taken ones cost the same.
async function insertSignUp(deps: Deps, input: { tx: Tx; account: NewAccount }): Promise<void> {
  const { tx, account } = input;
  const { email, handle } = account;
  const now = deps.clock.now();
  const expiresAt = new Date(now.getTime() + mailTokenLifeMs.signUp);
  const isHeld = await holdHandle(tx, { handle, hashes: hashHandle(deps, handle), now, expiresAt });
  if (!isHeld) throw new AppError("user.handleTaken");
  const values = [email, handle, account.displayName, account.passwordHash, now, expiresAt];
  const signUpRow = await tx.one(insertSignUpRow, values);
  await requestMail(tx, { kind: "signUp", email, signUpId: signUpRow.id, now });
}

interface CredentialRow {
  userId: string;
  passwordHash: string;
  isVerified: boolean;
}

function selectCredential(name: string, condition: string) {
  return statement<CredentialRow>(
    name,
    `select c.user_id as "userId", c.password_hash as "passwordHash",
            c.email_verified_at is not null as "isVerified"
     from credentials c join users u on u.id = c.user_id
     where ${condition} and u.deleted_at is null`,
  );
}

const credentialByEmail = selectCredential("auth.selectCredentialByEmail", "c.email = $1");
const credentialByHandle = selectCredential("auth.selectCredentialByHandle", "u.handle = $1");

/**
 * Opens a session; each call opens another. Throws auth.wrongCredentials (the same for an unknown login and a wrong
 * password), and auth.emailUnverified where addresses must be verified first, only to those who know the password. A
 * suspended account gets a session too: for the few calls that are open to it.
 */
export async function signIn(
  deps: Deps,
  input: { login: string; password: string; device: Device },
): Promise<SignedInView> {
  const { password, device } = input;
  const typed = canonicalLogin(input.login);
  const isEmail = typed.includes("@");
  // A login that can be nobody's is looked up all the same: it costs what others cost.
  const login = isEmail ? typed : (canonicalHandle(typed) ?? "");
  const credential = await deps.db.sql.maybe(isEmail ? credentialByEmail : credentialByHandle, [login]);
  const isRight = await verifyPassword({ passwordHash: credential?.passwordHash ?? null, password });
  if (credential === null || !isRight) {
    if (deps.config.REQUIRE_EMAIL_VERIFICATION) await refuseWaiting(deps, { isEmail, login, password });
    throw new AppError("auth.wrongCredentials");
  }
  if (deps.config.REQUIRE_EMAIL_VERIFICATION && !credential.isVerified) throw new AppError("auth.emailUnverified");
  const passwordHash = await renewHash(deps, { credential, password });
  const session = await openSession(deps, { userId: credential.userId, passwordHash, device });
  return presentSignedIn(deps, session);
}

// The newest waiting sign-up is looked at whether the address belongs to an account or not, or the answer would tell.
async function refuseWaiting(deps: Deps, input: { isEmail: boolean; login: string; password: string }): Promise<void> {
  const { isEmail, login, password } = input;
  const waiting = await deps.db.prisma.signUp.findFirst({
    where: { ...(isEmail ? { email: login } : { handle: login }), expiresAt: { gt: deps.clock.now() } },
    orderBy: { id: "desc" },
    select: { passwordHash: true },
  });
  const isRight = await verifyPassword({ passwordHash: waiting?.passwordHash ?? null, password });
  if (isRight) throw new AppError("auth.emailUnverified");
}

/** Hashes a right password anew where its hash is weaker than today's; answers the hash that now stands. */
async function renewHash(deps: Deps, input: { credential: CredentialRow; password: string }): Promise<string> {
  const { userId, passwordHash } = input.credential;
  if (!isHashOutdated(passwordHash)) return passwordHash;
  const renewed = await hashPassword(input.password);
  const isReplaced = await replacePasswordHash(deps.db.sql, { userId, oldHash: passwordHash, newHash: renewed });
  if (isReplaced) return renewed;
  // Another sign-in renewed it, or the password changed: the caller's statement tells which by what stands now.
  return requirePassword(deps, { userId, password: input.password });
}

const lockHash = statement<{ userId: string }>(
  "auth.lockHash",
  `select user_id as "userId" from credentials where user_id = $1 and password_hash = $2 for share`,
);

// A password that changes between the check and the session must not leave the session behind: changing it ends
// all sessions, so the two must not overlap.
async function openSession(
  deps: Deps,
  input: { userId: string; passwordHash: string; device: Device },
): Promise<SessionRow> {
  const { userId, passwordHash, device } = input;
  const now = deps.clock.now();
  return commitFacts(deps, async (tx) => {
    if ((await tx.maybe(lockHash, [userId, passwordHash])) === null) throw new AppError("auth.wrongCredentials");
    await noticeDevice(tx, { userId, device, now });
    return startSession(tx, { userId, device, places: placesOf(deps, device), now });
  });
}

/** What a person gets who has just been signed in. */
export async function presentSignedIn(deps: Deps, session: SessionRow): Promise<SignedInView> {
  const [user, tokens] = await Promise.all([presentMe(deps, { userId: session.userId }), issueTokens(deps, session)]);
  return { user, tokens };
}
