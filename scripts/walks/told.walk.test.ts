// What an app is told when a proxy misbehaves, and after how long: the table of docs/PROXIES.md is what this test saw.
// `WRITE_DOCS=1 npx vitest run scripts/walks/told.walk.test.ts` writes it.
import { readFileSync, writeFileSync } from "node:fs";
import { openTestServer, type TestServer } from "@pixora/api/testing";
import { createPixora, isAnswerError, isConnectionError, type Pixora, type Tokens } from "@pixora/client";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { type Misbehaviour, startToldProxy, type ToldProxy } from "./told.proxy.ts";

const page = new URL("../../docs/PROXIES.md", import.meta.url);
const [begin, end] = ["<!-- told: written by scripts/walks/told.walk.test.ts -->", "<!-- /told -->"];
const uploadBytes = 2_000_000;

let proxy: ToldProxy;
let server: TestServer;
let tokens: Tokens;
const clients: Pixora[] = [];

beforeAll(async () => {
  proxy = await startToldProxy();
  server = await openTestServer({ env: { PUBLIC_URL: proxy.url } });
  proxy.target = server.port;
  tokens = (await server.signUp()).tokens as Tokens;
});

afterEach(async () => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  for (const pixora of clients.splice(0)) await pixora.close();
});

afterAll(async () => {
  proxy.close();
  await server.close();
});

/** Requests and sockets that the proxy has not answered. */
let waiting = 0;
let sockets = 0;

function waitFor<T>(answer: Promise<T>): Promise<T> {
  waiting += 1;
  return answer.finally(() => {
    waiting -= 1;
  });
}

const countedFetch: typeof fetch = (url, init) => waitFor(fetch(url, init));

class CountedSocket extends WebSocket {
  constructor(url: string | URL) {
    super(url);
    sockets += 1;
    void waitFor(new Promise((resolve) => ["open", "close"].map((type) => this.addEventListener(type, resolve))));
  }
}

async function openClient(): Promise<Pixora> {
  const pixora = createPixora({ url: proxy.url, fetch: countedFetch, WebSocket: CountedSocket });
  clients.push(pixora);
  await pixora.session.set(tokens);
  return pixora;
}

const sleep = globalThis.setTimeout;

/**
 * Lets the client's time pass at once wherever it waits for nobody, or for a proxy that stays silent. Answers what came, and
 * after how much of that time.
 */
async function inClientTime<T>(start: () => Promise<T>): Promise<{ came: T; afterMs: number }> {
  const isQuick = proxy.does?.kind === "noUpgrade" || proxy.does?.kind === "maxBody";
  if (!isQuick) vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
  const startMs = Date.now();
  let ended: { came: T; afterMs: number } | null = null;
  void start().then((came) => {
    ended = { came, afterMs: Date.now() - startMs };
  });
  const [silent, giveUpMs] = [proxy.does?.kind === "silent", 120_000];
  while (ended === null && Date.now() - startMs < giveUpMs) {
    await new Promise((resolve) => sleep(resolve, 4));
    if (!isQuick && (silent || waiting === 0)) await vi.advanceTimersByTimeAsync(100);
  }
  vi.useRealTimers();
  return ended ?? expect.unreachable("nothing came within two minutes");
}

/** What works takes as long as the machine does. */
const working = ["is answered", "arrives", "is live"];

function timeOf(came: string, afterMs: number): string {
  if (working.some((start) => came.startsWith(start))) return came;
  return afterMs < 2_500 ? `${came} at once` : `${came} after ${Math.round(afterMs / 5_000) * 5} s`;
}

function nameOf(error: unknown): string {
  if (isAnswerError(error)) return `\`isAnswerError\`, status ${error.cause.status}`;
  if (isConnectionError(error)) return "`isConnectionError`";
  return String(error);
}

async function tellOfCall(): Promise<string> {
  const pixora = await openClient();
  const { came, afterMs } = await inClientTime(() =>
    pixora.user.me.query().then(
      () => "is answered",
      (error: unknown) => nameOf(error),
    ),
  );
  return timeOf(came, afterMs);
}

/** A stream that ends, or changes its transport, is "offline" on its way there: only one that stays so is told as such. */
const staysMs = 60_000;

async function tellOfStream(): Promise<string> {
  const pixora = await openClient();
  let offlineAtMs = 0;
  sockets = 0;
  const { came, afterMs } = await inClientTime(() => {
    const startMs = Date.now();
    return new Promise<string>((resolve) => {
      setTimeout(() => resolve("offline"), staysMs);
      pixora.connection.subscribe(({ status, transport }) => {
        if (status === "offline" && offlineAtMs === 0) offlineAtMs = Date.now() - startMs;
        if (status === "live") resolve(transport === "sse" ? `is live over SSE after ${sockets} sockets` : "is live");
      });
      pixora.live.onEvent.subscribe(undefined, { onError: (error) => resolve(nameOf(error)) });
    });
  });
  if (came !== "offline") return timeOf(came, afterMs);
  return `${timeOf('`connection.status` is "offline"', offlineAtMs)}, attempts go on`;
}

async function tellOfUpload(): Promise<string> {
  const pixora = await openClient();
  const file = new Blob([new Uint8Array(uploadBytes)], { type: "image/png" });
  const { came, afterMs } = await inClientTime(
    () =>
      new Promise<string>((resolve) => {
        const onProgress = (part: number) => part === 1 && resolve("arrives");
        pixora.media.upload(file, { purpose: "post", onProgress }).catch((error) => resolve(nameOf(error)));
      }),
  );
  return timeOf(came, afterMs);
}

const rows: [what: string, does: Misbehaviour][] = [
  ["answers 502 in HTML", { kind: "html", status: 502 }],
  ["answers 413 in HTML", { kind: "html", status: 413 }],
  ["answers 401 in HTML", { kind: "html", status: 401 }],
  ["drops `Upgrade`", { kind: "noUpgrade" }],
  ["is silent", { kind: "silent" }],
  ["takes bodies up to 1 MB", { kind: "maxBody", bytes: 1_000_000 }],
];

/** As the formatter wants it: all cells of a column are as wide as its widest. */
function tableOf([head = [], ...others]: string[][]): string {
  const widths = head.map((_, column) => Math.max(...[head, ...others].map((line) => line[column]?.length ?? 0)));
  const dashes = widths.map((width) => "-".repeat(width));
  const lines = [head, dashes, ...others].map((line) => line.map((cell, at) => cell.padEnd(widths[at] ?? 0)));
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

test("the page on proxies says what an app is told of each misbehaviour, and after how long", async () => {
  const lines = [["the proxy", "a call", "`live.onEvent`", "an upload of 2 MB"]];
  for (const [what, does] of rows) {
    proxy.does = does;
    vi.spyOn(Math, "random").mockReturnValue(0.5);
    lines.push([what, await tellOfCall(), await tellOfStream(), await tellOfUpload()]);
    vi.restoreAllMocks();
  }
  const seen = `${begin}\n\n${tableOf(lines)}\n\n${end}`;
  const text = readFileSync(page, "utf8");
  const [before = "", rest = ""] = text.split(begin);
  const written = `${before}${seen}${rest.split(end)[1] ?? "\n"}`;
  if (process.env.WRITE_DOCS === "1") writeFileSync(page, written);
  expect(readFileSync(page, "utf8")).toBe(written);
}, 120_000);
