// Where addresses must be verified first (REQUIRE_EMAIL_VERIFICATION): nobody learns whose an address is.
import { statement } from "@pixora/db";
import { afterAll, beforeAll, expect, test } from "vitest";
import { verifyAccessToken } from "../session/session.token.ts";
import { openTestDeps, type TestDeps } from "../testing/index.ts";
import { isHandleFree } from "../user/user.service.ts";
import { changeEmail, requestEmailVerification, verifyEmail } from "./auth.email.ts";
import { deleteOldTokens } from "./auth.expiry.ts";
import { mailTokenLifeMs } from "./auth.mail.token.ts";
import { sendMails } from "./auth.mail.ts";
import { signIn, signUp } from "./auth.service.ts";

const device = { userAgent: "test", ip: "203.0.113.7" };
const password = "correct horse battery";
const isWrong = { code: "auth.wrongCredentials" };

let nowMs = Date.now();
let deps: TestDeps;
beforeAll(async () => {
  deps = await openTestDeps({
    clock: { now: () => new Date(nowMs) },
    env: { REQUIRE_EMAIL_VERIFICATION: "true" },
  });
});
afterAll(() => deps.close());

const takeFacts = statement<{ id: string; fact: "auth.mailRequested"; payload: { tokenId: string } }>(
  "test.takeMailFacts",
  `delete from outbox where fact = 'auth.mailRequested' returning id, fact, payload`,
);

/** Does the worker's part; answers the mails that went out, each with the token in it. */
async function deliver() {
  const before = deps.mails.length;
  await sendMails(deps, { facts: await deps.db.sql.many(takeFacts) });
  return deps.mails.slice(before).map((mail) => ({ ...mail, token: /\?token=([\w-]+)$/m.exec(mail.text)?.[1] ?? "" }));
}

const nothing = { user: null, tokens: null };

async function openVerified(handle: string) {
  await signUp(deps, { email: `${handle}@test.example`, handle, password, device });
  const [mail] = await deliver();
  return verifyEmail(deps, { token: mail?.token ?? "", device });
}

test("signing up opens the account when the link is opened, and not before", async () => {
  const account = { email: "early@test.example", handle: "early", password, device };
  await expect(signUp(deps, account)).resolves.toEqual(nothing);
  await expect(signIn(deps, { login: "early", password, device })).rejects.toMatchObject({
    code: "auth.emailUnverified",
  });
  await expect(signIn(deps, { login: "early", password: "another one", device })).rejects.toMatchObject(isWrong);
  const [mail] = await deliver();
  const answer = await verifyEmail(deps, { token: mail?.token ?? "", device });
  expect(answer.user).toMatchObject({ handle: "early", email: "early@test.example", isEmailVerified: true });
  await expect(signIn(deps, { login: "early@test.example", password, device })).resolves.toBeDefined();
});

test("free and taken addresses cannot be told apart by sign-up, the handle, or signing in", async () => {
  const owner = await openVerified("owner");
  const probes = [
    { email: owner.user.email, handle: "probe_taken" },
    { email: "unknown@test.example", handle: "probe_free" },
  ];
  for (const { email, handle } of probes) {
    const other = "the prober's password";
    await expect(signUp(deps, { email, handle, password: other, device })).resolves.toEqual(nothing);
    await expect(signUp(deps, { email, handle, password: other, device })).rejects.toMatchObject({
      code: "user.handleTaken",
    });
    expect(await isHandleFree(deps, { handle })).toBe(false);
    for (const login of [email, handle]) {
      await expect(signIn(deps, { login, password: other, device })).rejects.toMatchObject({
        code: "auth.emailUnverified",
      });
    }
  }
  const mails = await deliver();
  const [toOwner, toUnknown] = probes.map(({ email }) => mails.find((mail) => mail.to === email));
  expect(toOwner).toMatchObject({ to: owner.user.email, subject: "You already have a Pixora account", token: "" });
  expect(toUnknown?.token).not.toBe("");
  await expect(signIn(deps, { login: owner.user.email, password, device })).resolves.toBeDefined();
});

test("handles are free again, free and taken addresses alike, when nobody opens the link", async () => {
  await openVerified("another");
  await signUp(deps, { email: "another@test.example", handle: "waits_one", password, device });
  await signUp(deps, { email: "later@test.example", handle: "waits_two", password, device });
  nowMs += mailTokenLifeMs.signUp;
  await deleteOldTokens(deps);
  for (const handle of ["waits_one", "waits_two"]) expect(await isHandleFree(deps, { handle })).toBe(true);
  const waiting = statement<{ count: number }>("test.waiting", "select count(*)::int as count from sign_ups");
  expect((await deps.db.sql.one(waiting)).count).toBe(0);
});

test("changing to a taken address answers like any other, and only its owner hears of it", async () => {
  const [owner, mover] = [await openVerified("stays"), await openVerified("moves")];
  const viewer = await verifyAccessToken(deps, { token: mover.tokens.accessToken });
  const caller = { actorId: mover.user.id, sessionId: viewer.sessionId, password };
  const answer = await changeEmail(deps, { ...caller, newEmail: owner.user.email });
  expect(answer.pendingEmail).toBe(owner.user.email);
  const mails = await deliver();
  expect(mails.map(({ to, token }) => ({ to, token }))).toEqual([{ to: owner.user.email, token: "" }]);
});

test("two people who sign up with one address: the one who opens the link has it", async () => {
  const email = "contested@test.example";
  await signUp(deps, { email, handle: "stranger", password: "the stranger's own", device });
  const [strangers] = await deliver();
  await signUp(deps, { email, handle: "rightful", password, device });
  const [theirs] = await deliver();
  for (const mail of [strangers, theirs]) {
    expect(mail?.to).toBe(email);
    expect(`${mail?.subject} ${mail?.text}`).not.toMatch(/stranger|rightful/);
  }
  const answer = await verifyEmail(deps, { token: theirs?.token ?? "", device });
  expect(answer.user.handle).toBe("rightful");
  const late = verifyEmail(deps, { token: strangers?.token ?? "", device });
  await expect(late).rejects.toMatchObject({ code: "user.emailTaken" });
});

test("a link asked for again opens the waiting account, and the first one then opens nothing", async () => {
  const email = "again@test.example";
  await signUp(deps, { email, handle: "again", password, device });
  const [first] = await deliver();
  await requestEmailVerification(deps, { email });
  const [second] = await deliver();
  expect((await verifyEmail(deps, { token: second?.token ?? "", device })).user.handle).toBe("again");
  const late = verifyEmail(deps, { token: first?.token ?? "", device });
  await expect(late).rejects.toMatchObject({ code: "auth.tokenInvalid" });
});
