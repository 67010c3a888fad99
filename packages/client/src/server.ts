// The door for servers that render pages: a client for one request of one visitor. Promises: it never outlives a visitor
// for the next one; it renews the session at most once, and only where the visitor's browser is told the new cookies.
import { createPixora, type Pixora, type PixoraOptions } from "./client.ts";
import type { SessionStore, Tokens } from "./session.store.ts";
import { expiryMsOf } from "./session.token.ts";

export interface ServerPixoraOptions
  extends Pick<PixoraOptions, "url" | "timeoutMs" | "fetch" | "WebSocket" | "transport"> {
  /**
   * Takes a `Set-Cookie` header for the answer to the visitor. Without it nothing can be renewed: a visitor whose access
   * token has run out is rendered as a stranger, and is signed in again once the page is there.
   */
  setCookie?: (cookie: string) => void;
  /** The visitor's address, for a server of Pixora that counts this one among its TRUSTED_PROXIES. */
  visitorAddress?: string;
}

/** A Request, what a framework gives in its place, or one of Node's. */
export interface VisitorRequest {
  headers: { get(name: string): string | null } | Readonly<Record<string, string | string[] | undefined>>;
}

/**
 * A client for the visitor whose request this is, signed in by the cookies that `cookieSession()` of the page uses. Make one
 * for each request, never one for all: its calls are that visitor's, and go in batches of their own.
 */
export function serverPixora(request: VisitorRequest, options: ServerPixoraOptions): Pixora {
  const { setCookie, visitorAddress, ...others } = options;
  const cookies = readCookies(request, options);
  const send = options.fetch ?? globalThis.fetch.bind(globalThis);
  const given: Record<string, string> = visitorAddress === undefined ? {} : { "x-forwarded-for": visitorAddress };
  const renewal = { isSpent: setCookie === undefined || cookies.refresh === null };

  async function sendForVisitor(url: string | URL | Request, init?: RequestInit): Promise<Response> {
    const headers: Record<string, string> = { ...(init?.headers as Record<string, string>), ...given };
    if (setCookie === undefined) return send(url, { ...init, headers });
    if (String(url).includes("/auth.refresh")) renewal.isSpent = true;
    headers["x-pixora-session"] = "cookie";
    if (cookies.text !== "") headers.cookie = cookies.text;
    const answer = await send(url, { ...init, headers });
    for (const cookie of answer.headers.getSetCookie()) setCookie(cookie);
    return answer;
  }

  return createPixora({ ...others, fetch: sendForVisitor, session: visitorSession(cookies, renewal) });
}

interface VisitorCookies {
  /** As the visitor sent them. */
  text: string;
  access: Tokens | null;
  refresh: string | null;
}

function visitorSession(cookies: VisitorCookies, renewal: { isSpent: boolean }): SessionStore {
  let tokens: Tokens | null | undefined = cookies.access ?? (renewal.isSpent ? null : undefined);
  let ask: () => Promise<Tokens | null> = async () => null;
  let asking: Promise<Tokens | null> | undefined;
  return {
    get isReadOnly() {
      return renewal.isSpent;
    },
    connect(given) {
      ask = given;
    },
    load() {
      if (tokens !== undefined) return tokens;
      // A page is worth more than its viewer: while the session cannot be renewed, it is a stranger's.
      asking ??= ask()
        .catch(() => null)
        .then((found) => {
          tokens = tokens === undefined ? found : tokens;
          return tokens;
        });
      return asking;
    },
    save(next) {
      tokens = next;
    },
  };
}

/** The session's cookies that the visitor sent. */
function readCookies({ headers }: VisitorRequest, { url }: { url: string }): VisitorCookies {
  const header = isReadable(headers) ? headers.get("cookie") : headers.cookie;
  const pairs = String(header ?? "")
    .split(";")
    .map((pair) => pair.trim());
  const prefix = isForDevelopment(url) ? "" : "__Host-";
  const find = (name: string) => pairs.filter((pair) => pair.startsWith(`${prefix}${name}=`)).slice(0, 1);
  const [access, refresh] = [find("pixora-access"), find("pixora-refresh")];
  return {
    text: [...access, ...refresh].join("; "),
    access: readAccess(cookieValueOf(access)),
    refresh: cookieValueOf(refresh),
  };
}

/** As the server decides it: without https a browser takes no cookie with the prefix, which keeps neighbours' cookies out. */
function isForDevelopment(url: string): boolean {
  return url.startsWith("http:") && globalThis.process?.env?.NODE_ENV !== "production";
}

function cookieValueOf([pair]: string[]): string | null {
  return pair?.replace(/^[^=]*=/, "") ?? null;
}

function isReadable(headers: VisitorRequest["headers"]): headers is { get(name: string): string | null } {
  return typeof headers.get === "function";
}

/** The tokens of the access cookie, unless they are dead. */
function readAccess(value: string | null): Tokens | null {
  const [, endsAtMs, accessToken] = /^(\d{1,15})~([\w.-]+)$/.exec(value ?? "") ?? [];
  if (endsAtMs === undefined || accessToken === undefined) return null;
  const expiresAtMs = expiryMsOf(accessToken);
  if (!(expiresAtMs > Date.now())) return null;
  return {
    accessToken,
    accessTokenExpiresAt: new Date(expiresAtMs).toISOString(),
    refreshToken: "cookie",
    refreshTokenExpiresAt: new Date(Number(endsAtMs)).toISOString(),
  };
}
