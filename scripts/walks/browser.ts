// A real browser for walks: Chromium of this machine, a person in each window, and what the windows complain of.
import { existsSync } from "node:fs";
import axeCore from "axe-core";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";

const places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const flags = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
];

/** Where Chromium is; null where it is not installed: walks with a browser are skipped then. */
export const chromiumPath: string | null = places.find((path) => existsSync(path)) ?? null;

export function launchBrowser(): Promise<Browser> {
  if (chromiumPath === null) throw new Error("no Chromium is installed");
  return chromium.launch({ executablePath: chromiumPath, args: flags });
}

/** One person's window. */
export interface BrowserWindow {
  page: Page;
  context: BrowserContext;
  /** What the console said, and what was thrown, since the window was opened or `forgive` was last called. */
  complaints: string[];
  /** Runs a step in which the browser itself writes failed requests to the console. */
  forgive<Result>(step: () => Promise<Result>): Promise<Result>;
}

interface WindowOptions {
  url: string;
  theme?: "light" | "dark";
  width?: number;
}

export async function openWindow(browser: Browser, options: WindowOptions): Promise<BrowserWindow> {
  const { url, theme = "light", width = 1_280 } = options;
  const context = await browser.newContext({
    baseURL: url,
    viewport: { width, height: 900 },
    colorScheme: theme,
    reducedMotion: "reduce",
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => complaints.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => complaints.push(`thrown: ${error.message}`));
  return {
    page,
    context,
    complaints,
    async forgive(step) {
      const before = complaints.length;
      try {
        return await step();
      } finally {
        // Failed requests alone: what the app itself says is kept.
        const said = complaints.splice(before);
        complaints.push(...said.filter((text) => !/Failed to load resource|WebSocket connection to/.test(text)));
      }
    },
  };
}

/** What axe finds wrong on the page as it is, and what does not fit the width of a phone, a line each. */
export async function findBarriers(page: Page): Promise<string[]> {
  // Past the page's own policy, as an extension of the browser would.
  await page.evaluate(`${axeCore.source}; 0`);
  const result = await page.evaluate(async () => {
    const { axe } = window as unknown as { axe: { run(options: object): Promise<Found> } };
    interface Violation {
      id: string;
      nodes: { html: string }[];
    }
    interface Found {
      violations: Violation[];
      passes: unknown[];
    }
    // All rules are tried; of what passes only one place each is described, which takes most of the time.
    const { violations, passes } = await axe.run({ resultTypes: ["violations"] });
    return { found: violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`), passed: passes.length };
  });
  if (result.passed === 0) throw new Error("axe has looked at nothing");
  return [...result.found, ...(await findTooWide(page))];
}

/** What reaches past the right edge of a phone and cannot be scrolled to. */
async function findTooWide(page: Page): Promise<string[]> {
  const size = page.viewportSize();
  await page.setViewportSize({ width: 390, height: 844 });
  const found = await page.evaluate(async () => {
    const nextFrame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    // What depends on the width, as a media query, is laid out with the frames after the page has heard of it.
    while (innerWidth !== 390) await nextFrame();
    await nextFrame();
    await nextFrame();
    const isCut = (element: Element) => getComputedStyle(element).overflowX !== "visible";
    function isKept(element: Element): boolean {
      for (let above = element.parentElement; above !== null && above !== document.body; above = above.parentElement) {
        if (isCut(above) && above.getBoundingClientRect().right <= innerWidth + 1) return true;
      }
      return false;
    }
    const wide = [...document.querySelectorAll("main *")].filter((element) => {
      const { right, width, height } = element.getBoundingClientRect();
      return right > innerWidth + 1 && width > 1 && height > 1 && !isKept(element);
    });
    return wide.slice(0, 3).map((element) => `too wide for a phone: ${element.outerHTML.slice(0, 120)}`);
  });
  if (size !== null) await page.setViewportSize(size);
  return found;
}

/** How the page came to be: what moved without being asked, and when its largest part stood. */
export function readVitals(page: Page): Promise<{ layoutShift: number; largestPaintMs: number }> {
  return page.evaluate(
    () =>
      new Promise<{ layoutShift: number; largestPaintMs: number }>((resolve) => {
        const vitals = { layoutShift: 0, largestPaintMs: 0 };
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries()) vitals.layoutShift += (entry as unknown as { value: number }).value;
        }).observe({ type: "layout-shift", buffered: true });
        new PerformanceObserver((list) => {
          vitals.largestPaintMs = list.getEntries().at(-1)?.startTime ?? 0;
        }).observe({ type: "largest-contentful-paint", buffered: true });
        // Buffered entries come in tasks of their own.
        setTimeout(() => resolve(vitals), 50);
      }),
  );
}
