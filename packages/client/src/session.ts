// The session of a client: its tokens, where the app keeps them, and their silent renewal.
// Promises: however many calls need a new token at once, one refresh flies.

import type { AppRouter, RouterOutputs } from "@pixora/api";
import { createTRPCClient, httpLink } from "@trpc/client";
import { isConnectionError, isPixoraError } from "./errors.ts";

export type Tokens = RouterOutputs["auth"]["refresh"]["tokens"];

/** Where tokens live between starts of the app. */
export interface SessionStore {
  load(): Tokens | null | Promise<Tokens | null>;
  save(tokens: Tokens | null): void | Promise<void>;
}

export interface Session {
  /** The present tokens, or null when nobody is signed in. */
  tokens(): Promise<Tokens | null>;
  /** Takes tokens over, as from a server that rendered the page; null forgets them, and open streams end. */
  set(tokens: Tokens | null): Promise<void>;
  /** Called with true or false whenever somebody signs in or the session ends. The answer stops it. */
  onChange(listener: (isSignedIn: boolean) => void): () => void;
}

/** Whose tokens they are. */
export interface Holder {
  sessionId: string;
  userId: string;
}

/** What the links use besides. */
export interface SessionInside extends Session {
  /** Whose the present tokens are; null when nobody is signed in. */
  holder(): Promise<Holder | null>;
  /** Forgets the tokens of a session that the server has ended, the renewed ones too; it ends the streams by itself. */
  forget(ended: Tokens): Promise<void>;
  /** Called when the session that was here gives way to another or is taken away. The answer stops it. */
  onSwitch(listener: () => void): () => void;
  /** An access token that still lives a while; renews it first where needed. Null when nobody is signed in. */
  accessToken(): Promise<string | null>;
  /** Renews unless `deadToken` has been replaced already. False when the session has ended. */
  renew(deadToken: string | null): Promise<boolean>;
}

/**
 * A token that dies sooner than this is renewed before it is used: the server asks streams a minute ahead, or at half
 * the life of one that lives shorter.
 */
const renewAheadMs = 75_000;
const renewAheadPart = 0.6;
/** Refreshes whose answer gets lost: well within the server's grace for the token that was used. */
const maxRefreshes = 3;
const refreshDelayMs = 200;

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

/** Keeps tokens in the browser's localStorage. Any script of the page can read them. What is no JSON there is nothing. */
export function localStorageSession(key = "pixora.session"): SessionStore {
  return {
    load() {
      try {
        return JSON.parse(localStorage.getItem(key) ?? "null") as Tokens | null;
      } catch (error) {
        if (error instanceof SyntaxError) return null;
        throw error;
      }
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
  const switchListeners = new Set<() => void>();
  let renewing: Promise<boolean> | null = null;
  let fresh: { accessToken: string; sinceMs: number } | null = null;

  /** Answers the tokens that were here before. */
  async function save(tokens: Tokens | null): Promise<Tokens | null> {
    const before = await store.load();
    await store.save(tokens);
    fresh = tokens && { accessToken: tokens.accessToken, sinceMs: Date.now() };
    const isSignedIn = tokens !== null;
    if ((before !== null) !== isSignedIn) for (const listener of listeners) listener(isSignedIn);
    return before;
  }

  async function set(tokens: Tokens | null): Promise<void> {
    const before = await save(tokens);
    if (before === null || (tokens !== null && isSameSession(before, tokens))) return;
    if (tokens !== null) for (const listener of listeners) listener(true);
    for (const listener of switchListeners) listener();
  }

  async function fetchNext(refreshToken: string): Promise<Tokens> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return (await bare.auth.refresh.mutate({ refreshToken })).tokens;
      } catch (error) {
        if (attempt === maxRefreshes || !isConnectionError(error)) throw error;
        await new Promise((resolve) => setTimeout(resolve, refreshDelayMs * attempt * (0.5 + Math.random())));
      }
    }
  }

  async function refresh(deadToken: string | null): Promise<boolean> {
    const before = await store.load();
    if (before === null) return false;
    // Another call, or another tab that shares the store, was faster.
    if (deadToken !== null && before.accessToken !== deadToken) return true;
    try {
      const tokens = await fetchNext(before.refreshToken);
      // Signing out or in meanwhile wins over the renewal of what was there before.
      const present = await store.load();
      if (present?.refreshToken === before.refreshToken) await save(tokens);
      return true;
    } catch (error) {
      if (!isPixoraError(error) || error.data.code !== "UNAUTHORIZED") throw error;
      const present = await store.load();
      if (present?.refreshToken !== before.refreshToken) return present !== null;
      await save(null);
      return false;
    }
  }

  async function forget(ended: Tokens): Promise<void> {
    const present = await store.load();
    if (present !== null && isSameSession(present, ended)) await save(null);
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
    async holder() {
      return holderOf(await store.load());
    },
    forget,
    onSwitch(listener) {
      switchListeners.add(listener);
      return () => switchListeners.delete(listener);
    },
    renew,
    async accessToken() {
      const tokens = await store.load();
      if (tokens === null) return null;
      const lifeMs = lifeMsOf(tokens);
      // Of a token that came just now, how old it is counts: a clock that runs ahead would have it dead on arrival.
      const endMs =
        fresh?.accessToken === tokens.accessToken ? fresh.sinceMs + lifeMs : Date.parse(tokens.accessTokenExpiresAt);
      const leftMs = endMs - Date.now();
      if (leftMs > Math.min(renewAheadMs, renewAheadPart * lifeMs)) return tokens.accessToken;
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

function isSameSession(one: Tokens, other: Tokens): boolean {
  if (one.refreshToken === other.refreshToken) return true;
  const holder = holderOf(one);
  return holder !== null && holder.sessionId === holderOf(other)?.sessionId;
}

/** Read, not verified: the server does that. Null for no tokens, and for any that are not the server's. */
function holderOf(tokens: Tokens | null): Holder | null {
  const { sid, sub } = claimsOf(tokens);
  return typeof sid === "string" && typeof sub === "string" ? { sessionId: sid, userId: sub } : null;
}

/** How long the access token lives from its making to its end, whatever this machine's clock says. */
function lifeMsOf(tokens: Tokens): number {
  const { iat, exp } = claimsOf(tokens);
  return typeof iat === "number" && typeof exp === "number" ? (exp - iat) * 1_000 : Number.POSITIVE_INFINITY;
}

function claimsOf(tokens: Tokens | null): Record<string, unknown> {
  const [, part = ""] = tokens?.accessToken.split(".") ?? [];
  try {
    return JSON.parse(atob(part.replace(/-/g, "+").replace(/_/g, "/")));
  } catch {
    return {};
  }
}
