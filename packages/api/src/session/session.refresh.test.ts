import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { signUp } from "../auth/auth.service.ts";
import { openTestDeps, type TestDeps } from "../testing/index.ts";
import { graceMs, issueTokens, refreshSession } from "./session.refresh.ts";
import { createSessionChecker, sessionLifeMs, signOut } from "./session.service.ts";
import { verifyAccessToken } from "./session.token.ts";

const device = { userAgent: "test", ip: "203.0.113.7" };
let nowMs = Date.now();
let deps: TestDeps;
beforeAll(async () => {
  deps = await openTestDeps({ clock: { now: () => new Date(nowMs) } });
});
afterAll(() => deps.close());

let serial = 0;
async function openSession() {
  serial += 1;
  const handle = `reader${serial}`;
  const { tokens } = await signUp(deps, {
    email: `${handle}@test.example`,
    handle,
    password: "correct horse battery",
    device,
  });
  if (tokens === null) throw new Error("signed up without a session");
  return { first: tokens.refreshToken, viewer: await verifyAccessToken(deps, { token: tokens.accessToken }) };
}

async function refresh(refreshToken: string): Promise<string> {
  return (await refreshSession(deps, { refreshToken })).tokens.refreshToken;
}

const isRevoked = { code: "auth.sessionRevoked" };

describe("refreshing", () => {
  test("gives another refresh token, and an access token of the same session", async () => {
    const { first, viewer } = await openSession();
    const { tokens } = await refreshSession(deps, { refreshToken: first });
    expect(tokens.refreshToken).not.toBe(first);
    const fresh = await verifyAccessToken(deps, { token: tokens.accessToken });
    expect(fresh).toMatchObject({ userId: viewer.userId, sessionId: viewer.sessionId });
  });

  test("works for a session whose id has 19 digits, as all have from 2031 on", async () => {
    const { first } = await openSession();
    const id = "1000000000000000001";
    await deps.db.prisma.session.update({ where: { id: BigInt(first.split(".")[0] ?? "") }, data: { id: BigInt(id) } });
    const row = await deps.db.prisma.session.findUniqueOrThrow({ where: { id: BigInt(id) }, omit: { salt: false } });
    const { refreshToken } = await issueTokens(deps, {
      ...row,
      id,
      userId: String(row.userId),
      salt: Buffer.from(row.salt),
    });
    expect(await refresh(refreshToken)).toMatch(/^1000000000000000001\.1\./);
  });

  test("twenty times at once with one token gives all the same successor, and nobody is signed out", async () => {
    const { first, viewer } = await openSession();
    const successors = await Promise.all(Array.from({ length: 20 }, () => refresh(first)));
    expect(new Set(successors).size).toBe(1);
    await expect(createSessionChecker(deps)(viewer)).resolves.toBeUndefined();
    await expect(refresh(successors[0] ?? "")).resolves.toBeDefined();
  });

  test("with the predecessor works within the grace and ends the session after it", async () => {
    const { first, viewer } = await openSession();
    const second = await refresh(first);
    nowMs += graceMs;
    expect(await refresh(first)).toBe(second);
    nowMs += 1;
    await expect(refresh(first)).rejects.toMatchObject(isRevoked);
    await expect(createSessionChecker(deps)(viewer)).rejects.toMatchObject(isRevoked);
    await expect(refresh(second)).rejects.toMatchObject(isRevoked);
  });

  test("with a token older than the predecessor ends the session, even within the grace", async () => {
    const { first, viewer } = await openSession();
    const second = await refresh(first);
    const third = await refresh(second);
    await expect(refresh(first)).rejects.toMatchObject(isRevoked);
    await expect(refresh(third)).rejects.toMatchObject(isRevoked);
    await expect(createSessionChecker(deps)(viewer)).rejects.toMatchObject(isRevoked);
  });

  test("with a forged token is refused and leaves the session alone", async () => {
    const { first } = await openSession();
    const [id, , mac] = first.split(".");
    const forged = [`${id}.1.${mac}`, `${id}.0.${"A".repeat(43)}`, `1.0.${mac}`, "", "x", "a.b.c", `${first}x`];
    for (const token of forged) {
      await expect(refresh(token)).rejects.toMatchObject({ code: "auth.tokenInvalid" });
    }
    await expect(refresh(first)).resolves.toBeDefined();
  });

  test("is over when the session has ended, or was not used for long", async () => {
    const ended = await openSession();
    await signOut(deps, { actorId: ended.viewer.userId, sessionId: ended.viewer.sessionId });
    await expect(refresh(ended.first)).rejects.toMatchObject(isRevoked);
    const unused = await openSession();
    nowMs += sessionLifeMs;
    await expect(refresh(unused.first)).rejects.toMatchObject({ code: "auth.tokenExpired" });
  });

  test("works across secrets: the token of an earlier one is exchanged under the present one", async () => {
    const { first } = await openSession();
    const secrets = ["another-secret-another-secret-another-01", ...deps.config.JWT_SECRET];
    const rotated = { ...deps, config: { ...deps.config, JWT_SECRET: secrets } };
    const { tokens } = await refreshSession(rotated, { refreshToken: first });
    await expect(refresh(tokens.refreshToken)).rejects.toMatchObject({ code: "auth.tokenInvalid" });
    await expect(refreshSession(rotated, { refreshToken: tokens.refreshToken })).resolves.toBeDefined();
  });
});
