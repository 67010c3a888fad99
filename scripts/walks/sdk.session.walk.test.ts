// The SDK where sessions change under it: answers that get lost, another person in the same client, streams of sessions
// that end.
import { createPixora, isPixoraError, localStorageSession, memorySession, type Tokens } from "@pixora/client";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { startCuttableProxy } from "./cuttable-proxy.ts";
import { type App, type House, openHouse } from "./house.ts";

let house: House;
let server: App;

beforeAll(async () => {
  house = await openHouse();
  server = await house.startServer();
  await house.startWorker();
});

afterAll(() => house.close());
afterEach(() => vi.unstubAllGlobals());

/** A fetch that loses the first answers of one procedure after the server has done its work. */
function losingFetch(path: string, times: number): typeof fetch {
  let lost = 0;
  return async (input, init) => {
    const answer = await fetch(input, init);
    if (!String(input).includes(path) || lost === times) return answer;
    lost += 1;
    throw new TypeError("the answer was lost");
  };
}

function passwordOf(handle: string): string {
  return `${handle}-long-password`;
}

async function tokensOf(handle: string): Promise<Tokens> {
  const { pixora } = await house.signUp(server, handle);
  return (await pixora.session.tokens()) as Tokens;
}

function died(tokens: Tokens): Tokens {
  return { ...tokens, accessTokenExpiresAt: new Date(Date.now() - 1_000).toISOString() };
}

describe("a lost answer", () => {
  test("of a refresh costs no call, not even one that is never repeated", async () => {
    const session = memorySession(died(await tokensOf("lost_refresh")));
    const pixora = createPixora({ url: server.url, session, fetch: losingFetch("auth.refresh", 1) });
    const input = { currentPassword: passwordOf("lost_refresh"), newPassword: "a password like no other" };
    expect(await pixora.auth.changePassword.mutate(input)).toEqual({ ok: true });
    await pixora.close();
  });

  test("of a refresh that the app asks for is fetched again", async () => {
    const { refreshToken } = await tokensOf("lost_refresh_call");
    const pixora = createPixora({ url: server.url, fetch: losingFetch("auth.refresh", 1) });
    const { tokens } = await pixora.auth.refresh.mutate({ refreshToken });
    expect(await pixora.session.tokens()).toEqual(tokens);
    await pixora.close();
  });

  test("of signing out leaves one signed out all the same", async () => {
    const session = memorySession(await tokensOf("lost_sign_out"));
    const pixora = createPixora({ url: server.url, session, fetch: losingFetch("auth.signOut", 1) });
    expect(await pixora.auth.signOut.mutate()).toEqual({ ok: true });
    expect(await pixora.session.tokens()).toBeNull();
    const again = await pixora.auth.signOut.mutate().catch((cause: unknown) => cause);
    expect(isPixoraError(again, "auth.required")).toBe(true);
    await pixora.close();
  });

  test("makes nothing twice where the app names its idempotency key undefined", async () => {
    const session = memorySession(await tokensOf("keyless"));
    const pixora = createPixora({ url: server.url, session, fetch: losingFetch("post.create", 1) });
    const post = await pixora.post.create.mutate({ caption: "once", idempotencyKey: undefined });
    const { items } = await pixora.post.byUser.query({ userId: post.author.id });
    expect(items.map((item) => item.id)).toEqual([post.id]);
    await pixora.close();
  });
});

test("a clock that is an hour ahead does not have every call renew the token", async () => {
  const session = memorySession(await tokensOf("clock_ahead"));
  let refreshes = 0;
  const pixora = createPixora({
    url: server.url,
    session,
    fetch: (input, init) => {
      if (String(input).includes("auth.refresh")) refreshes += 1;
      return fetch(input, init);
    },
  });
  const now = Date.now;
  const clock = vi.spyOn(Date, "now").mockImplementation(() => now() + 3_600_000);
  for (let n = 0; n < 4; n += 1) await pixora.user.me.query();
  clock.mockRestore();
  expect(refreshes).toBe(1);
  await pixora.close();
});

test("a mailed link that is worth nothing signs nobody out", async () => {
  const { pixora } = await house.signUp(server, "old_link");
  for (const call of [
    pixora.auth.verifyEmail.mutate({ token: "x".repeat(32) }),
    pixora.auth.resetPassword.mutate({ token: "x".repeat(32), newPassword: "a password like no other" }),
  ]) {
    expect(isPixoraError(await call.catch((cause: unknown) => cause), "auth.tokenInvalid")).toBe(true);
  }
  expect((await pixora.user.me.query()).handle).toBe("old_link");
});

test("tokens that the browser's storage has lost are those of nobody", async () => {
  const kept = new Map([["pixora.session", "{half"]]);
  vi.stubGlobal("localStorage", { getItem: (key: string) => kept.get(key) ?? null });
  const pixora = createPixora({ url: server.url, session: localStorageSession() });
  expect((await pixora.user.isHandleFree.query({ handle: "surely_free" })).isFree).toBe(true);
  await pixora.close();
});

describe("two tabs that share the browser's storage", () => {
  /** The storage as one tab sees it, and a write by the other. */
  function openBrowser() {
    const kept = new Map<string, string>();
    const listeners = new Set<(event: object) => void>();
    vi.stubGlobal("localStorage", {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
      removeItem: (key: string) => void kept.delete(key),
    });
    vi.stubGlobal("addEventListener", (_type: string, listener: (event: object) => void) => listeners.add(listener));
    vi.stubGlobal("removeEventListener", (_type: string, listener: (event: object) => void) =>
      listeners.delete(listener),
    );
    function writeInOtherTab(tokens: Tokens | null): void {
      const key = "pixora.session";
      const oldValue = kept.get(key) ?? null;
      const newValue = tokens && JSON.stringify(tokens);
      if (newValue === null) kept.delete(key);
      else kept.set(key, newValue);
      for (const listener of listeners) listener({ key, oldValue, newValue });
    }
    return { writeInOtherTab, listeners };
  }

  test.each(["websocket", "sse"] as const)(
    "follow who signs in and out in the other, streams over %s",
    async (transport) => {
      const alice = await tokensOf(`tab_alice_${transport.slice(0, 3)}`);
      const bob = await tokensOf(`tab_bob_${transport.slice(0, 3)}`);
      const { writeInOtherTab, listeners } = openBrowser();
      const pixora = createPixora({ url: server.url, session: localStorageSession(), transport });
      await pixora.session.set(alice);
      const heard: boolean[] = [];
      pixora.session.onChange((isSignedIn) => heard.push(isSignedIn));
      const events: string[] = [];
      pixora.live.onEvent.subscribe(undefined, { onData: ({ data }) => events.push(data.type) });
      await vi.waitFor(() => expect(events).toEqual(["ready"]));
      writeInOtherTab(bob);
      expect(heard).toEqual([true]);
      expect((await pixora.user.me.query()).handle).toBe(`tab_bob_${transport.slice(0, 3)}`);
      await vi.waitFor(() => expect(events).toEqual(["ready", "ready"]));
      // A renewal in the other tab changes nobody.
      writeInOtherTab({ ...bob, accessTokenExpiresAt: new Date(Date.now() + 600_000).toISOString() });
      expect(heard).toEqual([true]);
      writeInOtherTab(null);
      expect(heard).toEqual([true, false]);
      expect(await pixora.session.tokens()).toBeNull();
      await pixora.close();
      expect(listeners.size).toBe(0);
    },
  );
});

describe.each(["websocket", "sse"] as const)("streams over %s", (transport) => {
  /** Opens `live.onEvent` and gathers what comes of it. */
  function watch(pixora: ReturnType<typeof createPixora>) {
    const seen: string[] = [];
    const subscription = pixora.live.onEvent.subscribe(undefined, {
      onData: ({ data }) => {
        seen.push(data.type === "notification.created" ? `${data.type} ${data.notification.actor.handle}` : data.type);
      },
      onError: (error) => seen.push(`error ${error.data?.appCode}`),
    });
    return { seen, stop: () => subscription.unsubscribe() };
  }

  test("that began as a stranger's do not keep who signs in from their own", async () => {
    const { pixora: author } = await house.signUp(server, `author_${transport}`);
    const { pixora: reader } = await house.signUp(server, `reader_${transport}`);
    const post = await author.post.create.mutate({ caption: "look" });
    const pixora = createPixora({ url: server.url, transport });
    const counts: number[] = [];
    const open = pixora.live.onPost.subscribe(
      { postId: post.id },
      { onData: (event) => event.type === "post.counts" && counts.push(event.likeCount) },
    );
    await vi.waitFor(() => expect(counts).toEqual([0]), 5_000);
    await pixora.auth.signIn.mutate({ login: `reader_${transport}`, password: passwordOf(`reader_${transport}`) });
    const { seen, stop } = watch(pixora);
    await vi.waitFor(() => expect(seen).toEqual(["ready"]), 5_000);
    await reader.like.create.mutate({ postId: post.id });
    await vi.waitFor(() => expect(counts.at(-1)).toBe(1), 5_000);
    open.unsubscribe();
    stop();
    await pixora.close();
  });

  test("become another's when another signs in, and tell nothing more of the first", async () => {
    const first = await house.signUp(server, `first_${transport}`);
    const second = await house.signUp(server, `second_${transport}`);
    const fan = await house.signUp(server, `fan_${transport}`);
    const pixora = createPixora({ url: server.url, transport });
    await pixora.session.set(await first.pixora.session.tokens());
    const changes: boolean[] = [];
    pixora.session.onChange((isSignedIn) => changes.push(isSignedIn));
    const { seen, stop } = watch(pixora);
    await vi.waitFor(() => expect(seen).toEqual(["ready"]), 5_000);
    await pixora.auth.signIn.mutate({ login: `second_${transport}`, password: passwordOf(`second_${transport}`) });
    await vi.waitFor(() => expect(seen).toEqual(["ready", "ready"]), 5_000);
    await fan.pixora.follow.create.mutate({ userId: first.id });
    await fan.pixora.follow.create.mutate({ userId: second.id });
    await vi.waitFor(() => expect(seen.at(-1)).toBe(`notification.created fan_${transport}`), 5_000);
    const [, counts] = await Promise.all([
      vi.waitFor(async () =>
        expect(await first.pixora.notification.counts.query()).toEqual({
          unread: 1,
          unseen: 1,
          conversations: 0,
          requests: 0,
        }),
      ),
      second.pixora.notification.counts.query(),
    ]);
    expect(counts).toEqual({ unread: 1, unseen: 1, conversations: 0, requests: 0 });
    expect(seen).toHaveLength(3);
    expect(changes).toEqual([true]);
    stop();
    await pixora.close();
  });

  test("work again for who signs in after signing out", async () => {
    const handle = `returner_${transport}`;
    await house.signUp(server, handle);
    const pixora = createPixora({ url: server.url, transport });
    await pixora.auth.signIn.mutate({ login: handle, password: passwordOf(handle) });
    const before = watch(pixora);
    await vi.waitFor(() => expect(before.seen).toEqual(["ready"]), 5_000);
    await pixora.auth.signOut.mutate();
    await vi.waitFor(() => expect(before.seen.at(-1)).toMatch(/^error auth\./), 5_000);
    await pixora.auth.signIn.mutate({ login: handle, password: passwordOf(handle) });
    const after = watch(pixora);
    await vi.waitFor(() => expect(after.seen).toEqual(["ready"]), 5_000);
    after.stop();
    await pixora.close();
  });

  test("of a session that was ended elsewhere say so, and the client forgets its tokens", async () => {
    const handle = `ended_${transport}`;
    const { pixora: elsewhere } = await house.signUp(server, handle);
    const pixora = createPixora({ url: server.url, transport });
    await pixora.auth.signIn.mutate({ login: handle, password: passwordOf(handle) });
    const changes: boolean[] = [];
    pixora.session.onChange((isSignedIn) => changes.push(isSignedIn));
    const { seen } = watch(pixora);
    await vi.waitFor(() => expect(seen).toEqual(["ready"]), 5_000);
    await elsewhere.auth.signOutEverywhere.mutate({ exceptCurrent: true });
    await vi.waitFor(() => expect(seen).toEqual(["ready", "session.revoked", "error auth.sessionRevoked"]), 5_000);
    expect(await pixora.session.tokens()).toBeNull();
    expect(changes).toEqual([false]);
    await pixora.close();
  });

  test("end when the app takes the tokens away", async () => {
    const { pixora: owner } = await house.signUp(server, `taken_${transport}`);
    const pixora = createPixora({ url: server.url, transport });
    await pixora.session.set(await owner.session.tokens());
    const { seen } = watch(pixora);
    await vi.waitFor(() => expect(seen).toEqual(["ready"]), 5_000);
    await pixora.session.set(null);
    await vi.waitFor(() => expect(seen).toEqual(["ready", "error auth.required"]), 5_000);
    await pixora.close();
  });
});

test("closing completes a stream that waits for its server, and opens nothing anew", async () => {
  const { pixora: owner } = await house.signUp(server, "closer");
  const proxy = await startCuttableProxy(server.port);
  const pixora = createPixora({ url: proxy.url });
  await pixora.session.set(await owner.session.tokens());
  const seen: string[] = [];
  pixora.live.onEvent.subscribe(undefined, {
    onData: ({ data }) => seen.push(data.type),
    onComplete: () => seen.push("complete"),
  });
  await vi.waitFor(() => expect(seen).toEqual(["ready"]), 5_000);
  proxy.refuse();
  await new Promise((resolve) => setTimeout(resolve, 300));
  await pixora.close();
  expect(seen).toEqual(["ready", "complete"]);
  proxy.accept();
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  expect(seen).toEqual(["ready", "complete"]);
  proxy.close();
});
