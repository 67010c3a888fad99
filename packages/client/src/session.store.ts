// Where the tokens of a session live between starts of the app: in memory, in the browser, or wherever the app says.
import type { RouterOutputs } from "@pixora/api";

export type Tokens = RouterOutputs["auth"]["refresh"]["tokens"];

/** Where tokens live between starts of the app. */
export interface SessionStore {
  load(): Tokens | null | Promise<Tokens | null>;
  save(tokens: Tokens | null): void | Promise<void>;
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
