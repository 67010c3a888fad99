// Sessions in cookies from the page to the server that renders it: one browser, its tabs, and what a server may do for it.
import { openTestServer, type TestServer } from "@pixora/api/testing";
import { cookieSession, createPixora, isPixoraError, type Pixora } from "@pixora/client";
import { serverPixora } from "@pixora/client/server";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";

let server: TestServer;
const clients: Pixora[] = [];

beforeAll(async () => {
  server = await openTestServer();
});

afterEach(async () => {
  for (const pixora of clients.splice(0)) await pixora.close();
});

afterAll(() => server.close());

/** What the tabs of one browser share. */
function openBrowser() {
  const jar = new Map<string, string>();
  const asked: string[] = [];
  const header = () => [...jar].map(([name, value]) => `${name}=${value}`).join("; ");

  function keep(text: string): void {
    const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(text) ?? [];
    if (/Max-Age=0;/.test(text)) jar.delete(name);
    else jar.set(name, value);
  }

  const send: typeof fetch = async (url, init) => {
    asked.push(new URL(String(url)).pathname.replace("/trpc/", ""));
    const isWithCookies = init?.credentials === "include";
    const cookie: Record<string, string> = isWithCookies && jar.size > 0 ? { cookie: header() } : {};
    const answer = await fetch(url, { ...init, headers: { ...init?.headers, origin: server.url, ...cookie } });
    if (isWithCookies) for (const text of answer.headers.getSetCookie()) keep(text);
    return answer;
  };

  function openTab(): Pixora {
    const pixora = createPixora({ url: server.url, session: cookieSession(), fetch: send });
    clients.push(pixora);
    return pixora;
  }
  /** A page that is asked for: the browser sends its cookies along. */
  const requestPage = () => new Request(server.url, { headers: { cookie: header() } });
  return { jar, asked, keep, openTab, requestPage };
}

function render(request: Request, options: { setCookie?: (cookie: string) => void } = {}) {
  const asked: string[] = [];
  const pixora = serverPixora(request, {
    url: server.url,
    ...options,
    fetch: (url, init) => {
      asked.push(new URL(String(url)).pathname.replace("/trpc/", ""));
      return fetch(url, init);
    },
  });
  clients.push(pixora);
  return { pixora, asked };
}

async function signedIn() {
  const person = await server.signUp();
  const browser = openBrowser();
  const tab = browser.openTab();
  await tab.auth.signIn.mutate({ login: person.email, password: person.password });
  return { ...browser, tab, person, userId: person.user.id };
}

test("a page that is loaded again is signed in, and holds no refresh token", async () => {
  const { openTab, asked, jar, userId } = await signedIn();
  const kept = new Map(jar);
  const page = openTab();
  expect((await page.user.me.query()).id).toBe(userId);
  expect((await page.session.tokens())?.refreshToken).toBe("cookie");
  expect(asked.filter((path) => path === "auth.refresh")).toHaveLength(2);
  expect(jar).toEqual(kept);
});

test("a stranger's page asks once who is signed in, however much it calls", async () => {
  const { openTab, asked } = openBrowser();
  const page = openTab();
  await Promise.all(["a", "b"].map((handle) => page.user.isHandleFree.query({ handle: `free_${handle}` })));
  await page.user.isHandleFree.query({ handle: "free_c" });
  expect(asked.filter((path) => path === "auth.refresh")).toHaveLength(1);
});

test("an access token that has died is renewed by the cookie, once for many calls", async () => {
  const { openTab, jar, asked } = await signedIn();
  const before = jar.get("pixora-refresh");
  jar.delete("pixora-access");
  const page = openTab();
  await Promise.all(Array.from({ length: 5 }, () => page.user.me.query()));
  expect(jar.get("pixora-refresh")).not.toBe(before);
  expect(asked.filter((path) => path === "auth.refresh")).toHaveLength(2);
});

test("tabs follow who signs out and who signs in", async () => {
  const { openTab, tab, userId } = await signedIn();
  const other = openTab();
  expect((await other.user.me.query()).id).toBe(userId);
  const heard: boolean[] = [];
  other.session.onChange((isSignedIn) => heard.push(isSignedIn));
  await tab.auth.signOut.mutate();
  await expect.poll(() => heard).toEqual([false]);
  const bob = await server.signUp();
  await tab.auth.signIn.mutate({ login: bob.email, password: bob.password });
  await expect.poll(() => heard).toEqual([false, true]);
  expect((await other.user.me.query()).id).toBe(bob.user.id);
});

test("signing out leaves no cookie, and the next page is a stranger's", async () => {
  const { openTab, tab, jar } = await signedIn();
  await tab.auth.signOut.mutate();
  expect(jar.size).toBe(0);
  expect(await openTab().session.tokens()).toBeNull();
});

test("a server renders for the visitor with what the cookies say, and asks for nothing else", async () => {
  const { requestPage, userId } = await signedIn();
  const { pixora, asked } = render(requestPage());
  expect((await pixora.user.me.query()).id).toBe(userId);
  expect(asked).toEqual(["user.me"]);
});

test("a server that cannot send cookies renews nothing: the visitor is a stranger there, and signed in in the page", async () => {
  const { requestPage, openTab, jar, userId } = await signedIn();
  jar.delete("pixora-access");
  const { pixora, asked } = render(requestPage());
  const calls = Array.from({ length: 8 }, () => pixora.user.me.query().catch((error: unknown) => error));
  for (const error of await Promise.all(calls)) expect(isPixoraError(error, "auth.required")).toBe(true);
  expect(asked.filter((path) => path.includes("auth."))).toEqual([]);
  expect((await openTab().user.me.query()).id).toBe(userId);
});

test("a server that can send cookies renews once, and the page goes on with what it sent", async () => {
  const { requestPage, openTab, keep, jar, userId } = await signedIn();
  const before = jar.get("pixora-refresh");
  jar.delete("pixora-access");
  const { pixora, asked } = render(requestPage(), { setCookie: keep });
  const views = await Promise.all(Array.from({ length: 8 }, () => pixora.user.me.query()));
  expect(new Set(views.map((view) => view.id))).toEqual(new Set([userId]));
  expect(asked.filter((path) => path === "auth.refresh")).toHaveLength(1);
  expect(jar.get("pixora-refresh")).not.toBe(before);
  expect((await openTab().user.me.query()).id).toBe(userId);
});

test("two visitors at once are never each other", async () => {
  const [ann, bob] = [await signedIn(), await signedIn()];
  const pages = [ann, bob, ann, bob].map(({ requestPage }) => render(requestPage()).pixora.user.me.query());
  const ids = (await Promise.all(pages)).map((view) => view.id);
  expect(ids).toEqual([ann.userId, bob.userId, ann.userId, bob.userId]);
});
