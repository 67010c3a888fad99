// The configurations of docs/PROXIES.md, each run before a real server: calls, both kinds of stream, a large picture, the
// caller's address. Of nginx and HAProxy, those that are installed; the others are skipped, by name, and so is what is absent:
// `npm run test:proxies` installs and runs them all.
import { randomBytes } from "node:crypto";
import { type IncomingHttpHeaders, request } from "node:http";
import { createPixora, memorySession, type Pixora } from "@pixora/client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type App, type House, openHouse, pickPort } from "./house.ts";
import { findProxy, proxyKinds, type RunningProxy, startProxy } from "./proxies/proxies.ts";

const largeBytes = 10.5 * 1_024 * 1_024;
/** Longer than a proxy waits for an answer; only where somebody asked for it. */
const silenceMs = Number(process.env.PIXORA_PROXY_SILENCE_MS ?? 0);

/** Whatever is installed, and not only the two that most people use. */
const takesAll = process.env.PIXORA_PROXIES === "all";
const usual = ["nginx", "haproxy"];

let house: House;
beforeAll(async () => {
  house = await openHouse();
  await house.startWorker();
});
afterAll(() => house.close());

interface Ask {
  method?: string;
  headers?: Record<string, string>;
  body?: string;
  /** The address of this machine that the request comes from. */
  from?: string;
}

/** A plain request; answers the response's headers. */
function ask(url: string, { method = "GET", headers = {}, body = "", from }: Ask): Promise<IncomingHttpHeaders> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { method, headers, ...(from === undefined ? {} : { localAddress: from }) }, (answer) => {
      answer.resume();
      answer.once("end", () => resolve(answer.headers));
    });
    asked.once("error", reject);
    asked.end(body);
  });
}

/** Where the sessions of a person were opened from, as their list hints it. */
async function placesOf(pixora: Pixora): Promise<string[]> {
  const { items } = await pixora.auth.sessions.query();
  return items.map(({ ipHint }) => ipHint);
}

interface Listener {
  heard: string[];
  ready: Promise<void>;
}

function listen(pixora: Pixora): Listener {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const heard: string[] = [];
  pixora.live.onEvent.subscribe(
    {},
    {
      onData({ data }) {
        heard.push(data.type);
        if (data.type === "ready") resolve();
      },
      onError: reject,
    },
  );
  return { heard, ready: promise };
}

describe.each(Object.keys(proxyKinds))("%s", (name) => {
  const isRun = (takesAll || usual.includes(name)) && findProxy(name) !== null;
  let server: App;
  let proxy: RunningProxy;
  let annaId: string;

  beforeAll(async () => {
    if (!isRun) return;
    const [port, serverPort] = [await pickPort(), await pickPort()];
    const env = { PUBLIC_URL: `http://127.0.0.1:${port}`, TRUSTED_PROXIES: "127.0.0.1" };
    server = await house.startServer({ port: serverPort, env });
    proxy = await startProxy(name, { port, serverPort });
  });
  afterAll(async () => {
    await proxy?.stop();
    await server?.end("SIGTERM");
  });

  test.skipIf(!isRun)(
    `${name} passes calls, sockets, event streams and large pictures, and tells who calls`,
    async () => {
      const anna = await house.signUp(proxy, `anna_${name}`);
      const ben = await house.signUp(proxy, `ben_${name}`);
      annaId = anna.id;
      await ask(`${proxy.url}/trpc/auth.signIn`, {
        method: "POST",
        headers: { "content-type": "application/json", "x-forwarded-for": "203.0.113.7" },
        body: JSON.stringify({ login: `anna_${name}`, password: `anna_${name}-long-password` }),
        from: "127.9.8.7",
      });
      // The caller's own address, whatever the caller says of it.
      const places = await placesOf(anna.pixora);
      expect(places.some((place) => place.startsWith("127.9."))).toBe(true);
      expect(places.filter((place) => place.startsWith("203."))).toEqual([]);

      const session = memorySession(await anna.pixora.session.tokens());
      const overSse = createPixora({ url: proxy.url, session, transport: "sse" });
      const overSocket = createPixora({ url: proxy.url, session, transport: "websocket" });
      const listeners = [listen(overSse), listen(overSocket)];
      await Promise.all(listeners.map(({ ready }) => ready));
      if (silenceMs > 0) await new Promise((resolve) => setTimeout(resolve, silenceMs));

      const post = await anna.pixora.post.create.mutate({ caption: "seen through a proxy ".repeat(40) });
      await ben.pixora.like.create.mutate({ postId: post.id });
      const told = ["ready", "notification.created"];
      await expect.poll(() => listeners.map(({ heard }) => heard), { timeout: 5_000 }).toEqual([told, told]);

      const { upload } = await anna.pixora.media.create.mutate({
        purpose: "post",
        contentType: "image/jpeg",
        byteSize: largeBytes,
      });
      expect(new URL(upload.url).origin).toBe(proxy.url);
      const body = new Uint8Array(randomBytes(largeBytes));
      const sent = await fetch(upload.url, { method: upload.method, headers: upload.headers, body });
      expect(sent.status).toBeLessThan(300);
      await Promise.all([overSse.close(), overSocket.close()]);
    },
    60_000 + silenceMs,
  );

  test.skipIf(!isRun || name === "varnish" || name === "squid" || name === "lighttpd")(
    `${name} compresses answers of JSON`,
    async () => {
      // Of procedures the server packs nothing.
      const input = encodeURIComponent(JSON.stringify({ userId: annaId }));
      const url = `${proxy.url}/trpc/post.byUser?input=${input}`;
      const headers = await ask(url, { headers: { "accept-encoding": "gzip" } });
      expect(headers["content-encoding"]).toBe("gzip");
    },
  );
});
