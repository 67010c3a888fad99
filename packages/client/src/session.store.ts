// Where the tokens of a session live between starts of the app: in memory, in the browser, or wherever the app says.
import type { RouterOutputs } from "@pixora/api";

export type Tokens = RouterOutputs["auth"]["refresh"]["tokens"];

/** Where tokens live between starts of the app. */
export interface SessionStore {
  load(): Tokens | null | Promise<Tokens | null>;
  save(tokens: Tokens | null): void | Promise<void>;
  /**
   * Where others write to the same place, as other tabs do: calls the listener with what stood there and what stands
   * there now, for each change that is not of this store's own. The answer stops it.
   */
  follow?(listener: (before: Tokens | null, after: Tokens | null) => void): () => void;
  /** Called once by the client: how to ask the server for the tokens of the session that the cookies are of. */
  connect?(ask: () => Promise<Tokens | null>): void;
  /** Calls carry cookies, and the server keeps the refresh token in one. */
  readonly isInCookie?: true;
  /** Nothing is renewed: the new tokens could not be saved, and a refresh token that is used twice ends its session. */
  readonly isReadOnly?: boolean;
}

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

/** Tokens as they stand in localStorage: the clock of this machine when they came tells how old they are later. */
export type KeptTokens = Tokens & { receivedAtMs?: number };

/**
 * Keeps tokens in the browser's localStorage. Any script of the page can read them. What is no JSON there is nothing.
 * Where the browser refuses its storage, they live as long as the page. Other tabs share them, and are followed.
 */
export function localStorageSession(key = "pixora.session"): SessionStore {
  const inPage = memorySession();
  let isRefused = false;
  return {
    load() {
      // What the browser kept before it refused is older than what the page has.
      if (isRefused) return inPage.load();
      try {
        return tokensOf(localStorage.getItem(key));
      } catch {
        return inPage.load();
      }
    },
    save(tokens) {
      void inPage.save(tokens);
      try {
        if (tokens === null) localStorage.removeItem(key);
        else localStorage.setItem(key, JSON.stringify({ ...tokens, receivedAtMs: Date.now() } satisfies KeptTokens));
        isRefused = false;
      } catch {
        // Blocked or full: the page has them.
        isRefused = true;
      }
    },
    follow(listener) {
      if (typeof globalThis.addEventListener !== "function") return () => {};
      // The browser tells the other tabs alone, never the one that wrote.
      function onStorage(event: StorageEvent): void {
        if (event.key === key && !isRefused) listener(tokensOf(event.oldValue), tokensOf(event.newValue));
      }
      globalThis.addEventListener("storage", onStorage);
      return () => globalThis.removeEventListener("storage", onStorage);
    },
  };
}

function tokensOf(text: string | null): KeptTokens | null {
  try {
    return JSON.parse(text ?? "null") as KeptTokens | null;
  } catch {
    return null;
  }
}
