// Asking for a list anew without replacing it: its head is asked for, what is new waits until it is wanted, and what is
// gone goes. Promise: nothing that is on screen moves or is lost by it.
import type { InfiniteData, Query } from "@tanstack/react-query";
import { isPixoraError } from "../errors.ts";
import { idOfView, keyOf } from "./kinds.ts";
import { itemShapeOf, type Page } from "./lists.ts";
import type { Fields } from "./records.ts";
import { shapeOf } from "./shapes.ts";
import { resolveKey, type Store } from "./store.ts";
import { ask, rootKey, type World } from "./world.ts";

type Pages = InfiniteData<Page, string | null>;
type ListQuery = Query<unknown, Error, unknown, readonly unknown[]>;

/** Asks for the head of a list. Of calls for one list at once, one asks. */
export function refreshHead(world: World, queryKey: readonly unknown[]): Promise<void> {
  const query = findList(world, queryKey);
  if (query === undefined) return Promise.resolve();
  const running = world.headCalls.get(query.queryHash);
  if (running) return running;
  const call = askForHead(world, query).finally(() => world.headCalls.delete(query.queryHash));
  world.headCalls.set(query.queryHash, call);
  return call;
}

function findList(world: World, queryKey: readonly unknown[]): ListQuery | undefined {
  const query = world.queryClient.getQueryCache().find({ queryKey, exact: true });
  return query && isList(query) ? query : undefined;
}

/** Whether a query is one of Pixora's lists, and has been answered. */
export function isList(query: ListQuery): boolean {
  const [root, , , form] = query.queryKey;
  return root === rootKey && form === "pages" && query.state.data !== undefined;
}

async function askForHead(world: World, query: ListQuery): Promise<void> {
  const { store } = world.present.get();
  const [, path, input] = query.queryKey as [string, string, Fields];
  const isAtEnd = growsAtEnd(path, input);
  const data = query.state.data as Pages;
  const cursor = isAtEnd ? (data.pageParams.at(-1) ?? null) : null;
  const page = (await ask(world, { path, input: { ...input, cursor } })) as Page;
  const present = query.state.data as Pages | undefined;
  // Another person's by now, or gone.
  if (present === undefined || world.present.get().store !== store) return;
  if (isAtEnd) {
    if (present.pageParams.at(-1) === data.pageParams.at(-1)) {
      world.queryClient.setQueryData(query.queryKey, { ...present, pages: [...present.pages.slice(0, -1), page] });
    }
    return;
  }
  const newCount = countNew(world, { path, present, page });
  if (newCount === 0 || path.startsWith("notification.")) showHead(world, { queryKey: query.queryKey, page });
  else world.heads.set(new Map(world.heads.get()).set(query.queryHash, { page, newCount }));
}

/** Threads that are read from their beginning grow at their end. */
function growsAtEnd(path: string, input: Fields): boolean {
  return path === "comment.replies" || (path === "comment.list" && input.sort === "oldest");
}

/** Puts a head that waits on top. */
export function showHead(world: World, { queryKey, page }: { queryKey: readonly unknown[]; page: Page }): void {
  const query = findList(world, queryKey);
  if (query === undefined) return;
  const { store } = world.present.get();
  const [, path] = query.queryKey as [string, string];
  forgetHead(world, query.queryHash);
  world.queryClient.setQueryData(queryKey, mergeHead(store, { path, data: query.state.data as Pages, page }));
}

export function forgetHead(world: World, queryHash: string): void {
  if (!world.heads.get().has(queryHash)) return;
  const heads = new Map(world.heads.get());
  heads.delete(queryHash);
  world.heads.set(heads);
}

/** Starts a list anew at its top: its cursors hold no longer. */
export async function restartList(world: World, query: ListQuery): Promise<void> {
  const [, path, input] = query.queryKey as [string, string, Fields];
  const page = (await ask(world, { path, input: { ...input, cursor: null } })) as Page;
  world.queryClient.setQueryData(query.queryKey, { pages: [page], pageParams: [null] });
}

/** Whether a list's next page was refused because the server no longer knows where it was. */
export function isLostCursor(error: unknown): boolean {
  return isPixoraError(error, "cursor.invalid") || isPixoraError(error, "cursor.expired");
}

function idOfItem(path: string, item: object): string {
  const shape = itemShapeOf(shapeOf(path));
  if (shape === null) return JSON.stringify(item);
  return idOfView(shape.kind, shape.field === null ? item : ((item as Fields)[shape.field] as object));
}

/** How many items are news: neither in the list nor made here. */
function countNew(world: World, { path, present, page }: { path: string; present: Pages; page: Page }): number {
  const { store, person } = world.present.get();
  const known = new Set(present.pages.flatMap(({ items }) => items.map((item) => idOfItem(path, item))));
  const news = page.items.filter((item) => !known.has(idOfItem(path, item)));
  return news.filter((item) => !isOwn(store, { path, item, meId: person.userId })).length;
}

function isOwn(store: Store, { path, item, meId }: { path: string; item: object; meId: string | null }): boolean {
  const shape = itemShapeOf(shapeOf(path));
  if (shape === null) return false;
  const key = keyOf(shape.kind, idOfItem(path, item));
  if (store.additions.some((one) => resolveKey(store, keyOf(one.kind, one.id)) === key)) return true;
  return (item as { author?: { id?: string } | null }).author?.id === meId;
}

interface Merging {
  path: string;
  data: Pages;
  page: Page;
}

/** The head in the place of what it covers, and what came after that as it was. */
function mergeHead(store: Store, { path, data, page }: Merging): Pages {
  const ids = new Set(page.items.map((item) => idOfItem(path, item)));
  const flat = data.pages.flatMap(({ items }) => items.map((item) => idOfItem(path, item)));
  const last = flat.findLastIndex((id) => ids.has(id));
  // Nothing in common: more is new than a page holds. Nothing left: the head has it all.
  if (last === -1 || last === flat.length - 1 || page.nextCursor === null) return { pages: [page], pageParams: [null] };
  const pages: Page[] = [page];
  const pageParams: (string | null)[] = [null];
  let start = 0;
  data.pages.forEach((old, index) => {
    const kept = old.items.slice(Math.max(0, last + 1 - start));
    start += old.items.length;
    if (kept.length === 0 && index < data.pages.length - 1) return;
    pages.push(kept.length === old.items.length ? old : cutPage(store, { old, kept }));
    pageParams.push(data.pageParams[index] ?? null);
  });
  return { pages, pageParams };
}

function cutPage(store: Store, { old, kept }: { old: Page; kept: readonly object[] }): Page {
  const page = { ...old, items: kept };
  store.moments.set(page, store.moments.get(old) ?? 0);
  return page;
}
