// The plain pages behind the links in mails: they lead somewhere, change nothing when opened, and tell nobody a token.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openTestServer, type TestServer } from "../../testing/index.ts";
import { workOff } from "../../testing/work-off.ts";

let server: TestServer;
beforeAll(async () => {
  server = await openTestServer();
});
afterAll(() => server.close());

const post = (path: string, form: Record<string, string>) =>
  server.request({
    method: "POST",
    path,
    body: new URLSearchParams(form).toString(),
    headers: { "content-type": "application/x-www-form-urlencoded" },
  });

/** The path and token of the link in the newest mail. */
async function linkInMail(email: string): Promise<{ path: string; token: string }> {
  await workOff(server.deps);
  const mail = server.deps.mails.findLast((one) => one.to === email);
  const [url = ""] = /http\S+\?token=\S+/.exec(mail?.text ?? "") ?? [];
  const { pathname, search, searchParams } = new URL(url);
  return { path: `${pathname}${search}`, token: searchParams.get("token") ?? "" };
}

describe("the pages behind links in mails", () => {
  test("an address is verified by the form of the page, not by opening it, and no session is left behind", async () => {
    const ann = await server.signUp();
    const { path, token } = await linkInMail(ann.user.email);
    const page = await server.request({ path });
    expect(page).toMatchObject({
      status: 200,
      headers: { "referrer-policy": "no-referrer", "cache-control": "no-store" },
    });
    expect(page.headers["content-security-policy"]).toContain("default-src 'none'");
    expect(page.text).not.toContain("<script");
    expect(page.text).toContain('<form method="post" action="/verify-email">');
    expect((await ann.client.user.me()).isEmailVerified).toBe(false);
    const before = (await ann.client.auth.sessions()).items.length;
    expect(await post("/verify-email", { token })).toMatchObject({ status: 200 });
    expect((await ann.client.user.me()).isEmailVerified).toBe(true);
    expect((await ann.client.auth.sessions()).items).toHaveLength(before);
    const again = await post("/verify-email", { token });
    expect(again.status).toBe(400);
    expect(again.text).not.toContain(token);
  });

  test("a password is reset by the form, which says what is wrong with one and asks again", async () => {
    const ann = await server.signUp();
    await workOff(server.deps);
    await server.client().auth.requestPasswordReset({ email: ann.user.email });
    const { path, token } = await linkInMail(ann.user.email);
    expect((await server.request({ path })).text).toContain('name="newPassword"');
    const short = await post("/reset-password", { token, newPassword: "short" });
    expect(short).toMatchObject({ status: 400 });
    expect(short.text).toContain("At least 8 characters");
    expect(short.text).not.toContain('short"');
    const newPassword = "a quite new password";
    expect(await post("/reset-password", { token, newPassword })).toMatchObject({ status: 200 });
    const signedIn = await server.client().auth.signIn({ login: ann.user.handle, password: newPassword });
    expect(signedIn.user.id).toBe(ann.user.id);
  });

  test("people and posts are shown as strangers see them, and what they wrote is escaped", async () => {
    const ann = await server.signUp();
    await ann.client.user.update({ displayName: "<b>Ann</b>", bio: "a & b" });
    const { id } = await ann.client.post.create({ caption: "<script>x</script> hello" });
    const person = await server.request({ path: `/users/${ann.user.handle}` });
    expect(person.status).toBe(200);
    expect(person.text).toContain("&lt;b&gt;Ann&lt;/b&gt;");
    expect(person.text).toContain("a &amp; b");
    const page = await server.request({ path: `/posts/${id}` });
    expect(page.text).toContain("&lt;script&gt;x&lt;/script&gt; hello");
    await ann.client.user.update({ isPrivate: true });
    expect(await server.request({ path: `/posts/${id}` })).toMatchObject({ status: 404 });
    for (const path of ["/users/nobody.here", "/users/%00", "/posts/99999999999999999999", "/posts/x"]) {
      expect((await server.request({ path })).status, path).toBeGreaterThanOrEqual(400);
      expect((await server.request({ path })).status, path).toBeLessThan(500);
    }
    expect(await server.request({ path: "/notifications" })).toMatchObject({ status: 200 });
  });

  test("a token that is none is refused in plain words, and so is a body that is no form", async () => {
    expect(await post("/verify-email", { token: "nonsense" })).toMatchObject({ status: 400 });
    const json = await server.request({
      method: "POST",
      path: "/verify-email",
      body: "{}",
      headers: { "content-type": "application/json" },
    });
    expect(json.status).toBe(415);
  });

  test("where there is a frontend, links lead there and the server shows no pages", async () => {
    const other = await openTestServer({ env: { WEB_URL: "https://app.pixora.example/" } });
    const ann = await other.signUp();
    await workOff(other.deps);
    const mail = other.deps.mails.findLast((one) => one.to === ann.user.email);
    expect(mail?.text).toContain("https://app.pixora.example/verify-email?token=");
    expect(await other.request({ path: "/verify-email?token=x" })).toMatchObject({ status: 404 });
    await other.close();
  });
});
