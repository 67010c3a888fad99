// What may be kept by caches on the way, and by whom: calls by nobody, and answers to one origin by nobody else.
import { afterAll, beforeAll, expect, test } from "vitest";
import { openTestServer, type TestServer } from "../testing/index.ts";

const origin = "https://app.example";

let server: TestServer;
beforeAll(async () => {
  server = await openTestServer({ env: { ALLOWED_ORIGINS: origin } });
});
afterAll(() => server?.close());

const batch = `/trpc/user.isHandleFree,user.isHandleFree?batch=1&input=${encodeURIComponent('{"0":{"handle":"a_b"},"1":{"handle":"c_d"}}')}`;
const single = `/trpc/user.isHandleFree?input=${encodeURIComponent('{"handle":"a_b"}')}`;

test.each([
  ["a call", single, {}],
  ["a batch", batch, {}],
  ["a call that goes through the adapter", single, { "trpc-accept": "application/jsonl" }],
  ["health", "/healthz", {}],
  ["readiness", "/readyz", {}],
  ["a picture that is not there", "/media/picture/1/320.webp", {}],
  ["no route", "/nowhere", {}],
])("%s is kept by no cache, and is for its origin", async (_name, path, headers) => {
  const answer = await fetch(server.url + path, { headers: { origin, ...headers } });
  await answer.arrayBuffer();
  expect(answer.headers.get("cache-control")).toContain("no-store");
  expect(answer.headers.get("access-control-allow-origin")).toBe(origin);
  expect(
    answer.headers
      .get("vary")
      ?.toLowerCase()
      .split(/\s*,\s*/),
  ).toContain("origin");
});
