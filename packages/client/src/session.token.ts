// What tokens say of themselves: whose they are and how long they live. Read, not verified: the server does that.
import type { Tokens } from "./session.store.ts";

/** Whose tokens they are. */
export interface Holder {
  sessionId: string;
  userId: string;
}

/** Whether both are of one session: a renewal changes the tokens and keeps the session. */
export function isSameSession(one: Tokens, other: Tokens): boolean {
  const holder = holderOf(one);
  // In cookie mode all refresh tokens read alike.
  if (holder === null) return one.refreshToken === other.refreshToken;
  return holder.sessionId === holderOf(other)?.sessionId;
}

/** Null for no tokens, and for any that are not the server's. */
export function holderOf(tokens: Tokens | null): Holder | null {
  const { sid, sub } = claimsOf(tokens);
  return typeof sid === "string" && typeof sub === "string" ? { sessionId: sid, userId: sub } : null;
}

/** How long the access token lives from its making to its end, whatever this machine's clock says. */
export function lifeMsOf(tokens: Tokens): number {
  const { iat, exp } = claimsOf(tokens);
  return typeof iat === "number" && typeof exp === "number" ? (exp - iat) * 1_000 : Number.POSITIVE_INFINITY;
}

/** When the access token dies, in milliseconds since 1970; NaN for what is none. */
export function expiryMsOf(accessToken: string): number {
  return Number(claimsOf({ accessToken }).exp) * 1_000;
}

function claimsOf(tokens: Pick<Tokens, "accessToken"> | null): Record<string, unknown> {
  const [, part = ""] = tokens?.accessToken.split(".") ?? [];
  try {
    return JSON.parse(atob(part.replace(/-/g, "+").replace(/_/g, "/")));
  } catch {
    return {};
  }
}
