// What the wire says of `auth`: field errors, what answers hold and what they do not, who must be signed in.
import { TRPCError } from "@trpc/server";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { RequestContext } from "../platform/call/context.ts";
import { createCallerFactory } from "../platform/call/trpc.ts";
import { failureOf } from "../platform/call/wire-error.ts";
import { createSessionChecker } from "../session/session.service.ts";
import { verifyAccessToken } from "../session/session.token.ts";
import { openTestDeps, type TestDeps, testContext } from "../testing/index.ts";
import { authRouter } from "./auth.router.ts";

const password = "correct horse battery";
const account = { email: "ann@test.example", handle: "ann", password };

let deps: TestDeps;
beforeAll(async () => {
  deps = await openTestDeps();
});
afterAll(() => deps?.close());

/** A call with an access token, checked as the server checks it; null: without one. */
function callWith(accessToken: string | null, changes: Partial<RequestContext> = {}) {
  return createCallerFactory(authRouter)({
    ...testContext(deps, { viewerId: null }),
    readViewer: async () => (accessToken === null ? null : verifyAccessToken(deps, { token: accessToken })),
    checkSession: createSessionChecker(deps),
    ...changes,
  });
}

async function failureOfCall(call: Promise<unknown>) {
  const error = await call.then(() => null).catch((thrown: unknown) => thrown);
  if (!(error instanceof TRPCError)) throw new Error("the call was not refused");
  return { ...failureOf(error), status: error.code };
}

test("a person signs up, is listed with a device, refreshes and signs out", async () => {
  const userAgent = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605 Version/19.0 Safari/604.1";
  const { user, tokens } = await callWith(null, { userAgent, ip: "2001:db8:7:9::1" }).signUp(account);
  expect(user).toMatchObject({
    handle: "ann",
    email: "ann@test.example",
    notificationCounts: { unread: 0, unseen: 0, conversations: 0, requests: 0 },
  });
  expect(Object.keys(tokens ?? {}).sort()).toEqual([
    "accessToken",
    "accessTokenExpiresAt",
    "refreshToken",
    "refreshTokenExpiresAt",
  ]);
  const refreshed = await callWith(null).refresh({ refreshToken: tokens?.refreshToken ?? "" });
  const signedIn = callWith(refreshed.tokens.accessToken);
  const { items, nextCursor } = await signedIn.sessions();
  expect(nextCursor).toBeNull();
  expect(items).toMatchObject([{ deviceName: "Safari on iPhone", ipHint: "2001:db8:7::/48", isCurrent: true }]);
  expect(await signedIn.signOut()).toEqual({ ok: true });
  expect(await failureOfCall(signedIn.sessions())).toMatchObject({
    code: "auth.sessionRevoked",
    status: "UNAUTHORIZED",
  });
});

test("bad input names its fields", async () => {
  const bad = { email: "no address", handle: "a b", password: "password1", displayName: "" };
  const failure = await failureOfCall(callWith(null).signUp(bad));
  expect(Object.keys(failure.fieldErrors ?? {}).sort()).toEqual(["displayName", "email", "handle", "password"]);
  expect(await failureOfCall(callWith(null).signUp({ ...account, handle: "admin" }))).toMatchObject({
    code: "input.invalid",
    fieldErrors: { handle: ["This handle is reserved"] },
  });
});

test("a bad header keeps nobody from signing in, and lets nobody do what needs a session", async () => {
  const call = callWith("not.a.token");
  await expect(call.signIn({ login: "ann", password })).resolves.toMatchObject({ user: { handle: "ann" } });
  expect(await failureOfCall(call.sessions())).toMatchObject({ code: "auth.tokenInvalid", status: "UNAUTHORIZED" });
  expect(await failureOfCall(callWith(null).sessions())).toMatchObject({ code: "auth.required" });
  for (const attempt of [
    callWith(null).changePassword({ currentPassword: password, newPassword: "another good one" }),
    callWith(null).deleteAccount({ password }),
    callWith(null).changeEmail({ newEmail: "x@test.example", password }),
    callWith(null).requestExport(),
    callWith(null).revokeSession({ sessionId: "1" }),
  ]) {
    expect(await failureOfCall(attempt)).toMatchObject({ code: "auth.required", status: "UNAUTHORIZED" });
  }
});

test("a refresh token opens nothing as an access token, nor the other way round", async () => {
  const { tokens } = await callWith(null).signIn({ login: "ann", password });
  expect(await failureOfCall(callWith(tokens.refreshToken).sessions())).toMatchObject({ code: "auth.tokenInvalid" });
  const refresh = callWith(null).refresh({ refreshToken: tokens.accessToken });
  expect(await failureOfCall(refresh)).toMatchObject({ code: "auth.tokenInvalid", status: "UNAUTHORIZED" });
});

test("the token of a deleted person is refused like that of an ended session", async () => {
  const leaver = { ...account, email: "leaver@test.example", handle: "leaver" };
  const { tokens } = await callWith(null).signUp(leaver);
  const call = callWith(tokens?.accessToken ?? "");
  expect(await call.export()).toEqual({ state: "none", url: null, expiresAt: null });
  expect(await call.deleteAccount({ password })).toEqual({ ok: true });
  expect(await failureOfCall(call.sessions())).toMatchObject({ code: "auth.sessionRevoked", status: "UNAUTHORIZED" });
  const refresh = callWith(null).refresh({ refreshToken: tokens?.refreshToken ?? "" });
  expect(await failureOfCall(refresh)).toMatchObject({ code: "auth.sessionRevoked" });
});
