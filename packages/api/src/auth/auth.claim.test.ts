// A stranger signs up with somebody's address: once its owner opens the mailed link, the stranger has nothing of it.
import { afterAll, beforeAll, expect, test } from "vitest";
import { openTestServer, type TestServer } from "../testing/index.ts";
import { workOff } from "../testing/work-off.ts";

const newPassword = "a password of the owner";
const strangersPlace = { from: "127.0.0.9" };

let server: TestServer;
beforeAll(async () => {
  server = await openTestServer();
});
afterAll(() => server.close());

async function tokenTo(address: string): Promise<string> {
  await workOff(server.deps);
  const mail = server.deps.mails.findLast((sent) => sent.to === address && sent.text.includes("/verify-email?token="));
  return /\?token=([\w-]+)$/m.exec(mail?.text ?? "")?.[1] ?? "";
}

test("a link opened elsewhere verifies nothing by itself; with a new password the account is the opener's alone", async () => {
  const stranger = await server.signUp({}, strangersPlace);
  const token = await tokenTo(stranger.email);
  const alone = server.client().auth.verifyEmail({ token });
  await expect(alone).rejects.toMatchObject({ appCode: "auth.passwordRequired", httpStatus: 403 });
  expect((await stranger.client.user.me()).isEmailVerified).toBe(false);
  const opened = await server.client().auth.verifyEmail({ token, newPassword });
  expect(opened.user).toMatchObject({ id: stranger.user.id, isEmailVerified: true });
  await expect(stranger.client.user.me()).rejects.toMatchObject({ appCode: "auth.sessionRevoked" });
  const signIn = (password: string) => server.client().auth.signIn({ login: stranger.email, password });
  await expect(signIn(stranger.password)).rejects.toMatchObject({ appCode: "auth.wrongCredentials" });
  await expect(signIn(newPassword)).resolves.toBeDefined();
});

test("another session along with the call, or one that has ended, makes the link nobody's own", async () => {
  const [stranger, other] = [await server.signUp({}, strangersPlace), await server.signUp()];
  const token = await tokenTo(stranger.email);
  await stranger.client.auth.signOut();
  for (const client of [other.client, server.client(strangersPlace), stranger.client, server.client({ token: "x" })]) {
    await expect(client.auth.verifyEmail({ token })).rejects.toMatchObject({ appCode: "auth.passwordRequired" });
  }
});

test.each([
  ["with the token of its session, from anywhere", (token: string) => server.client({ token, from: "127.0.0.7" })],
  ["from where it was asked for, without a token", () => server.client(strangersPlace)],
  ["from where it was asked for, with a token that is none", () => server.client({ ...strangersPlace, token: "x" })],
])("a link opened %s verifies as before, and ends nothing", async (_, callerWith) => {
  const person = await server.signUp({}, strangersPlace);
  const opened = await callerWith(person.token).auth.verifyEmail({ token: await tokenTo(person.email) });
  expect(opened.user.isEmailVerified).toBe(true);
  await expect(person.client.user.me()).resolves.toMatchObject({ isEmailVerified: true });
});

test.each(["curl/8.5.0", "okhttp/4.12.0", "-"])(
  "programs of one address are one, by whatever name: %j",
  async (name) => {
    const person = await server.signUp();
    const token = await tokenTo(person.email);
    const headers = { "content-type": "application/json", "user-agent": name };
    const verify = (browser?: string) =>
      fetch(`${server.url}/trpc/auth.verifyEmail`, {
        method: "POST",
        headers: { ...headers, ...(browser !== undefined && { "user-agent": browser }) },
        body: JSON.stringify({ token }),
      });
    // A browser is no program.
    expect((await verify("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")).status).toBe(403);
    expect((await verify()).status).toBe(200);
    await expect(person.client.user.me()).resolves.toMatchObject({ isEmailVerified: true });
  },
);

test("a change to a stranger's address gives the stranger nothing unasked, and its asker nothing more", async () => {
  const asker = await server.signUp({}, strangersPlace);
  const address = `somebody-${asker.email}`;
  await asker.client.auth.changeEmail({ newEmail: address, password: asker.password });
  const token = await tokenTo(address);
  const alone = server.client().auth.verifyEmail({ token });
  await expect(alone).rejects.toMatchObject({ appCode: "auth.passwordRequired" });
  await server.client().auth.verifyEmail({ token, newPassword });
  await expect(asker.client.user.me()).rejects.toMatchObject({ appCode: "auth.sessionRevoked" });
});
