// Sessions in cookies over the wire: what a browser keeps, what a page sees, and which pages get none.
import { afterAll, beforeAll, expect, test } from "vitest";
import { openTestServer, type TestServer, waitFor } from "../testing/index.ts";
import type { WireAnswer } from "../testing/wire.http.ts";

const app = "https://app.example";
let server: TestServer;

beforeAll(async () => {
  server = await openTestServer({
    env: { ALLOWED_ORIGINS: `${app},https://other.example`, PUBLIC_URL: "https://api.example" },
  });
});

afterAll(() => server.close());

/** A browser: it keeps what it is told to, and sends it along. */
function openBrowser(origin: string | null = app) {
  const jar = new Map<string, string>();
  async function call(path: string, input: object = {}, headers: Record<string, string> = {}): Promise<WireAnswer> {
    const answer = await server.request({
      method: "POST",
      path: `/trpc/${path}`,
      body: JSON.stringify(input),
      headers: {
        "content-type": "application/json",
        "x-pixora-session": "cookie",
        cookie: [...jar].map(([name, value]) => `${name}=${value}`).join("; "),
        ...(origin === null ? {} : { origin }),
        ...headers,
      },
    });
    for (const text of answer.headers["set-cookie"] ?? []) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(text) ?? [];
      if (/Max-Age=0;/.test(text)) jar.delete(name);
      else jar.set(name, value);
    }
    return answer;
  }
  return { jar, call };
}

function tokensOf(answer: WireAnswer): { accessToken: string; refreshToken: string } {
  return JSON.parse(answer.text).result.data.tokens;
}

function codeOf(answer: WireAnswer): string {
  return JSON.parse(answer.text).error.data.appCode;
}

async function signIn(person: { email: string; password: string }) {
  const browser = openBrowser();
  const answer = await browser.call("auth.signIn", { login: person.email, password: person.password });
  return { ...browser, answer };
}

const refresh = { refreshToken: "cookie" };
const names = ["__Host-pixora-access", "__Host-pixora-refresh"];

test("a browser keeps the refresh token where no script reads it, and no answer says it", async () => {
  const { jar, call, answer } = await signIn(await server.signUp());
  expect([...jar.keys()].sort()).toEqual(names);
  for (const text of answer.headers["set-cookie"] ?? []) {
    for (const word of ["Path=/", "HttpOnly", "SameSite=Lax", "Secure"]) expect(text).toContain(`; ${word}`);
    expect(text).not.toContain("Domain");
  }
  expect(tokensOf(answer).refreshToken).toBe("cookie");
  const kept = jar.get("__Host-pixora-refresh") ?? "";
  jar.delete("__Host-pixora-access");
  const renewed = await call("auth.refresh", refresh);
  expect(jar.get("__Host-pixora-refresh")).not.toBe(kept);
  for (const { text } of [answer, renewed]) expect(text).not.toMatch(new RegExp(`${kept.split(".")[2]}`));
  expect(renewed.text).not.toContain(jar.get("__Host-pixora-refresh"));
});

test("a page that is loaded again gets the access token that the browser has; nothing is renewed for it", async () => {
  const { jar, call, answer } = await signIn(await server.signUp());
  const kept = new Map(jar);
  const again = await call("auth.refresh", refresh);
  expect(tokensOf(again)).toEqual(tokensOf(answer));
  expect(again.headers["set-cookie"]).toBeUndefined();
  expect(jar).toEqual(kept);
});

test("a cookie alone is nobody's call", async () => {
  const { call } = await signIn(await server.signUp());
  expect(codeOf(await call("auth.signOutEverywhere"))).toBe("auth.required");
});

test("signing out clears the cookies of that session, and those of another stay", async () => {
  const person = await server.signUp();
  const { jar, call, answer } = await signIn(person);
  const other = await signIn(person);
  const authorization = `Bearer ${tokensOf(other.answer).accessToken}`;
  expect((await call("auth.signOut", {}, { authorization })).status).toBe(200);
  expect(jar.size).toBe(2);
  await call("auth.signOut", {}, { authorization: `Bearer ${tokensOf(answer).accessToken}` });
  expect(jar.size).toBe(0);
});

test("the cookies of a session that has ended are cleared with the refusal", async () => {
  const person = await server.signUp();
  const { jar, call } = await signIn(person);
  await person.client.auth.signOutEverywhere({});
  await waitFor(
    "the end to be known",
    async () => codeOf(await call("auth.refresh", refresh)) === "auth.sessionRevoked",
  );
  expect(jar.size).toBe(0);
  expect(codeOf(await call("auth.refresh", refresh))).toBe("auth.tokenInvalid");
});

test.each([["https://evil.example"], ["null"], ["https://app.example.evil.example"], ["http://app.example"]])(
  "a page of %s is refused, and nothing is renewed",
  async (origin) => {
    const { jar } = await signIn(await server.signUp());
    const evil = openBrowser(origin);
    for (const [name, value] of jar) evil.jar.set(name, value);
    evil.jar.delete("__Host-pixora-access");
    const answer = await evil.call("auth.refresh", refresh);
    expect(answer.status).toBe(403);
    expect(answer.headers["set-cookie"]).toBeUndefined();
  },
);

test("without the header, which no form can send, cookies are neither read nor written", async () => {
  const { jar } = await signIn(await server.signUp());
  const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
  const answer = await server.request({
    method: "POST",
    path: "/trpc/auth.refresh",
    body: JSON.stringify(refresh),
    headers: { "content-type": "application/json", cookie, origin: app },
  });
  expect(codeOf(answer)).toBe("auth.tokenInvalid");
  expect(answer.headers["set-cookie"]).toBeUndefined();
});

test("a browser may send cookies from the origins that are named, and needs leave for the header", async () => {
  const ask = (origin: string) =>
    server.request({
      method: "OPTIONS",
      path: "/trpc/auth.refresh",
      headers: {
        origin,
        "access-control-request-method": "POST",
        "access-control-request-headers": "x-pixora-session",
      },
    });
  const leave = await ask(app);
  expect(leave.headers["access-control-allow-origin"]).toBe(app);
  expect(leave.headers["access-control-allow-credentials"]).toBe("true");
  expect(leave.headers["access-control-allow-headers"]).toContain("x-pixora-session");
  expect((await ask("https://evil.example")).headers["access-control-allow-origin"]).toBeUndefined();
});

test("where any origin may call, none may keep a session in cookies but the server's own", async () => {
  const open = await openTestServer({ deps: server.deps, env: { ALLOWED_ORIGINS: "*" } });
  const ask = (origin: string) =>
    open.request({
      method: "POST",
      path: "/trpc/auth.refresh",
      body: JSON.stringify(refresh),
      headers: { "content-type": "application/json", "x-pixora-session": "cookie", origin },
    });
  expect((await ask("https://evil.example")).status).toBe(403);
  expect((await ask(open.url)).status).toBe(401);
  await open.close();
});
