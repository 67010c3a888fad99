// `npm run screens`: pictures of the app for the docs, from the demo data of a running `npm start` (PIXORA_URL, default
// http://127.0.0.1:4000). Promises: each is small enough to be kept in the repository; a message in the console ends it.
import { mkdir, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { launchBrowser, openWindow } from "./walks/browser.ts";

interface Screen {
  name: string;
  path: string;
  theme: "light" | "dark";
  width: number;
  /** What is done before the picture is taken. */
  act?: (page: Page) => Promise<void>;
}

const maxBytes = 150_000;
const url = process.env.PIXORA_URL ?? "http://127.0.0.1:4000";
const folder = join(import.meta.dirname, "..", "docs", "screens");
const sharp = createRequire(join(import.meta.dirname, "../packages/api/package.json"))("sharp");

async function openFirstPost(page: Page): Promise<void> {
  await page
    .getByRole("button", { name: /^Comment, [1-9]/ })
    .first()
    .click();
  await page.getByRole("dialog").waitFor();
}

const screens: readonly Screen[] = [
  { name: "home", path: "/", theme: "light", width: 1_440 },
  { name: "post", path: "/", theme: "dark", width: 1_440, act: openFirstPost },
  { name: "profile", path: "/users/alice", theme: "light", width: 820 },
  { name: "home-phone", path: "/", theme: "dark", width: 390 },
  { name: "notifications-phone", path: "/notifications", theme: "light", width: 390 },
  { name: "compose", path: "/?compose=post", theme: "light", width: 820 },
];

async function shoot(screen: Screen): Promise<Buffer> {
  const { page, context, complaints } = await openWindow(browser, { url, ...screen });
  await page.goto("/");
  const form = page.getByRole("form", { name: "Sign in" });
  await form.getByLabel("E-mail or handle").fill("alice");
  await form.getByLabel("Password", { exact: true }).fill("pixora-demo");
  await form.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("navigation", { name: "Main" }).waitFor();
  await page.goto(screen.path, { waitUntil: "networkidle" });
  await screen.act?.(page);
  await page.waitForLoadState("networkidle");
  // The fading in of pictures.
  await page.waitForFunction(() => document.getAnimations().every(({ playState }) => playState !== "running"));
  const taken = await page.screenshot();
  if (complaints.length > 0) throw new Error(`${screen.name}: ${complaints.join("\n")}`);
  await context.close();
  return taken;
}

const browser = await launchBrowser();
await mkdir(folder, { recursive: true });
for (const screen of screens) {
  const picture: Buffer = await sharp(await shoot(screen))
    .webp({ quality: 82 })
    .toBuffer();
  if (picture.length > maxBytes) throw new Error(`${screen.name} has ${picture.length} bytes`);
  await writeFile(join(folder, `${screen.name}.webp`), picture);
  console.log(`docs/screens/${screen.name}.webp  ${picture.length} bytes`);
}
await browser.close();
