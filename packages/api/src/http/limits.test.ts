// Budgets over the wire: calls are counted, whatever carries them, and owners keep a way in.
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { createPerson, createPost, openTestServer, type TestServer, waitFor } from "../testing/index.ts";

const hashed = vi.hoisted(() => ({ verified: 0 }));
vi.mock("@node-rs/argon2", async (importOriginal) => {
  const argon2 = await importOriginal<typeof import("@node-rs/argon2")>();
  return {
    ...argon2,
    verify(...values: Parameters<typeof argon2.verify>) {
      hashed.verified += 1;
      return argon2.verify(...values);
    },
  };
});

let server: TestServer;

beforeAll(async () => {
  server = await openTestServer({ env: { LIMITS_SCALE: "1" } });
  await waitFor("Redis", () => server.deps.redis.cache.status === "ready");
});
afterAll(() => server.close());
afterEach(() => {
  hashed.verified = 0;
});

/** Wrong sign-ins by HTTP, in batches of 50; answers the codes. */
async function attackByBatches(login: string, calls: number, from: string, spoofed = false): Promise<string[]> {
  const batches = Array.from({ length: calls / 50 }, (_, index) =>
    server.batch(
      Array.from({ length: 50 }, (_, at) => ({
        path: "auth.signIn",
        input: { login, password: `wrong ${index} ${at}` },
      })),
      { from, headers: spoofed ? { "x-forwarded-for": `203.0.113.${index}, 10.1.2.${index}` } : {} },
    ),
  );
  const answers = (await Promise.all(batches)).flat();
  return answers.map((answer) => (answer.ok ? "signed in" : answer.error.appCode));
}

/** Wrong sign-ins over sockets, in messages of 25. */
async function attackBySockets(login: string, calls: number, from: string): Promise<string[]> {
  const codes: string[] = [];
  for (let opened = 0; opened < calls / 250; opened += 1) {
    const socket = await server.openSocket({ from, headers: { "x-forwarded-for": `203.0.113.${opened}` } });
    for (let message = 0; message < 10; message += 1) {
      const batch = Array.from({ length: 25 }, (_, at) => ({
        id: 1_000 + message * 25 + at,
        method: "mutation",
        params: { path: "auth.signIn", input: { login, password: `wrong ${message} ${at}` } },
      }));
      socket.send(batch);
    }
    await waitFor("the answers", () => socket.notices.length >= 250);
    for (const notice of socket.notices) codes.push(JSON.stringify(notice).match(/"appCode":"([\w.]+)"/)?.[1] ?? "");
    await socket.close();
  }
  return codes;
}

describe("5,000 wrong sign-ins", () => {
  test("over batches, sockets and spoofed addresses cost at most ten hashes, and the owner gets in from elsewhere", async () => {
    const owner = await server.signUp({}, { from: "127.0.0.9" });
    hashed.verified = 0;
    const codes = [
      ...(await attackByBatches(owner.user.handle, 2_000, "127.0.0.1")),
      ...(await attackBySockets(owner.user.handle, 1_000, "127.0.0.1")),
      ...(await attackByBatches(owner.user.handle, 2_000, "127.0.0.1", true)),
    ];
    expect(codes.length).toBe(5_000);
    const answered = codes.filter((code) => code === "auth.wrongCredentials").length;
    // A Redis that is late under the flood takes points and grants none: fewer are possible, more are not.
    expect(answered).toBeGreaterThan(0);
    expect(answered).toBeLessThanOrEqual(10);
    expect(codes.filter((code) => code === "limit.exceeded").length).toBe(5_000 - answered);
    expect(hashed.verified).toBe(answered);

    const { login, password } = { login: owner.user.handle, password: owner.password };
    const { user } = await server.client({ from: "127.0.0.2" }).auth.signIn({ login, password });
    expect(user.id).toBe(owner.user.id);
    const refused = server.client({ from: "127.0.0.1" }).auth.signIn({ login, password });
    await expect(refused).rejects.toMatchObject({ appCode: "limit.exceeded", httpStatus: 429 });
    const { retryAfterMs } = await refused.catch((error) => error);
    expect(retryAfterMs).toBeGreaterThan(0);
    expect(retryAfterMs).toBeLessThanOrEqual(15 * 60_000);
  });

  test("from a hundred addresses cost no more hashes than the budget, and the owner gets in from where they were before", async () => {
    const owner = await server.signUp({}, { from: "127.0.0.10" });
    hashed.verified = 0;
    const attacks = Array.from({ length: 100 }, (_, index) => attackByBatches(owner.email, 50, `127.0.1.${index + 1}`));
    const codes = (await Promise.all(attacks)).flat();
    expect(codes.length).toBe(5_000);
    expect(hashed.verified).toBeGreaterThan(0);
    // A machine so loaded that Redis answers too late grants its own 30 % on top, once.
    expect(hashed.verified).toBeLessThanOrEqual(130);

    const { email: login, password } = owner;
    const elsewhere = server.client({ from: "127.0.0.11" }).auth.signIn({ login, password });
    await expect(elsewhere).rejects.toMatchObject({ appCode: "limit.exceeded" });
    const { user } = await server.client({ from: "127.0.0.10" }).auth.signIn({ login, password });
    expect(user.id).toBe(owner.user.id);
  });
});

test("without trusted proxies X-Forwarded-For is nobody's; with them it tells callers apart", async () => {
  async function countPassed(at: TestServer): Promise<number> {
    const tries = Array.from({ length: 40 }, (_, index) =>
      at
        .client({ headers: { "x-forwarded-for": `203.0.113.${index}` } })
        .auth.signIn({ login: "nobody_here", password: "wrong password" })
        .catch((error) => error.appCode),
    );
    return (await Promise.all(tries)).filter((code) => code === "auth.wrongCredentials").length;
  }
  expect(await countPassed(server)).toBeLessThanOrEqual(10);
  const proxied = await openTestServer({ env: { LIMITS_SCALE: "1", TRUSTED_PROXIES: "127.0.0.1" } });
  try {
    await waitFor("Redis", () => proxied.deps.redis.cache.status === "ready");
    expect(await countPassed(proxied)).toBeGreaterThan(20);
    const spoofer = proxied.client({ from: "127.0.0.5", headers: { "x-forwarded-for": "203.0.113.1" } });
    const codes = Array.from({ length: 20 }, () =>
      spoofer.auth.signIn({ login: "nobody_else", password: "wrong password" }).catch((error) => error.appCode),
    );
    const passed = (await Promise.all(codes)).filter((code) => code === "auth.wrongCredentials").length;
    expect(passed).toBeLessThanOrEqual(10);
  } finally {
    await proxied.close();
  }
});

test("asking for mails is bound by mailbox, and answers alike for known and unknown ones", async () => {
  const person = await server.signUp({}, { from: "127.0.0.20" });
  const codesFor = async (email: string, from: string) => {
    const calls = Array.from({ length: 8 }, () => ({ path: "auth.requestPasswordReset", input: { email } }));
    const answers = await server.batch(calls, { from });
    return answers.map((answer) => (answer.ok ? "ok" : answer.error.appCode)).sort();
  };
  const known = await codesFor(person.email, "127.0.0.21");
  expect(known.filter((code) => code === "ok").length).toBe(5);
  expect(await codesFor("nobody@wire.example", "127.0.0.22")).toEqual(known);
});

test("likes and reads have budgets of their own, counted by person wherever the calls come from", async () => {
  const liker = await server.signUp({}, { from: "127.0.0.30" });
  const author = await createPerson(server.deps);
  const post = await createPost(server.deps, { authorId: author.id });
  const calls = Array.from({ length: 50 }, () => ({ path: "like.create", input: { postId: post.id } }));
  const answers = await Promise.all(
    Array.from({ length: 8 }, (_, index) => server.batch(calls, { token: liker.token, from: `127.0.0.${31 + index}` })),
  );
  const passed = answers.flat().filter((answer) => answer.ok).length;
  // The bucket fills up by five a second while the calls run.
  expect(passed).toBeGreaterThanOrEqual(300);
  expect(passed).toBeLessThan(350);
  expect(await liker.client.post.byId({ postId: post.id })).toMatchObject({ likeCount: 1 });
});

test("a token whose session ended uses up nothing of its person's budgets", async () => {
  const person = await server.signUp({}, { from: "127.0.0.40" });
  const { email: login, password } = person;
  const second = await server.client({ from: "127.0.0.40" }).auth.signIn({ login, password });
  await person.client.auth.signOut();
  const calls = Array.from({ length: 50 }, () => ({ path: "user.me" }));
  for (let round = 0; round < 80; round += 1) {
    const [first] = await server.batch(calls, { token: person.token });
    expect(first).toMatchObject({ ok: false, error: { appCode: "auth.sessionRevoked" } });
  }
  expect(await server.client({ token: second.tokens.accessToken }).user.me()).toMatchObject({ email: login });
});

test("4,000 reads a minute by one caller are too many, and say when to come back", async () => {
  const reader = await server.signUp({}, { from: "127.0.0.41" });
  const calls = Array.from({ length: 50 }, () => ({ path: "user.isHandleFree", input: { handle: "free_one" } }));
  const codes = new Map<string, number>();
  for (let round = 0; round < 80; round += 1) {
    for (const answer of await server.batch(calls, { token: reader.token })) {
      const code = answer.ok ? "ok" : answer.error.appCode;
      codes.set(code, (codes.get(code) ?? 0) + 1);
      if (!answer.ok) expect(answer.error.retryAfterMs).toBeGreaterThan(0);
    }
  }
  expect(codes.get("ok")).toBeGreaterThanOrEqual(3_000);
  expect(codes.get("limit.exceeded")).toBeGreaterThan(100);
  expect(await server.client({ from: "127.0.0.42" }).user.isHandleFree({ handle: "free_one" })).toBeDefined();
});
