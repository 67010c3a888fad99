// The SDK against a real server: its session, its renewals, its retries.
import {
  createPixora,
  isPixoraError,
  memorySession,
  type Pixora,
  paginate,
  type SessionStore,
  type Tokens,
} from "@pixora/client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startCuttableProxy } from "./cuttable-proxy.ts";
import { type App, type House, openHouse } from "./house.ts";

let house: House;
let server: App;

beforeAll(async () => {
  house = await openHouse();
  server = await house.startServer();
});

afterAll(() => house.close());

/** A store that makes the client believe its access token is about to die. */
function expiringStore(inner: SessionStore): SessionStore {
  return {
    async load() {
      const tokens = await inner.load();
      return tokens && { ...tokens, accessTokenExpiresAt: new Date(Date.now() + 1_000).toISOString() };
    },
    save: (tokens) => inner.save(tokens),
  };
}

/** A fetch that counts the calls of one procedure. */
function countingFetch(path: string): { fetch: typeof fetch; count: () => number } {
  let count = 0;
  return {
    count: () => count,
    fetch: (input, init) => {
      if (String(input).includes(path)) count += 1;
      return fetch(input, init);
    },
  };
}

describe("the session", () => {
  test("is taken from sign-in, used by every call, and gone after sign-out", async () => {
    const { pixora, id } = await house.signUp(server, "session_one");
    expect((await pixora.user.me.query()).id).toBe(id);
    const changes: boolean[] = [];
    pixora.session.onChange((isSignedIn) => changes.push(isSignedIn));
    await pixora.auth.signOut.mutate();
    expect(await pixora.session.tokens()).toBeNull();
    expect(changes).toEqual([false]);
    const error = await pixora.user.me.query().catch((cause: unknown) => cause);
    expect(isPixoraError(error, "auth.required")).toBe(true);
  });

  test("renews a dying token once for many calls at once, and nobody is signed out", async () => {
    const store = memorySession();
    const { pixora } = await house.signUp(server, "session_two", { session: store });
    await pixora.user.me.query();
    const counting = countingFetch("auth.refresh");
    const other = createPixora({ url: server.url, session: expiringStore(store), fetch: counting.fetch });
    const before = (await store.load()) as Tokens;
    await Promise.all(Array.from({ length: 20 }, () => other.user.me.query()));
    expect(counting.count()).toBeGreaterThanOrEqual(1);
    expect(counting.count()).toBeLessThanOrEqual(2);
    const after = (await store.load()) as Tokens;
    expect(after.refreshToken).not.toBe(before.refreshToken);
    expect((await pixora.user.me.query()).handle).toBe("session_two");
    await other.close();
  });

  test("that another device ended is forgotten, and the next call is that of a stranger", async () => {
    const first = await house.signUp(server, "session_three");
    const second = createPixora({ url: server.url });
    await second.auth.signIn.mutate({ login: "session_three", password: "session_three-long-password" });
    await second.auth.signOutEverywhere.mutate({ exceptCurrent: true });
    const error = await first.pixora.user.me.query().catch((cause: unknown) => cause);
    expect(isPixoraError(error, "auth.sessionRevoked")).toBe(true);
    expect(await first.pixora.session.tokens()).toBeNull();
    expect((await first.pixora.user.byHandle.query({ handle: "session_three" })).viewer).toBeNull();
    await second.close();
  });
});

describe("calls", () => {
  test("that a create repeats after a lost answer make one thing", async () => {
    const proxy = await startCuttableProxy(server.port);
    const { pixora } = await house.signUp(server, "repeater", { url: proxy.url });
    await pixora.user.me.query();
    let cuts = 0;
    const cutting: typeof fetch = async (input, init) => {
      const answer = await fetch(input, init);
      if (String(input).includes("post.create") && cuts < 2) {
        cuts += 1;
        throw new TypeError("the answer was lost");
      }
      return answer;
    };
    const lossy = createPixora({ url: proxy.url, fetch: cutting });
    await lossy.session.set(await pixora.session.tokens());
    const post = await lossy.post.create.mutate({ caption: "only once" });
    expect(cuts).toBe(2);
    const page = await pixora.post.byUser.query({ userId: post.author.id });
    expect(page.items.map((item) => item.id)).toEqual([post.id]);
    await lossy.close();
    proxy.close();
  });

  test("answer field errors by path, typed", async () => {
    const { pixora } = await house.signUp(server, "fielder");
    const error = await pixora.post.create.mutate({ caption: "x".repeat(2_201) }).catch((cause: unknown) => cause);
    expect(isPixoraError(error, "input.invalid") && error.data.fieldErrors?.caption).toEqual([
      "At most 2200 characters",
    ]);
  });

  test("walk a list to its end, page by page", async () => {
    const { pixora, id } = await house.signUp(server, "walker");
    const ids: string[] = [];
    for (let n = 0; n < 7; n += 1) ids.unshift((await pixora.post.create.mutate({ caption: `${n}` })).id);
    const walked: string[] = [];
    for await (const post of paginate(pixora.post.byUser, { userId: id, limit: 3 })) walked.push(post.id);
    expect(walked).toEqual(ids);
  });
});

test("a stranger's client works without any session", async () => {
  const stranger: Pixora = createPixora({ url: server.url });
  expect((await stranger.user.isHandleFree.query({ handle: "surely_free" })).isFree).toBe(true);
  await stranger.close();
});
