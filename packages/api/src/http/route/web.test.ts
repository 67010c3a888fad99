// The web app as the server serves it, from a small one made here: the real one needs no build for these promises.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openTestServer, type TestServer } from "../../testing/index.ts";

let server: TestServer;
let dir: string;
const page = "<!doctype html><title>Pixora</title>";
const script = "export const app = 1;".repeat(100);

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "pixora-web-"));
  mkdirSync(join(dir, "assets"));
  writeFileSync(join(dir, "index.html"), page);
  writeFileSync(join(dir, "favicon.svg"), "<svg/>");
  writeFileSync(join(dir, "assets/app-1a2b.js"), script);
  writeFileSync(join(dir, "assets/app-1a2b.js.gz"), gzipSync(script));
  server = await openTestServer({ env: { WEB_DIR: dir } });
});
afterAll(async () => {
  await server?.close();
  rmSync(dir, { recursive: true, force: true });
});

const asBrowser = { accept: "text/html,application/xhtml+xml" };

test.each([
  "/",
  "/posts/1?from=mail",
  "/users/alice",
  "/verify-email?token=x",
  "/notifications",
  "/index.html",
  "/of/ours",
])("whoever opens %s gets the app's page, checked anew each time, under its own policy", async (path) => {
  const answer = await server.request({ path, headers: asBrowser });
  expect([answer.status, answer.text]).toEqual([200, page]);
  expect(answer.headers["content-type"]).toBe("text/html; charset=utf-8");
  expect(answer.headers["cache-control"]).toBe("no-cache");
  expect(answer.headers["content-security-policy"]).toContain(
    "script-src 'self'; style-src 'self'; img-src 'self' data:",
  );
  expect(answer.headers["content-security-policy"]).not.toContain("unsafe");
});

test.each(["/trpc/none.such", "/media/none", "/export/none", "/unsubscribe", "/healthz/none", "/openapi.json/none"])(
  "%s is no page, whoever asks",
  async (path) => {
    const answer = await server.request({ path, headers: asBrowser });
    expect(answer.status).toBe(404);
    expect(answer.headers["content-type"]).toContain("application/json");
  },
);

test("a missing script, a picture or a call by a program is not answered with a page", async () => {
  for (const path of ["/assets/gone-9z.js", "/none.png", "/posts/1"]) {
    expect((await server.request({ path, headers: { accept: "*/*" } })).status).toBe(404);
  }
  expect((await server.request({ path: "/assets/gone-9z.js", headers: asBrowser })).status).toBe(404);
  expect((await server.request({ method: "POST", path: "/posts/1", headers: asBrowser })).status).toBe(404);
  expect((await server.request({ path: "/assets/..%2findex.html", headers: asBrowser })).status).not.toBe(200);
});

test("a file with a hash in its name is kept for a year and comes packed to who takes that", async () => {
  const plain = await server.request({ path: "/assets/app-1a2b.js" });
  expect([plain.status, plain.text]).toEqual([200, script]);
  expect(plain.headers["cache-control"]).toBe("public, max-age=31536000, immutable");
  expect(plain.headers["content-type"]).toContain("javascript");
  const packed = await fetch(`${server.url}/assets/app-1a2b.js`, { headers: { "accept-encoding": "gzip" } });
  expect(packed.headers.get("content-encoding")).toBe("gzip");
  expect(packed.headers.get("vary")).toMatch(/accept-encoding/i);
  expect(await packed.text()).toBe(script);
});

test("files beside the page are checked anew each time", async () => {
  const icon = await server.request({ path: "/favicon.svg" });
  expect([icon.status, icon.text, icon.headers["cache-control"]]).toEqual([200, "<svg/>", "no-cache"]);
});

test("the API answers beside the app", async () => {
  expect((await server.request({ path: "/healthz", headers: asBrowser })).text).toBe('{"status":"ok"}');
  expect((await server.request({ path: "/openapi.json", headers: asBrowser })).status).toBe(200);
});

test("a folder without an app ends the start in words", async () => {
  const empty = mkdtempSync(join(tmpdir(), "pixora-no-web-"));
  await expect(openTestServer({ deps: server.deps, env: { WEB_DIR: empty } })).rejects.toThrow(
    "WEB_DIR has no index.html",
  );
  rmSync(empty, { recursive: true, force: true });
});

test("pictures of a bucket may be shown and sent", async () => {
  const bucket = { STORAGE_URL: "s3://pictures", STORAGE_ACCESS_KEY_ID: "a", STORAGE_SECRET_ACCESS_KEY: "b" };
  const other = await openTestServer({ env: { WEB_DIR: dir, STORAGE_ENDPOINT: "https://r2.example/x", ...bucket } });
  const { headers } = await other.request({ path: "/", headers: asBrowser });
  await other.close();
  expect(headers["content-security-policy"]).toMatch(/img-src [^;]* https:\/\/r2\.example[;]/);
  expect(headers["content-security-policy"]).toMatch(/connect-src [^;]* https:\/\/r2\.example;/);
});
