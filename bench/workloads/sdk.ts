// sdk: what the SDK's store costs a page, beside TanStack Query by its recipe for optimistic updates and TanStack DB, on the
// same fake server in Chromium: bytes, milliseconds and renders a like in two lists of 200 cards, memory of 2,000 posts.
import { existsSync } from "node:fs";
import { type Browser, chromium, type Page } from "playwright-core";
import type { Bench } from "../harness/bench.ts";
import type { Report } from "../harness/report.ts";
import { interleave, medianOf, ratioOf } from "../harness/rounds.ts";
import { median } from "../harness/stats.ts";
import { bundlePage, type SideName, sideNames, sizeOf } from "../sdk/bundle.ts";
import { postCount } from "../sdk/fake.ts";
import type {} from "../sdk/page.ts";

export const data = "demo";

const chromiumPath = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";
const cards = 200;
const manyCards = 500;
/** Of them the first few warm the page up. */
const likes = 24;
const warmLikes = 8;

interface SdkSample {
  ms: number;
  cardRenders: number;
  listRenders: number;
  manyMs: number;
  megabytes: number;
}

export async function run(bench: Bench): Promise<Report> {
  if (!existsSync(chromiumPath)) throw new Error(`there is no ${chromiumPath}: install Chromium or set CHROMIUM_PATH`);
  const sides = await Promise.all(
    sideNames.map(async (name) => ({ name, script: await bundlePage(name), bytes: await sizeOf(name) })),
  );
  const browser = await chromium.launch({
    executablePath: chromiumPath,
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
  try {
    const samples = await interleave(bench, sides, (side) => measure(browser, side.script));
    const bytesOf = (name: SideName) => sides.find((side) => side.name === name)?.bytes ?? 0;
    return {
      rows: sides.map(({ name, bytes }) => ({
        side: name,
        "gzip KB": bytes / 1_000,
        "ms a like": medianOf(samples, name, (sample) => sample.ms),
        "cards drawn a like": medianOf(samples, name, (sample) => sample.cardRenders),
        "lists drawn a like": medianOf(samples, name, (sample) => sample.listRenders),
        "ms a like, 1,000 cards": medianOf(samples, name, (sample) => sample.manyMs),
        "MB of 2,000 posts": medianOf(samples, name, (sample) => sample.megabytes),
      })),
      claims: [
        { what: "bytes, of TanStack DB's", value: bytesOf("pixora") / bytesOf("db"), atMost: 0.2 },
        {
          what: "cards drawn a like, a list",
          value: medianOf(samples, "pixora", (sample) => sample.cardRenders) / 2,
          atMost: 1,
        },
        { what: "ms a like in 1,000 cards", value: medianOf(samples, "pixora", (sample) => sample.manyMs), atMost: 16 },
        {
          what: "ms a like, of TanStack DB's",
          value: ratioOf(samples, ["pixora", "db"], (sample) => sample.ms),
          atMost: 1,
        },
      ],
      figures: { "posts in memory": postCount, "likes a sample": likes },
    };
  } finally {
    await browser.close();
  }
}

async function measure(browser: Browser, script: string): Promise<SdkSample> {
  const few = await measureLikes(browser, script, cards);
  const many = await measureLikes(browser, script, manyCards);
  return { ...few, manyMs: many.ms, megabytes: await measureMemory(browser, script) };
}

async function measureLikes(browser: Browser, script: string, mounted: number) {
  return onPage(browser, script, async (page) => {
    await page.evaluate((count) => window.bench.mount(count), mounted);
    const samples = [];
    for (let index = 0; index < likes; index += 1) {
      samples.push(await page.evaluate((at) => window.bench.like(at), index));
    }
    const kept = samples.slice(warmLikes);
    return {
      ms: median(kept.map((sample) => sample.ms)),
      cardRenders: median(kept.map((sample) => sample.cardRenders)),
      listRenders: median(kept.map((sample) => sample.listRenders)),
    };
  });
}

function measureMemory(browser: Browser, script: string): Promise<number> {
  return onPage(browser, script, async (page) => {
    const session = await page.context().newCDPSession(page);
    async function usedBytes(): Promise<number> {
      await session.send("HeapProfiler.collectGarbage");
      return (await session.send("Runtime.getHeapUsage")).usedSize;
    }
    const before = await usedBytes();
    await page.evaluate((count) => window.bench.load(count), postCount);
    return ((await usedBytes()) - before) / 1e6;
  });
}

async function onPage<Result>(
  browser: Browser,
  script: string,
  work: (page: Page) => Promise<Result>,
): Promise<Result> {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    await page.route("**/*", (route) =>
      route.fulfill({
        contentType: "text/html; charset=utf-8",
        body: "<!doctype html><title>sdk</title><body></body>",
      }),
    );
    await page.goto("http://sdk.test/");
    await page.addScriptTag({ content: script, type: "module" });
    await page.waitForFunction(() => window.bench !== undefined);
    return await work(page);
  } finally {
    await context.close();
  }
}
