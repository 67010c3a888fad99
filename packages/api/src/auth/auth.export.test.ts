// Who may ask for an archive: whoever knows the password, or has just signed in.
import { afterAll, beforeAll, expect, test } from "vitest";
import { openTestServer, type TestServer } from "../testing/index.ts";
import { freshSignInMs } from "./auth.export.ts";

let nowMs = Date.now();
let server: TestServer;
beforeAll(async () => {
  const env = { ACCESS_TOKEN_LIFE_SECONDS: "3600" };
  server = await openTestServer({ env, clock: { now: () => new Date(nowMs) } });
});
afterAll(() => server.close());

test("an archive is asked for without a password right after signing in, and with it later", async () => {
  const { client, password } = await server.signUp();
  nowMs += freshSignInMs - 1;
  expect(await client.auth.requestExport()).toMatchObject({ state: "running" });
  nowMs += 1;
  await expect(client.auth.requestExport()).rejects.toMatchObject({
    appCode: "auth.passwordRequired",
    httpStatus: 403,
  });
  const wrong = client.auth.requestExport({ password: "not the password" });
  await expect(wrong).rejects.toMatchObject({ appCode: "auth.wrongCredentials" });
  expect(await client.auth.requestExport({ password })).toMatchObject({ state: "running" });
});

test("refreshing a session does not make it young again", async () => {
  const { tokens } = await server.signUp();
  nowMs += freshSignInMs;
  const renewed = await server.client().auth.refresh({ refreshToken: tokens.refreshToken });
  const client = server.client({ token: renewed.tokens.accessToken });
  await expect(client.auth.requestExport()).rejects.toMatchObject({ appCode: "auth.passwordRequired" });
});
