// Tabs of one person in real Chromium: one socket for all, leaders that are closed and frozen, and what waits offline.
import { createPost, workOff } from "@pixora/api/testing";
import type { BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { hasChromium, openChromium, openProxy, type TestProxy } from "../testing/browser.ts";
import type {} from "../testing/page.ts";
import { type Actor, openStage, type Stage } from "../testing/stage.ts";

const timing = { beatMs: 200, silentMs: 1_500 };
const patience = { timeout: 15_000 };

describe.skipIf(!hasChromium)("tabs in Chromium", () => {
  let stage: Stage;
  let browser: Awaited<ReturnType<typeof openChromium>>;
  let proxy: TestProxy;
  let context: BrowserContext;
  let me: Actor;
  let postId: string;
  beforeAll(async () => {
    [stage, browser] = await Promise.all([openStage(), openChromium()]);
    proxy = await openProxy(stage.server.port);
  });
  afterAll(async () => {
    await browser.close();
    await proxy.close();
    await stage.close();
  });
  beforeEach(async () => {
    context = await browser.newContext();
    me = await stage.person();
    postId = (await createPost(stage.server.deps, { authorId: me.id })).id;
  });
  afterEach(() => context.close());

  async function openTab(): Promise<Page> {
    const page = await context.newPage();
    await page.goto(proxy.url);
    await page.evaluate(([tokens, time]) => window.openStage(tokens, time), [me.tokens, timing] as const);
    return page;
  }

  /** Somebody likes the post: one notification more. */
  async function notify(): Promise<void> {
    const { deps } = stage.server;
    const somebody = await stage.person();
    const post = await createPost(deps, { authorId: me.id });
    await somebody.pixora.like.create.mutate({ postId: post.id });
    await workOff(deps);
  }

  function sees(page: Page, unread: number): Promise<void> {
    return expect.poll(() => page.evaluate(() => window.stage.unread()), patience).toBe(unread);
  }

  function hears(page: Page): Promise<void> {
    return expect.poll(() => page.evaluate(() => window.stage.status()), patience).toBe("live");
  }

  test("three tabs hear everything over one socket, also when the one that holds it is closed", async () => {
    const [first, second, third] = [await openTab(), await openTab(), await openTab()];
    await hears(third);
    expect(proxy.sockets()).toBe(1);
    await notify();
    for (const page of [first, second, third]) await sees(page, 1);
    await first.close();
    await notify();
    for (const page of [second, third]) await sees(page, 2);
    expect(proxy.sockets()).toBe(1);
  });

  test("a frozen leader loses its place, and its socket when it wakes", async () => {
    const [leader, other] = [await openTab(), await openTab()];
    await hears(other);
    const devtools = await context.newCDPSession(leader);
    // What a page that is never hidden can be made to do: nothing runs in it any more, and it holds what it has.
    await devtools.send("Debugger.enable");
    await devtools.send("Debugger.pause");
    // Its own stays open for as long as it cannot let go.
    await expect.poll(() => proxy.sockets(), patience).toBe(2);
    await notify();
    await sees(other, 1);
    await devtools.send("Debugger.disable");
    await notify();
    for (const page of [leader, other]) await sees(page, 2);
    await expect.poll(() => proxy.sockets(), patience).toBe(1);
  });

  test("ten comments made offline in two tabs are made once each and in order, though the sender dies and answers get lost", async () => {
    const tabs = [await openTab(), await openTab()] as const;
    await hears(tabs[1]);
    await context.setOffline(true);
    const texts = Array.from({ length: 10 }, (_, index) => `comment ${index}`);
    for (const [index, text] of texts.entries()) {
      const tab = tabs[index % 2 === 0 ? 0 : 1];
      await tab.evaluate(([id, said]) => window.stage.comment(id, said), [postId, text] as const);
      // The order of their making is that in which they were kept.
      for (const one of tabs)
        await expect.poll(() => one.evaluate(() => window.stage.waiting()), patience).toBe(index + 1);
    }
    expect(await tabs[1].evaluate((id) => window.stage.commentCount(id), postId)).toBe(10);
    Object.assign(proxy, { losesEvery: 3, delayMs: 50 });
    await context.setOffline(false);
    await expect.poll(() => proxy.count("comment.create"), patience).toBeGreaterThan(2);
    await tabs[0].close();
    expect((await me.pixora.comment.list.query({ postId })).items.length).toBeLessThan(10);
    await expect.poll(() => tabs[1].evaluate(() => window.stage.waiting()), { timeout: 30_000 }).toBe(0);
    Object.assign(proxy, { losesEvery: 0, delayMs: 0 });
    const { items } = await me.pixora.comment.list.query({ postId, sort: "oldest" });
    expect(items.map(({ text }) => text)).toEqual(texts);
  }, 60_000);

  test("what was made offline is there after the page has been loaded anew", async () => {
    const first = await openTab();
    await hears(first);
    await context.route("**/trpc/**", (route) => route.abort());
    await first.evaluate((id) => window.stage.comment(id, "kept"), postId);
    await expect.poll(() => first.evaluate(() => window.stage.waiting()), patience).toBe(1);
    await first.close();
    const second = await openTab();
    await expect.poll(() => second.evaluate((id) => window.stage.commentCount(id), postId), patience).toBe(1);
    await context.unroute("**/trpc/**");
    await expect.poll(() => second.evaluate(() => window.stage.waiting()), patience).toBe(0);
    expect((await me.pixora.comment.list.query({ postId })).items.map(({ text }) => text)).toEqual(["kept"]);
  });

  test("home is there before the server answers, and gone after signing out", async () => {
    await me.pixora.post.create.mutate({ caption: "kept for later" });
    const first = await openTab();
    await first.evaluate(() => window.stage.openHome());
    const names = () => first.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name));
    const kept = () => first.evaluate(() => window.readKept());
    await expect.poll(kept, patience).toContain("kept for later");
    await context.route("**/trpc/**", (route) => route.abort());
    const second = await openTab();
    await second.evaluate(() => window.stage.openHome());
    await expect.poll(() => second.evaluate(() => window.stage.home()), patience).toContain("kept for later");
    await context.unroute("**/trpc/**");
    await second.evaluate(() => window.stage.signOut());
    await expect.poll(names, patience).not.toContain(`pixora-cache:${me.id}`);
  });
});
