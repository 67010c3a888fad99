// Debian's Chromium on pages that this process serves, with a proxy to the server under test that loses answers and
// counts sockets. Nothing is downloaded: where there is no Chromium, the tests that need one are skipped.
import { existsSync } from "node:fs";
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { type Browser, chromium } from "playwright-core";

export const chromiumPath = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";

export const hasChromium = existsSync(chromiumPath);

export function openChromium(): Promise<Browser> {
  const quiet = ["--disable-gpu", "--disable-background-networking", "--disable-component-update"];
  const args = ["--no-sandbox", ...quiet, "--disable-sync", "--no-first-run"];
  return chromium.launch({ executablePath: chromiumPath, headless: true, args });
}

export interface TestProxy {
  url: string;
  /** Of the changes that the server has taken, the answer of every so manieth does not arrive; 0: all arrive. */
  losesEvery: number;
  /** How long a change is held up on its way. */
  delayMs: number;
  /** How many WebSockets are open. */
  sockets(): number;
  /** How many requests of this procedure have been passed on. */
  count(path: string): number;
  close(): Promise<void>;
}

/** Serves the page at `/` and passes everything below `/trpc` on to the server. */
export async function openProxy(port: number): Promise<TestProxy> {
  const script = await bundlePage();
  const sockets = new Set<Duplex>();
  const paths: string[] = [];
  let changes = 0;
  const server = createServer((asked, answer) => {
    const path = new URL(asked.url ?? "/", "http://page").pathname;
    if (path.startsWith("/trpc")) {
      paths.push(...path.replace("/trpc/", "").split(","));
      const delayMs = asked.method === "POST" ? proxy.delayMs : 0;
      setTimeout(() => passOn(port, { asked, answer, isLost }), delayMs);
    } else if (path === "/page.js") answer.setHeader("content-type", "text/javascript").end(script);
    else answer.setHeader("content-type", "text/html").end(`<!doctype html><script src="/page.js"></script>`);
  });
  function isLost(): boolean {
    changes += 1;
    return proxy.losesEvery > 0 && changes % proxy.losesEvery === 0;
  }
  server.on("upgrade", (asked, socket, head) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    tunnel(port, { asked, socket, head });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const proxy: TestProxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    losesEvery: 0,
    delayMs: 0,
    sockets: () => sockets.size,
    count: (path) => paths.filter((one) => one === path).length,
    close: () => closeServer(server, sockets),
  };
  return proxy;
}

async function bundlePage(): Promise<string> {
  const entry = fileURLToPath(new URL("page.ts", import.meta.url));
  const options = { bundle: true, write: false, format: "iife", platform: "browser", target: "es2022" } as const;
  const define = { "process.env.NODE_ENV": '"production"' };
  const { outputFiles } = await build({ entryPoints: [entry], define, ...options });
  return outputFiles[0]?.text ?? "";
}

interface Passing {
  asked: IncomingMessage;
  answer: ServerResponse;
  isLost(): boolean;
}

function passOn(port: number, { asked, answer, isLost }: Passing): void {
  const { method, headers, url: path } = asked;
  const upstream = request({ host: "127.0.0.1", port, method, headers, path }, (reply) => {
    if (method === "POST" && isLost()) {
      // The server has done it; the page never hears of it.
      reply.resume().on("end", () => asked.socket.destroy());
      return;
    }
    answer.writeHead(reply.statusCode ?? 502, reply.headers);
    reply.pipe(answer);
  });
  upstream.on("error", () => asked.socket.destroy());
  asked.pipe(upstream);
}

function tunnel(port: number, { asked, socket, head }: { asked: IncomingMessage; socket: Duplex; head: Buffer }): void {
  const upstream: Socket = connect(port, "127.0.0.1", () => {
    const headers = Object.entries(asked.headers).map(([name, value]) => `${name}: ${value}\r\n`);
    upstream.write(`GET ${asked.url} HTTP/1.1\r\n${headers.join("")}\r\n`);
    upstream.write(head);
    upstream.pipe(socket);
    socket.pipe(upstream);
  });
  for (const [one, other] of [[upstream, socket] as const, [socket, upstream] as const]) {
    one.on("error", () => other.destroy());
    one.on("close", () => other.destroy());
  }
}

async function closeServer(server: Server, sockets: Iterable<Duplex>): Promise<void> {
  for (const socket of sockets) socket.destroy();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
