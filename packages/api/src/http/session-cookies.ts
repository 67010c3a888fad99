// Sessions in cookies, for browsers that ask for it: what renews a session stands where no script of a page can read it.
// Promises: a page of a foreign origin is refused before anything is read; a cookie alone authenticates no call, it only
// renews a session; cookies of one session are never cleared for the end of another.
import type { FastifyReply, FastifyRequest } from "fastify";
import type { KeptTokens, SessionCookies } from "../platform/call/context.ts";
import type { ServerConfig } from "../platform/process/config.ts";
import type { Deps } from "../platform/process/deps.ts";
import type { Origins } from "./origins.ts";

/** A header that no form and no link can send, and that a foreign page needs our leave for (CORS). */
const header = "x-pixora-session";

type CookieConfig = Pick<ServerConfig, "NODE_ENV" | "PUBLIC_URL">;

/** Whether a request asks for cookies and may not: it comes from a page whose origin nobody has named. */
export function isForeignPage(request: FastifyRequest, origins: Origins): boolean {
  const { origin, host } = request.headers;
  return asksForCookies(request) && !isOwnOrigin(origin, host) && !origins.isNamed(origin);
}

/** The cookies of a request; undefined for one that did not ask for them. */
export function sessionCookiesOf(
  deps: { clock: Deps["clock"]; config: CookieConfig },
  { request, reply }: { request: FastifyRequest; reply: FastifyReply },
): SessionCookies | undefined {
  if (!asksForCookies(request)) return undefined;
  const { clock, config } = deps;
  const names = namesOf(config);
  const sent = readCookies(request.headers.cookie);

  function write(name: string, value: string, endsAtMs: number): void {
    const seconds = Math.max(0, Math.floor((endsAtMs - clock.now().getTime()) / 1_000));
    const secure = isSecure(config) ? "; Secure" : "";
    reply.header("set-cookie", `${name}=${value}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Lax${secure}`);
  }

  return {
    refreshToken: sent.get(names.refresh) ?? null,
    access: readAccess(sent.get(names.access)),
    keep({ accessToken, accessTokenExpiresAt, refreshToken, refreshTokenExpiresAt }: KeptTokens) {
      const endsAtMs = Date.parse(refreshTokenExpiresAt);
      write(names.refresh, refreshToken, endsAtMs);
      write(names.access, `${endsAtMs}~${accessToken}`, Date.parse(accessTokenExpiresAt));
    },
    clear() {
      write(names.refresh, "", 0);
      write(names.access, "", 0);
    },
  };
}

function asksForCookies(request: FastifyRequest): boolean {
  return request.headers[header] === "cookie";
}

/** Programs name no origin, and hold their cookies themselves. */
function isOwnOrigin(origin: string | undefined, host: string | undefined): boolean {
  if (origin === undefined) return true;
  return URL.canParse(origin) && new URL(origin).host === host;
}

/** With the prefix a browser takes a cookie from this very host alone, and not from a neighbour under the same domain. */
function namesOf(config: CookieConfig): { refresh: string; access: string } {
  const prefix = isSecure(config) ? "__Host-" : "";
  return { refresh: `${prefix}pixora-refresh`, access: `${prefix}pixora-access` };
}

function isSecure({ NODE_ENV, PUBLIC_URL }: CookieConfig): boolean {
  return NODE_ENV === "production" || PUBLIC_URL.startsWith("https:");
}

/** When the session ends unless it is renewed, and the access token. */
function readAccess(value: string | undefined): SessionCookies["access"] {
  const [, endsAtMs, token] = /^(\d{1,15})~([\w.-]+)$/.exec(value ?? "") ?? [];
  return endsAtMs === undefined || token === undefined ? null : { token, sessionEndsAtMs: Number(endsAtMs) };
}

function readCookies(text: string | undefined): ReadonlyMap<string, string> {
  const pairs = (text ?? "").split(";").map((pair) => /^\s*([^=\s]+)=(.*?)\s*$/.exec(pair));
  return new Map(pairs.flatMap((match) => (match?.[1] === undefined ? [] : [[match[1], match[2] ?? ""]])));
}
