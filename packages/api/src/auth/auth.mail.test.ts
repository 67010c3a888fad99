import { statement } from "@pixora/db";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { createSessionChecker } from "../session/session.service.ts";
import { verifyAccessToken } from "../session/session.token.ts";
import { openTestDeps, type TestDeps } from "../testing/index.ts";
import { changePassword, requestPasswordReset, resetPassword } from "./auth.credential.ts";
import { changeEmail, requestEmailVerification, verifyEmail } from "./auth.email.ts";
import { mailTokenLifeMs } from "./auth.mail.token.ts";
import { sendMails } from "./auth.mail.ts";
import { signIn, signUp } from "./auth.service.ts";

const device = { userAgent: "test", ip: "203.0.113.7" };
const password = "correct horse battery";
const newPassword = "staple correct horse";

let nowMs = Date.now();
const clock = { now: () => new Date(nowMs) };
let deps: TestDeps;
beforeAll(async () => {
  deps = await openTestDeps({ clock });
});
afterAll(() => deps.close());
afterEach(() => {
  deps.mails.length = 0;
});

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

let serial = 0;
async function signUpSomeone() {
  serial += 1;
  const handle = `someone${serial}`;
  const { user, tokens } = await signUp(deps, { email: `${handle}@test.example`, handle, password, device });
  if (user === null) throw new Error("signed up without a session");
  const [mail] = await deliver();
  return { user, token: mail?.token ?? "", viewer: await verifyAccessToken(deps, { token: tokens.accessToken }) };
}

const isInvalid = { code: "auth.tokenInvalid" };
const isWrong = { code: "auth.wrongCredentials" };
const isRevoked = { code: "auth.sessionRevoked" };

describe("verifying an address", () => {
  test("works by the mailed link, once, and signs in", async () => {
    const { user, token } = await signUpSomeone();
    const answer = await verifyEmail(deps, { token, device });
    expect(answer.user).toMatchObject({ id: user.id, isEmailVerified: true });
    expect(answer.user.rev).toBeGreaterThan(user.rev);
    await expect(
      createSessionChecker(deps)(await verifyAccessToken(deps, { token: answer.tokens.accessToken })),
    ).resolves.toBeUndefined();
    await expect(verifyEmail(deps, { token, device })).rejects.toMatchObject(isInvalid);
  });

  test("twice at once with one link succeeds once", async () => {
    const { token } = await signUpSomeone();
    const results = await Promise.allSettled([1, 2, 3].map(() => verifyEmail(deps, { token, device })));
    expect(results.filter((result) => result.status === "fulfilled")).toHaveLength(1);
  });

  test("is refused with a forged, a foreign and an expired link", async () => {
    const { token } = await signUpSomeone();
    const bytes = Buffer.from(token, "base64url");
    bytes[23] = (bytes[23] ?? 0) ^ 1;
    const forged = [bytes.toString("base64url"), "", "x", "A".repeat(32), `${token}A`, "_".repeat(32)];
    for (const bad of forged) {
      await expect(verifyEmail(deps, { token: bad, device })).rejects.toMatchObject(isInvalid);
    }
    await expect(resetPassword(deps, { token, newPassword })).rejects.toMatchObject(isInvalid);
    nowMs += mailTokenLifeMs.emailVerification;
    await expect(verifyEmail(deps, { token, device })).rejects.toMatchObject({ code: "auth.tokenExpired" });
  });

  test("can be asked for again, but mails nobody who needs none", async () => {
    const { user } = await signUpSomeone();
    await requestEmailVerification(deps, { email: user.email });
    await requestEmailVerification(deps, { email: "nobody@test.example" });
    const [mail, ...rest] = await deliver();
    expect([mail?.to, rest]).toEqual([user.email, []]);
    await verifyEmail(deps, { token: mail?.token ?? "", device });
    await requestEmailVerification(deps, { email: user.email });
    expect(await deliver()).toEqual([]);
  });

  test("leaves no token in the database", async () => {
    const { user, token } = await signUpSomeone();
    const rows = statement<{ text: string }>(
      "test.tokenRows",
      "select row_to_json(t)::text as text from auth_tokens t",
    );
    const text = JSON.stringify(await deps.db.sql.many(rows));
    expect(text).toContain(user.email);
    const mac = Buffer.from(token, "base64url").subarray(8);
    expect(text.includes(token) || text.includes(mac.toString("hex"))).toBe(false);
  });
});

describe("a password", () => {
  test("is chosen anew by the mailed link, once; all sessions end and the address counts as verified", async () => {
    const { user, viewer } = await signUpSomeone();
    await requestPasswordReset(deps, { email: user.email });
    await requestPasswordReset(deps, { email: user.email });
    const [first, second] = await deliver();
    await resetPassword(deps, { token: first?.token ?? "", newPassword });
    await expect(createSessionChecker(deps)(viewer)).rejects.toMatchObject(isRevoked);
    await expect(signIn(deps, { login: user.email, password, device })).rejects.toMatchObject(isWrong);
    const answer = await signIn(deps, { login: user.email, password: newPassword, device });
    expect(answer.user.isEmailVerified).toBe(true);
    for (const mail of [first, second]) {
      await expect(resetPassword(deps, { token: mail?.token ?? "", newPassword })).rejects.toMatchObject(isInvalid);
    }
  });

  test("reset asked for before another one was used is neither mailed later nor good for anything", async () => {
    const { user } = await signUpSomeone();
    await requestPasswordReset(deps, { email: user.email });
    const late = await deps.db.sql.many(takeFacts);
    await requestPasswordReset(deps, { email: user.email });
    const [mail] = await deliver();
    await resetPassword(deps, { token: mail?.token ?? "", newPassword });
    const before = deps.mails.length;
    await sendMails(deps, { facts: late });
    expect(deps.mails.length).toBe(before);
  });

  test("reset asked for an unknown address answers the same, mails nobody and keeps no trace", async () => {
    await expect(requestPasswordReset(deps, { email: "nobody@test.example" })).resolves.toEqual({ ok: true });
    expect(await deliver()).toEqual([]);
    const traces = statement<{ count: number }>(
      "test.traces",
      "select count(*)::int as count from auth_tokens where email = 'nobody@test.example'",
    );
    expect((await deps.db.sql.one(traces)).count).toBe(0);
  });

  test("is changed by whoever knows the present one; the other sessions end, and so do mailed links", async () => {
    const { user, viewer } = await signUpSomeone();
    const other = await signIn(deps, { login: user.handle, password, device });
    await requestPasswordReset(deps, { email: user.email });
    const [mail] = await deliver();
    const caller = { actorId: user.id, sessionId: viewer.sessionId };
    const wrong = changePassword(deps, { ...caller, currentPassword: "not the password", newPassword });
    await expect(wrong).rejects.toMatchObject(isWrong);
    await changePassword(deps, { ...caller, currentPassword: password, newPassword });
    const check = createSessionChecker(deps);
    await expect(check(viewer)).resolves.toBeUndefined();
    const otherViewer = await verifyAccessToken(deps, { token: other.tokens.accessToken });
    await expect(check(otherViewer)).rejects.toMatchObject(isRevoked);
    await expect(resetPassword(deps, { token: mail?.token ?? "", newPassword })).rejects.toMatchObject(isInvalid);
    await expect(signIn(deps, { login: user.handle, password: newPassword, device })).resolves.toBeDefined();
  });

  test("that changes while someone signs in with the old one leaves no session of theirs", async () => {
    const { user, viewer } = await signUpSomeone();
    const caller = { actorId: user.id, sessionId: viewer.sessionId };
    const [, ...attempts] = await Promise.allSettled([
      changePassword(deps, { ...caller, currentPassword: password, newPassword }),
      ...Array.from({ length: 6 }, () => signIn(deps, { login: user.handle, password, device })),
    ]);
    const check = createSessionChecker(deps);
    for (const attempt of attempts) {
      if (attempt.status === "rejected") continue;
      const opened = await verifyAccessToken(deps, { token: attempt.value.tokens.accessToken });
      await expect(check(opened)).rejects.toMatchObject(isRevoked);
    }
  });
});

describe("changing the address", () => {
  test("needs the password, ends the other sessions, and takes effect when verified", async () => {
    const { user, viewer } = await signUpSomeone();
    const other = await signIn(deps, { login: user.handle, password, device });
    const caller = { actorId: user.id, sessionId: viewer.sessionId };
    const newEmail = `moved-${user.email}`;
    await expect(changeEmail(deps, { ...caller, newEmail, password: "not it" })).rejects.toMatchObject(isWrong);
    const asked = await changeEmail(deps, { ...caller, newEmail, password });
    expect(asked).toMatchObject({ email: user.email, pendingEmail: newEmail });
    const otherViewer = await verifyAccessToken(deps, { token: other.tokens.accessToken });
    await expect(createSessionChecker(deps)(otherViewer)).rejects.toMatchObject(isRevoked);
    const [mail] = await deliver();
    expect(mail?.to).toBe(newEmail);
    const verified = await verifyEmail(deps, { token: mail?.token ?? "", device });
    expect(verified.user).toMatchObject({ email: newEmail, pendingEmail: null, isEmailVerified: true });
    await expect(signIn(deps, { login: user.email, password, device })).rejects.toMatchObject(isWrong);
  });

  test("to a taken one is refused, and a link is worthless once another address is wanted", async () => {
    const [one, two] = [await signUpSomeone(), await signUpSomeone()];
    const caller = { actorId: one.user.id, sessionId: one.viewer.sessionId, password };
    await expect(changeEmail(deps, { ...caller, newEmail: two.user.email })).rejects.toMatchObject({
      code: "user.emailTaken",
    });
    await changeEmail(deps, { ...caller, newEmail: "first@test.example" });
    const [first] = await deliver();
    await changeEmail(deps, { ...caller, newEmail: "second@test.example" });
    await expect(verifyEmail(deps, { token: first?.token ?? "", device })).rejects.toMatchObject(isInvalid);
    const back = await changeEmail(deps, { ...caller, newEmail: one.user.email });
    expect(back.pendingEmail).toBeNull();
  });

  test("of two accounts to one address at once gives it to one of them", async () => {
    const people = [await signUpSomeone(), await signUpSomeone()];
    for (const { user, viewer } of people) {
      const caller = { actorId: user.id, sessionId: viewer.sessionId, password };
      await changeEmail(deps, { ...caller, newEmail: "wanted@test.example" });
    }
    const mails = await deliver();
    expect(mails).toHaveLength(2);
    const results = await Promise.allSettled(mails.map(({ token }) => verifyEmail(deps, { token, device })));
    expect(results.map((result) => result.status).sort()).toEqual(["fulfilled", "rejected"]);
    const refused = results.find((result) => result.status === "rejected");
    expect(refused).toMatchObject({ reason: { code: "user.emailTaken" } });
  });
});

describe("mails", () => {
  test("of an account whose address nobody has verified hold no word that was chosen with it", async () => {
    const email = "somebody@test.example";
    const { user, tokens } = await signUp(deps, {
      email,
      handle: "www.pills.com",
      displayName: "visit pills.com",
      password,
      device,
    });
    if (user === null) throw new Error("signed up without a session");
    const { sessionId } = await verifyAccessToken(deps, { token: tokens.accessToken });
    await requestPasswordReset(deps, { email });
    await changeEmail(deps, { actorId: user.id, sessionId, newEmail: "another@test.example", password });
    const mails = await deliver();
    expect(mails).toHaveLength(3);
    for (const mail of mails) expect(`${mail.subject} ${mail.text}`).not.toMatch(/pills/);
  });

  test("name an account by a handle that nothing can be made of, once its address is verified", async () => {
    const email = "dotted@test.example";
    await signUp(deps, { email, handle: "www.dots.com", password, device });
    const [first] = await deliver();
    await verifyEmail(deps, { token: first?.token ?? "", device });
    await requestPasswordReset(deps, { email });
    const [mail] = await deliver();
    expect(mail?.text).toContain("www[.]dots[.]com");
    expect(mail?.text).not.toContain("www.dots.com");
  });

  test("are not sent again for the same request", async () => {
    const { user } = await signUpSomeone();
    await requestPasswordReset(deps, { email: user.email });
    const facts = await deps.db.sql.many(takeFacts);
    await sendMails(deps, { facts });
    await sendMails(deps, { facts });
    expect(deps.mails.filter((mail) => mail.subject.startsWith("Reset"))).toHaveLength(1);
  });

  test("that the provider refuses are tried again with the same link, and hold up no other", async () => {
    const people = [await signUpSomeone(), await signUpSomeone()];
    for (const { user } of people) await requestPasswordReset(deps, { email: user.email });
    const facts = await deps.db.sql.many(takeFacts);
    const seen: string[] = [];
    const refused = people[0]?.user.email;
    const flaky = {
      ...deps,
      mailer: {
        async send(mail: { to: string; text: string }) {
          seen.push(mail.text);
          if (mail.to === refused) throw Object.assign(new Error("refused"), { code: "ECONNREFUSED" });
        },
        async close() {},
      },
    };
    await expect(sendMails(flaky, { facts })).rejects.not.toHaveProperty("code");
    await sendMails(deps, { facts });
    const resets = deps.mails.filter((mail) => mail.subject.startsWith("Reset"));
    expect(resets.map((mail) => mail.to)).toEqual([refused]);
    expect(seen).toContain(resets[0]?.text);
  });
});
