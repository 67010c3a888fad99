// What owners are told of their account, and how they take it back from somebody who knows the password.
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { openTestServer, type TestServer, type WirePerson } from "../testing/index.ts";
import { workOff } from "../testing/work-off.ts";

const stolen = "a password of the thief";
const chosen = "a password of the owner";
const firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

let server: TestServer;
let owner: WirePerson;
beforeAll(async () => {
  server = await openTestServer({ env: { TRUST_PROXY: "127.0.0.1" } });
});
afterAll(() => server.close());
beforeEach(async () => {
  owner = await server.signUp();
  await mailsTo(owner.email);
});

/** Does the worker's part; answers the new mails to an address, each with the token in it. */
async function mailsTo(address: string) {
  await workOff(server.deps);
  const mails = server.deps.mails.splice(0).filter((mail) => mail.to === address);
  return mails.map((mail) => ({
    subject: mail.subject,
    text: mail.text,
    token: /\/secure-account\?token=([\w-]+)$/m.exec(mail.text)?.[1] ?? /\?token=([\w-]+)$/m.exec(mail.text)?.[1] ?? "",
  }));
}

async function verify(person: WirePerson): Promise<void> {
  await person.client.auth.requestEmailVerification({ email: person.email });
  const [mail] = await mailsTo(person.email);
  await server.client().auth.verifyEmail({ token: mail?.token ?? "" });
}

const signIn = (password: string, headers: Record<string, string> = {}) =>
  server.client({ headers }).auth.signIn({ login: owner.user.handle, password });

test("a new password is told at the address, and the link there ends it, every session and every link", async () => {
  const thief = server.client({ token: (await signIn(owner.password)).tokens.accessToken });
  await thief.auth.changePassword({ currentPassword: owner.password, newPassword: stolen });
  const [notice, ...rest] = await mailsTo(owner.email);
  expect([notice?.subject, rest]).toEqual(["Your Pixora password was changed", []]);
  await thief.auth.signOutEverywhere({ exceptCurrent: true });
  await server.client().auth.resetPassword({ token: notice?.token ?? "", newPassword: chosen });
  await expect(thief.auth.sessions()).rejects.toMatchObject({ appCode: "auth.sessionRevoked" });
  await expect(signIn(stolen)).rejects.toMatchObject({ appCode: "auth.wrongCredentials" });
  await expect(signIn(chosen)).resolves.toBeDefined();
  const again = server.client().auth.resetPassword({ token: notice?.token ?? "", newPassword: stolen });
  await expect(again).rejects.toMatchObject({ appCode: "auth.tokenInvalid" });
});

test("an address that was changed is told of it and is the account's again by its link, whatever the thief did", async () => {
  const thief = server.client({ token: (await signIn(owner.password)).tokens.accessToken });
  const theirs = `thief-${owner.email}`;
  await thief.auth.changeEmail({ newEmail: theirs, password: owner.password });
  const [change] = await mailsTo(theirs);
  await server.client().auth.verifyEmail({ token: change?.token ?? "" });
  const [notice] = await mailsTo(owner.email);
  expect(notice?.subject).toBe("Your Pixora e-mail address was changed");
  expect(notice?.text).not.toContain("thief");
  await server.client().auth.requestPasswordReset({ email: theirs });
  const [reset] = await mailsTo(theirs);
  await server.client().auth.resetPassword({ token: reset?.token ?? "", newPassword: stolen });
  const [ofReset] = await mailsTo(theirs);
  await server.client().auth.resetPassword({ token: notice?.token ?? "", newPassword: chosen });
  expect((await signIn(chosen)).user).toMatchObject({ email: owner.email, isEmailVerified: true, pendingEmail: null });
  expect(await mailsTo(theirs)).toEqual([]);
  const back = server.client().auth.resetPassword({ token: ofReset?.token ?? "", newPassword: stolen });
  await expect(back).rejects.toMatchObject({ appCode: "auth.tokenInvalid" });
});

test("a sign-in from a device that was not known is told, from a known one it is not", async () => {
  await verify(owner);
  await signIn(owner.password);
  expect(await mailsTo(owner.email)).toEqual([]);
  await signIn(owner.password, { "user-agent": firefox });
  const [notice] = await mailsTo(owner.email);
  expect(notice?.subject).toBe("A new device signed in to your Pixora account");
  expect(notice?.text).not.toMatch(/Firefox|Linux/);
  await signIn(owner.password, { "user-agent": firefox });
  expect(await mailsTo(owner.email)).toEqual([]);
  await owner.client.auth.signOutEverywhere();
  await signIn(owner.password, { "user-agent": firefox });
  expect(await mailsTo(owner.email)).toHaveLength(1);
});

test("an address that nobody has verified hears of no device", async () => {
  await signIn(owner.password, { "user-agent": firefox });
  expect(await mailsTo(owner.email)).toEqual([]);
});

test("no more than five of a kind are sent in an hour", async () => {
  await verify(owner);
  for (let place = 0; place < 7; place += 1) {
    await server.client().auth.signIn({ login: owner.email, password: owner.password, deviceName: `device ${place}` });
  }
  const notices = await mailsTo(owner.email);
  expect(notices).toHaveLength(5);
  expect(notices.map((notice) => notice.text).join()).not.toContain("device 1");
});
