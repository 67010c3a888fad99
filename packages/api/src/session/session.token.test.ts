import { base64url, SignJWT, UnsecuredJWT } from "jose";
import { describe, expect, test } from "vitest";
import { keyIdOf } from "../platform/secret/key.ts";
import { testConfig } from "../testing/index.ts";
import { signAccessToken, verifyAccessToken } from "./session.token.ts";

const secret = "test-secret-test-secret-test-secret-0001";
let nowMs = Date.now();
const deps = { config: testConfig(), clock: { now: () => new Date(nowMs) } };
const key = Buffer.from(secret);
const isInvalid = { code: "auth.tokenInvalid" };

/** A right token, but for what `changes` says. */
function forge(changes: {
  header?: Record<string, unknown>;
  claims?: Record<string, unknown>;
  secret?: string;
}): Promise<string> {
  const seconds = Math.floor(nowMs / 1_000);
  const claims = { sub: "7", sid: "8", iss: "pixora", aud: "pixora-api", iat: seconds, exp: seconds + 600 };
  return new SignJWT({ ...claims, ...changes.claims })
    .setProtectedHeader({ alg: "HS256", typ: "at+jwt", kid: keyIdOf(secret), ...changes.header })
    .sign(changes.secret === undefined ? key : Buffer.from(changes.secret));
}

describe("an access token", () => {
  test("says who calls, by which session and until when", async () => {
    const { accessToken, accessTokenExpiresAt } = await signAccessToken(deps, { userId: "7", sessionId: "8" });
    const viewer = await verifyAccessToken(deps, { token: accessToken });
    expect(viewer).toEqual({ userId: "7", sessionId: "8", expiresAtMs: accessTokenExpiresAt.getTime() });
    expect(await verifyAccessToken(deps, { token: accessToken })).toBe(viewer);
  });

  test("dies after ten minutes, remembered or not", async () => {
    const remembered = await signAccessToken(deps, { userId: "7", sessionId: "8" });
    await verifyAccessToken(deps, { token: remembered.accessToken });
    const unseen = await signAccessToken(deps, { userId: "7", sessionId: "9" });
    nowMs += 600_000;
    for (const { accessToken } of [remembered, unseen]) {
      await expect(verifyAccessToken(deps, { token: accessToken })).rejects.toMatchObject({
        code: "auth.tokenExpired",
      });
    }
  });

  test("is accepted where the forger's changes are none: the checks below can fail", async () => {
    await expect(verifyAccessToken(deps, { token: await forge({}) })).resolves.toMatchObject({ userId: "7" });
  });

  test.each([
    ["another key id", { header: { kid: "unknown" } }],
    ["no key id", { header: { kid: undefined } }],
    ["another type", { header: { typ: "JWT" } }],
    ["no type", { header: { typ: undefined } }],
    ["another algorithm", { header: { alg: "HS512" } }],
    ["another issuer", { claims: { iss: "elsewhere" } }],
    ["another audience", { claims: { aud: "elsewhere" } }],
    ["no audience", { claims: { aud: undefined } }],
    ["no session", { claims: { sid: undefined } }],
    ["a session that is no id", { claims: { sid: "8 or 1=1" } }],
    ["no end", { claims: { exp: undefined } }],
    ["a start to come", { claims: { nbf: 9_999_999_999 } }],
    ["another secret", { secret: "x".repeat(40) }],
    ["an unknown critical header", { header: { crit: ["b64"], b64: false } }],
  ])("is refused with %s", async (_, changes) => {
    const token = await forge(changes).catch(() => "unsignable.by.jose");
    await expect(verifyAccessToken(deps, { token })).rejects.toMatchObject(isInvalid);
  });

  test("is refused unsigned, tampered with, or when it is anything else", async () => {
    const good = await forge({});
    const [header = "", payload = "", signature = ""] = good.split(".");
    const claims: unknown = JSON.parse(Buffer.from(payload, "base64url").toString());
    const richer = base64url.encode(JSON.stringify(Object.assign({}, claims, { sub: "1" })));
    const none = base64url.encode(JSON.stringify({ alg: "none", typ: "at+jwt", kid: keyIdOf(secret) }));
    const tokens = [
      new UnsecuredJWT({ sub: "7", sid: "8" }).setIssuer("pixora").setAudience("pixora-api").encode(),
      `${none}.${payload}.`,
      `${none}.${payload}.${signature}`,
      `${header}.${richer}.${signature}`,
      `${header}.${payload}.`,
      `${header}.${payload}.${signature.slice(1)}`,
      "12.0.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
      "",
      ".",
      "..",
      "a.b.c",
      "\u0000",
      `${header}.${"A".repeat(100_000)}.${signature}`,
    ];
    for (const token of tokens) await expect(verifyAccessToken(deps, { token })).rejects.toMatchObject(isInvalid);
  });

  test("is, byte for byte, what the first release signed", async () => {
    const secrets = ["first-secret-first-secret-first-secret-01", "former-secret-former-secret-former-s-01"];
    const config = { ...deps.config, JWT_SECRET: secrets, ACCESS_TOKEN_LIFE_SECONDS: 900 };
    const then = { config, clock: { now: () => new Date("2026-11-30T12:00:00Z") } };
    const { accessToken } = await signAccessToken(then, { userId: "42", sessionId: "43" });
    expect(accessToken.split(".")).toEqual([
      "eyJhbGciOiJIUzI1NiIsInR5cCI6ImF0K2p3dCIsImtpZCI6ImVtWXR0b25wdmp3QiJ9",
      "eyJzaWQiOiI0MyIsInN1YiI6IjQyIiwiaXNzIjoicGl4b3JhIiwiYXVkIjoicGl4b3JhLWFwaSIsImlhdCI6MTc5NjA0MDAwMCwiZXhwIjoxNzk2MDQwOTAwfQ",
      "Dp7y_9h12wznDoN5_vWvYGbR5ZGOW76nlxagPkwsBhw",
    ]);
  });

  test("of an earlier secret is accepted as long as the secret is listed", async () => {
    const { accessToken } = await signAccessToken(deps, { userId: "7", sessionId: "8" });
    const next = "another-secret-another-secret-another-01";
    const rotated = { ...deps, config: { ...deps.config, JWT_SECRET: [next, secret] } };
    await expect(verifyAccessToken(rotated, { token: accessToken })).resolves.toMatchObject({ userId: "7" });
    const fresh = await signAccessToken(rotated, { userId: "7", sessionId: "8" });
    await expect(verifyAccessToken(deps, { token: fresh.accessToken })).rejects.toMatchObject(isInvalid);
  });
});
