// A page with a stream in Chromium: the browser keeps it when the reader leaves, and brings it back as it was.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { chromium } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { WebSocketServer } from "ws";
import type { createPixora, Pixora } from "./client.ts";
import { chromiumPath, hasChromium } from "./testing/browser.ts";

declare global {
  var sdk: { createPixora: typeof createPixora };
  var pixora: Pixora;
}

let close: () => void;
let url: string;
let sockets = 0;

beforeAll(async () => {
  const entryPoints = [fileURLToPath(new URL("index.ts", import.meta.url))];
  const { outputFiles } = await build({ entryPoints, bundle: true, write: false, format: "iife", globalName: "sdk" });
  const server = createServer((request, reply) => {
    if (request.url === "/sdk.js") return reply.end(outputFiles[0]?.text);
    reply.setHeader("content-type", "text/html").end('<!doctype html><script src="/sdk.js"></script>');
  });
  // Every stream is open at once, and says nothing more.
  const streams = new WebSocketServer({ server });
  streams.on("connection", (socket) => {
    sockets += 1;
    socket.on("close", () => {
      sockets -= 1;
    });
    socket.on("message", (text) => {
      const { id, method } = JSON.parse(String(text));
      if (method === "subscription") socket.send(JSON.stringify({ id, result: { type: "started" } }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  close = () => {
    streams.close();
    server.closeAllConnections();
    server.close();
  };
});

afterAll(() => close());

test.skipIf(!hasChromium)(
  "a page with an open stream is kept when one leaves it, and its stream opens again",
  async () => {
    // Playwright switches that cache off.
    const browser = await chromium.launch({
      executablePath: chromiumPath,
      args: ["--no-sandbox", "--disable-gpu"],
      ignoreDefaultArgs: ["--disable-back-forward-cache"],
    });
    try {
      const page = await browser.newPage();
      await page.goto(`${url}/first`);
      const status = () => page.evaluate(() => globalThis.pixora?.connection.status);
      await page.evaluate(() => {
        globalThis.pixora = sdk.createPixora({ url: location.origin });
        globalThis.pixora.live.onPost.subscribe({ postId: "1" }, {});
      });
      await expect.poll(status).toBe("live");
      await page.goto(`${url}/second`);
      await expect.poll(() => sockets).toBe(0);
      await page.goBack({ waitUntil: "commit" });
      // Undefined where the page was loaded anew.
      await expect.poll(status).toBe("live");
      expect(sockets).toBe(1);
    } finally {
      await browser.close();
    }
  },
);
