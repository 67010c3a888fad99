// Pages that a server renders, against the real server: the browser takes them over without a word and without a call.
import { createPost, follow } from "@pixora/api/testing";
import { dehydrate } from "@tanstack/react-query";
import { Window } from "happy-dom";
import { act, createElement, type ReactNode, StrictMode } from "react";
import { renderToString } from "react-dom/server";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { createGate } from "../testing/gate.ts";
import { type Actor, openStage, type Stage } from "../testing/stage.ts";
import {
  PixoraProvider,
  type PixoraProviderProps,
  useCounts,
  useHomeFeed,
  useLike,
  useLive,
  useNow,
  useOutbox,
  useSession,
} from "./index.ts";
import type { Post } from "./kinds.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

function Card({ post }: { post: Post }): ReactNode {
  const { likeCount, isLiked } = useLike(post);
  return ` ${post.author.handle}: ${post.caption}, ${likeCount} ${isLiked ? "liked" : ""}`;
}

function Page(): ReactNode {
  const { status, me } = useSession();
  const { unread } = useCounts() ?? {};
  const { items } = useHomeFeed();
  const more = [useLive().status, useNow() === null ? "no time" : "time", useOutbox().waiting];
  const cards = items.map((post) => createElement(Card, { key: post.key, post }));
  return [`${status} ${me?.handle} ${unread} ${more.slice(2).join(" ")};`, ...cards];
}

function pageOf(props: PixoraProviderProps): ReactNode {
  return createElement(StrictMode, null, createElement(PixoraProvider, props, createElement(Page)));
}

/** What a server sends for somebody. */
async function renderFor(actor: Actor) {
  const { pixora: client, queryClient, options } = actor;
  await queryClient.prefetchQuery(options.user.me.queryOptions());
  await queryClient.prefetchInfiniteQuery(options.feed.home.infiniteOptions());
  // As it travels in the page.
  const state = JSON.parse(JSON.stringify(dehydrate(queryClient)));
  return { html: renderToString(pageOf({ client, queryClient })), state };
}

async function openScene() {
  const [reader, author] = [await stage.person(), await stage.person()];
  await follow(stage.server.deps, { followerId: reader.id, followeeId: author.id });
  await createPost(stage.server.deps, { authorId: author.id, caption: "a post" });
  return { reader, author };
}

test("a rendered page is taken over with no error to recover from, no warning and no call", async () => {
  const { reader, author } = await openScene();
  const { html, state } = await renderFor(reader);
  expect(html).toContain(`signedIn ${reader.handle} 0`);
  expect(html).toContain(`${author.handle}: a post, 0`);
  const gate = createGate();
  const browser = await stage.device(reader, { fetch: gate.fetch });
  const window = new Window({ url: "http://127.0.0.1/" });
  Object.assign(globalThis, { window, document: window.document, IS_REACT_ACT_ENVIRONMENT: true });
  const { hydrateRoot } = await import("react-dom/client");
  const warnings = vi.spyOn(console, "error");
  const recovered: unknown[] = [];
  const container = window.document.createElement("div");
  container.innerHTML = html;
  const { pixora: client, queryClient } = browser;
  const root = await act(async () => {
    const page = pageOf({ client, queryClient, state, live: false });
    const options = { onRecoverableError: (error: unknown) => recovered.push(error) };
    return hydrateRoot(container as unknown as HTMLElement, page, options);
  });
  await act(() => new Promise((resolve) => setTimeout(resolve, 20)));
  expect(container.textContent).toContain(`${author.handle}: a post, 0`);
  expect([recovered, warnings.mock.calls, gate.total()]).toEqual([[], [], 0]);
  await act(async () => root.unmount());
  await window.happyDOM.close();
});

test("a page for one visitor shows nothing of the visitor before", async () => {
  const { reader } = await openScene();
  await renderFor(reader);
  const stranger = await stage.person();
  const { html, state } = await renderFor(stranger);
  expect(html).toContain(stranger.handle);
  expect(html + JSON.stringify(state)).not.toContain(reader.handle);
});
