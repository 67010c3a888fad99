// Access tokens: short-lived JWTs, HS256. Promises: algorithm, type, audience, issuer and key id are all checked;
// verified tokens are remembered until they expire, so the usual call costs a map look-up.
import { decodeProtectedHeader, errors, jwtVerify, SignJWT } from "jose";
import { LRUCache } from "lru-cache";
import { z } from "zod";
import type { Viewer } from "../platform/call/context.ts";
import { AppError } from "../platform/call/errors.ts";
import { idInput } from "../platform/call/wire.ts";
import type { Deps } from "../platform/process/deps.ts";
import { onePerDeps } from "../platform/process/per-deps.ts";
import { keyFor, keyIdOf } from "../platform/secret/key.ts";

const algorithm = "HS256";
/** RFC 9068's type: no other JWT of ours, or of anyone who shares the secret, passes for an access token. */
const type = "at+jwt";
const issuer = "pixora";
const audience = "pixora-api";
const maxTokenChars = 2_000;
const maxRemembered = 20_000;

const claims = z.object({
  sub: idInput,
  sid: idInput,
  exp: z.int(),
});

interface Keyring {
  signing: { id: string; key: Promise<CryptoKey> };
  byId: ReadonlyMap<string, Promise<CryptoKey>>;
  remembered: LRUCache<string, Viewer>;
}

type TokenDeps = Pick<Deps, "config" | "clock">;

const keyringOf = onePerDeps((deps: TokenDeps): Keyring => {
  const keys = deps.config.JWT_SECRET.map((secret) => ({
    id: keyIdOf(secret),
    key: importKey(keyFor(secret, "accessToken")),
  }));
  const [signing] = keys;
  if (signing === undefined) throw new Error("JWT_SECRET lists no secret");
  return {
    signing,
    byId: new Map(keys.map(({ id, key }) => [id, key])),
    remembered: new LRUCache({ max: maxRemembered }),
  };
});

function importKey(key: Buffer<ArrayBuffer>): Promise<CryptoKey> {
  const usages: KeyUsage[] = ["sign", "verify"];
  return crypto.subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, usages);
}

/** Signs an access token for a session. Each call makes another token. */
export async function signAccessToken(
  deps: TokenDeps,
  input: { userId: string; sessionId: string },
): Promise<{ accessToken: string; accessTokenExpiresAt: Date }> {
  const { signing } = keyringOf(deps);
  const nowSeconds = Math.floor(deps.clock.now().getTime() / 1_000);
  const expiresAtSeconds = nowSeconds + deps.config.ACCESS_TOKEN_LIFE_SECONDS;
  const accessToken = await new SignJWT({ sid: input.sessionId })
    .setProtectedHeader({ alg: algorithm, typ: type, kid: signing.id })
    .setSubject(input.userId)
    .setIssuer(issuer)
    .setAudience(audience)
    .setIssuedAt(nowSeconds)
    .setExpirationTime(expiresAtSeconds)
    .sign(await signing.key);
  return { accessToken, accessTokenExpiresAt: new Date(expiresAtSeconds * 1_000) };
}

/**
 * Who a token speaks for. Says nothing of whether the session still lives (createSessionChecker does).
 * Throws auth.tokenExpired for a good token past its time, auth.tokenInvalid for anything else that is not a good one.
 */
export async function verifyAccessToken(deps: TokenDeps, input: { token: string }): Promise<Viewer> {
  const { token } = input;
  const { remembered } = keyringOf(deps);
  const known = remembered.get(token);
  if (known !== undefined) {
    if (known.expiresAtMs > deps.clock.now().getTime()) return known;
    remembered.delete(token);
    throw new AppError("auth.tokenExpired");
  }
  const viewer = await readToken(deps, token);
  remembered.set(token, viewer);
  return viewer;
}

async function readToken(deps: TokenDeps, token: string): Promise<Viewer> {
  if (token.length > maxTokenChars) throw new AppError("auth.tokenInvalid");
  try {
    const { kid } = decodeProtectedHeader(token);
    const key = kid === undefined ? undefined : keyringOf(deps).byId.get(kid);
    if (key === undefined) throw new AppError("auth.tokenInvalid");
    const { payload } = await jwtVerify(token, await key, {
      algorithms: [algorithm],
      typ: type,
      issuer,
      audience,
      currentDate: deps.clock.now(),
      requiredClaims: ["sub", "sid", "exp", "iat"],
    });
    const { sub, sid, exp } = claims.parse(payload);
    return { userId: sub, sessionId: sid, expiresAtMs: exp * 1_000 };
  } catch (cause) {
    // Whatever a stranger's bytes make the parser throw is their token being wrong, never our failure.
    throw new AppError(cause instanceof errors.JWTExpired ? "auth.tokenExpired" : "auth.tokenInvalid", { cause });
  }
}
