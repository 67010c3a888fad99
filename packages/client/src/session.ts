// The session of a client: its tokens, where the app keeps them, and their silent renewal.
// Promises: however many calls need a new token at once, one refresh flies.

import type { AppRouter, RouterOutputs } from "@pixora/api";
import { createTRPCClient, httpLink } from "@trpc/client";
import { isPixoraError } from "./errors.ts";

export type Tokens = RouterOutputs["auth"]["refresh"]["tokens"];

/** Where tokens live between starts of the app. */
export interface SessionStore {
  load(): Tokens | null | Promise<Tokens | null>;
  save(tokens: Tokens | null): void | Promise<void>;
}

export interface Session {
  /** The present tokens, or null when nobody is signed in. */
  tokens(): Promise<Tokens | null>;
  /** Takes tokens over, as from a server that rendered the page; null forgets them. */
  set(tokens: Tokens | null): Promise<void>;
  /** Called with true or false whenever somebody signs in or the session ends. The answer stops it. */
  onChange(listener: (isSignedIn: boolean) => void): () => void;
}

/** What the links use besides. */
export interface SessionInside extends Session {
  /** An access token that still lives a while; renews it first where needed. Null when nobody is signed in. */
  accessToken(): Promise<string | null>;
  /** Renews unless `deadToken` has been replaced already. False when the session has ended. */
  renew(deadToken: string | null): Promise<boolean>;
}

/** A token that dies sooner than this is renewed before it is used; the server asks streams a minute ahead. */
const renewAheadMs = 75_000;

/** Keeps tokens in memory: they are gone when the process ends. */
export function memorySession(initial: Tokens | null = null): SessionStore {
  let tokens = initial;
  return {
    load: () => tokens,
    save(next) {
      tokens = next;
    },
  };
}

/** Keeps tokens in the browser's localStorage. Any script of the page can read them. */
export function localStorageSession(key = "pixora.session"): SessionStore {
  return {
    load() {
      const text = localStorage.getItem(key);
      return text === null ? null : (JSON.parse(text) as Tokens);
    },
    save(tokens) {
      if (tokens === null) localStorage.removeItem(key);
      else localStorage.setItem(key, JSON.stringify(tokens));
    },
  };
}

export function createSession(input: { url: string; store: SessionStore; fetch: typeof fetch }): SessionInside {
  const { store } = input;
  const bare = createTRPCClient<AppRouter>({ links: [httpLink({ url: `${input.url}/trpc`, fetch: input.fetch })] });
  const listeners = new Set<(isSignedIn: boolean) => void>();
  let renewing: Promise<boolean> | null = null;

  async function set(tokens: Tokens | null): Promise<void> {
    const wasSignedIn = (await store.load()) !== null;
    await store.save(tokens);
    const isSignedIn = tokens !== null;
    if (wasSignedIn !== isSignedIn) for (const listener of listeners) listener(isSignedIn);
  }

  async function refresh(deadToken: string | null): Promise<boolean> {
    const before = await store.load();
    if (before === null) return false;
    // Another call, or another tab that shares the store, was faster.
    if (deadToken !== null && before.accessToken !== deadToken) return true;
    try {
      const { tokens } = await bare.auth.refresh.mutate({ refreshToken: before.refreshToken });
      // Signing out or in meanwhile wins over the renewal of what was there before.
      const present = await store.load();
      if (present?.refreshToken === before.refreshToken) await set(tokens);
      return true;
    } catch (error) {
      if (!isPixoraError(error) || error.data.code !== "UNAUTHORIZED") throw error;
      const present = await store.load();
      if (present?.refreshToken !== before.refreshToken) return present !== null;
      await set(null);
      return false;
    }
  }

  function renew(deadToken: string | null): Promise<boolean> {
    renewing ??= refresh(deadToken).finally(() => {
      renewing = null;
    });
    return renewing;
  }

  return {
    async tokens() {
      return store.load();
    },
    set,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    renew,
    async accessToken() {
      const tokens = await store.load();
      if (tokens === null) return null;
      const leftMs = Date.parse(tokens.accessTokenExpiresAt) - Date.now();
      if (leftMs > renewAheadMs) return tokens.accessToken;
      try {
        await renew(tokens.accessToken);
      } catch (error) {
        // The server is away for a moment: the old token may still do.
        if (leftMs <= 0) throw error;
      }
      return (await store.load())?.accessToken ?? null;
    },
  };
}
