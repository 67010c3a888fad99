// Sessions whose refresh token the browser keeps in a cookie: what the procedures of `auth` do with it. Promise: a call
// that asked for cookies is never answered with a refresh token.
import type { RequestContext } from "../platform/call/context.ts";
import { AppError } from "../platform/call/errors.ts";
import type { Deps } from "../platform/process/deps.ts";
import { refreshSession } from "./session.refresh.ts";
import type { Tokens } from "./session.schema.ts";
import { verifyAccessToken } from "./session.token.ts";

/** What a page says in place of the token that it cannot read. */
const inCookie = "cookie";

/** Clients renew a token that has less than this part of its life left, or this long. */
const freshPart = 0.65;
const freshMs = 90_000;

/** A suspended person keeps the cookies: the session lives again with them. */
const ended: ReadonlySet<string> = new Set(["auth.tokenInvalid", "auth.tokenExpired", "auth.sessionRevoked"]);

type CookieContext = Pick<RequestContext, "cookies" | "checkSession"> & { deps: Deps };

/** Puts the tokens of a session that has begun into cookies, where the call asked for it; answers what the page may see. */
export function handOver<Answer extends { tokens: Tokens | null }>(ctx: CookieContext, answer: Answer): Answer {
  const { cookies } = ctx;
  if (cookies === undefined || answer.tokens === null) return answer;
  cookies.keep(answer.tokens);
  return { ...answer, tokens: { ...answer.tokens, refreshToken: inCookie } };
}

/**
 * Renews the session of the caller's cookies, or of the token that was sent. A page asks whenever it is loaded: it gets the
 * access token that its browser has while that lives long enough. Throws as `refreshSession`; the cookies of an ended
 * session are cleared.
 */
export async function refreshCaller(ctx: CookieContext, input: { refreshToken: string }): Promise<{ tokens: Tokens }> {
  const { cookies } = ctx;
  if (cookies === undefined) return refreshSession(ctx.deps, input);
  if (cookies.refreshToken === null) throw new AppError("auth.tokenInvalid");
  try {
    const present = await readPresent(ctx);
    if (present !== null) return { tokens: present };
    return handOver(ctx, await refreshSession(ctx.deps, { refreshToken: cookies.refreshToken }));
  } catch (error) {
    if (error instanceof AppError && ended.has(error.code)) cookies.clear();
    throw error;
  }
}

/** The access token of the cookies, if it is of the same session and need not be renewed; else null. */
async function readPresent({ cookies, deps, checkSession }: CookieContext): Promise<Tokens | null> {
  const access = cookies?.access ?? null;
  if (access === null) return null;
  const viewer = await verifyAccessToken(deps, access).catch(() => null);
  if (viewer === null || sessionIdOf(cookies?.refreshToken) !== viewer.sessionId) return null;
  const leftMs = viewer.expiresAtMs - deps.clock.now().getTime();
  const lifeMs = deps.config.ACCESS_TOKEN_LIFE_SECONDS * 1_000;
  if (leftMs < Math.min(freshMs, freshPart * lifeMs)) return null;
  await checkSession(viewer);
  return {
    accessToken: access.token,
    accessTokenExpiresAt: new Date(viewer.expiresAtMs).toISOString(),
    refreshToken: inCookie,
    refreshTokenExpiresAt: new Date(access.sessionEndsAtMs).toISOString(),
  };
}

/** Clears the cookies of a session that has ended; those of another stay. */
export function clearCookies(ctx: CookieContext, { sessionId }: { sessionId: string }): void {
  const { cookies } = ctx;
  if (cookies !== undefined && sessionIdOf(cookies.refreshToken) === sessionId) cookies.clear();
}

/** A refresh token begins with its session's id. */
function sessionIdOf(refreshToken: string | null | undefined): string | null {
  return refreshToken?.split(".", 1)[0] ?? null;
}
