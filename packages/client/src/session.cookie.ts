// A session whose refresh token the browser keeps in an HttpOnly cookie, for apps whose server renders pages, and for apps
// that want it out of every script's reach. Promise: what renews the session never reaches this page.
import type { SessionStore, Tokens } from "./session.store.ts";
import { isSameSession } from "./session.token.ts";

/**
 * Keeps the access token in memory, and leaves the refresh token to a cookie of the server, which is asked once a page who
 * is signed in. The server takes cookies from its own origin and from those that ALLOWED_ORIGINS names. Other
 * tabs are followed. Sign out with `auth.signOut`: `session.set(null)` forgets in this page alone.
 */
export function cookieSession(): SessionStore {
  /** Undefined until the server has been asked. */
  let tokens: Tokens | null | undefined;
  let ask: () => Promise<Tokens | null> = async () => null;
  let asking: Promise<Tokens | null> | null = null;
  let channel: BroadcastChannel | null = null;

  async function askOnce(): Promise<Tokens | null> {
    const found = await ask();
    // Whoever signed in or out meanwhile wins.
    tokens = tokens === undefined ? found : tokens;
    return tokens;
  }

  function load(): Tokens | null | Promise<Tokens | null> {
    if (tokens !== undefined) return tokens;
    asking ??= askOnce().finally(() => {
      asking = null;
    });
    return asking;
  }

  return {
    isInCookie: true,
    connect(given) {
      ask = given;
    },
    load,
    save(next) {
      const before = tokens ?? null;
      tokens = next;
      const isSame = next === null || before === null ? next === before : isSameSession(before, next);
      if (!isSame) channel?.postMessage("changed");
    },
    follow(listener) {
      if (typeof BroadcastChannel === "undefined") return () => {};
      channel = new BroadcastChannel("pixora.session");
      channel.onmessage = async () => {
        const before = tokens ?? null;
        tokens = undefined;
        // A server that is away is asked again by the next call.
        const after = await Promise.resolve(load()).catch(() => undefined);
        if (after !== undefined) listener(before, after);
      };
      return () => channel?.close();
    },
  };
}
