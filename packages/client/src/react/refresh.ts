// When things on screen are asked for anew: on coming back to the page or to the network, after a gap in the stream, and
// home each minute, and posts whose pictures' addresses end. Lists by their head alone, and posts in one call.
import { focusManager, onlineManager, type Query } from "@tanstack/react-query";
import { isList, isLostCursor, refreshHead, restartList } from "./head.ts";
import type { Key, Post } from "./kinds.ts";
import { sweepSoon } from "./sweep.ts";
import { ask, rootKey, type World } from "./world.ts";

/** What is younger than this is not asked for again on coming back. */
const freshMs = 30_000;
const everyMs = 60_000;
/** As many as the server takes in one request. */
const maxPosts = 50;

const holdings = new WeakMap<World, { count: number; stop(): void }>();

/** Keeps what is on screen fresh until all who hold it have let go. */
export function holdFresh(world: World): () => void {
  const holding = holdings.get(world) ?? { count: 0, stop: keepFresh(world) };
  holdings.set(world, holding);
  holding.count += 1;
  return () => {
    holding.count -= 1;
    if (holding.count > 0) return;
    holdings.delete(world);
    holding.stop();
  };
}

function keepFresh(world: World): () => void {
  const timer = setInterval(() => {
    if (!focusManager.isFocused() || !onlineManager.isOnline()) return;
    for (const query of shownLists(world)) if (query.queryKey[1] === "feed.home") void refreshQuietly(world, query);
    askForPosts(
      world,
      shownPosts(world).filter((key) => hasExpired(world, key)),
    );
  }, everyMs);
  const stops = [
    focusManager.subscribe((isFocused) => {
      if (isFocused) refreshStale(world);
    }),
    onlineManager.subscribe((isOnline) => {
      if (isOnline) refreshStale(world);
    }),
    watchQueries(world),
    () => clearInterval(timer),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

function shownLists(world: World): Query[] {
  return world.queryClient.getQueryCache().findAll({ queryKey: [rootKey], type: "active", predicate: isList });
}

function refreshStale(world: World): void {
  for (const query of shownLists(world)) {
    if (Date.now() - query.state.dataUpdatedAt > freshMs) void refreshQuietly(world, query);
  }
}

/** A head that cannot be had now is asked for again the next time. */
async function refreshQuietly(world: World, query: Query): Promise<void> {
  await refreshHead(world, query.queryKey).catch(() => {});
}

/** After a gap in the stream: everything that is on screen. */
export function refreshShown(world: World): void {
  for (const query of shownLists(world)) void refreshQuietly(world, query);
  askForPosts(world, shownPosts(world));
  const filters = { queryKey: [rootKey], type: "active" as const };
  void world.queryClient.invalidateQueries({ ...filters, predicate: (query) => query.queryKey[3] === "answer" });
}

function shownPosts(world: World): Key[] {
  const { store } = world.present.get();
  return [...store.listeners.keys()].filter((key) => key.startsWith("post:") && store.records.has(key));
}

function askForPosts(world: World, keys: readonly Key[]): void {
  for (const key of keys.slice(0, maxPosts)) {
    ask(world, { path: "post.byId", input: { postId: key.slice("post:".length) } }).catch(() => {});
  }
}

/** Whether the addresses of a post's pictures hold no longer, or only until the next look. */
function hasExpired(world: World, key: Key): boolean {
  const media = world.present.get().store.records.get(key)?.fields.media as Post["media"] | undefined;
  const endMs = Date.now() + everyMs;
  return media?.some(({ expiresAt }) => expiresAt !== null && Date.parse(expiresAt) < endMs) ?? false;
}

/** A list whose cursor the server no longer knows starts anew at its top; objects of queries that go are forgotten. */
function watchQueries(world: World): () => void {
  return world.queryClient.getQueryCache().subscribe((event) => {
    if (event.type === "removed") sweepSoon(world);
    if (event.type !== "updated" || event.action.type !== "error" || !isLostCursor(event.action.error)) return;
    if (isList(event.query)) restartList(world, event.query).catch(() => {});
  });
}

const soonMs = 200;
const soon = new WeakMap<World, Map<string, ReturnType<typeof setTimeout>>>();

/** Asks for the heads of a procedure's lists in a moment, once for many calls. Those not on screen are asked when shown. */
export function refreshSoon(world: World, path: string): void {
  const timers = soon.get(world) ?? new Map<string, ReturnType<typeof setTimeout>>();
  soon.set(world, timers);
  if (timers.has(path)) return;
  const timer = setTimeout(() => {
    timers.delete(path);
    for (const query of shownLists(world)) if (query.queryKey[1] === path) void refreshQuietly(world, query);
    void world.queryClient.invalidateQueries({ queryKey: [rootKey, path], type: "inactive", refetchType: "none" });
  }, soonMs);
  timers.set(path, timer);
}
