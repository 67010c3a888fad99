// The little that outlives the page: oneself, the counts and the first page of home, for a day, under the person's id.
// Promise: it is gone when the person signs out, and what the server answers takes its place at once.
import type { Query, QueryKey } from "@tanstack/react-query";
import { answerOf, inTransaction, openDatabase } from "./database.ts";
import { type Page, readAnswer, readList } from "./lists.ts";
import { databaseOf } from "./persist.forget.ts";
import type { Fields } from "./records.ts";
import type { Store } from "./store.ts";
import { rootKey, type World } from "./world.ts";

/** Rises when what is kept, or how, changes: what an older version has kept is left alone. */
const version = 1;
const maxAgeMs = 24 * 3_600_000;
const saveDelayMs = 1_000;

interface KeptQuery {
  queryKey: QueryKey;
  data: unknown;
  updatedAt: number;
}

interface Kept {
  id: 1;
  version: number;
  queries: KeptQuery[];
}

/** Shows what was kept, and keeps what comes, for as long as it is held. */
export function holdPersisted(world: World, userId: string): () => void {
  if (typeof indexedDB === "undefined") return () => {};
  let isOver = false;
  let timer: ReturnType<typeof setTimeout> | null = null;
  // Where the browser refuses its storage, nothing is kept.
  const opening = openDatabase({ name: databaseOf(userId), storeName: "answers", keyPath: "id" }).catch(() => null);
  const restoring = opening.then(async (database) => {
    if (database === null || isOver) return;
    // Another tab that signs out is to be able to delete it.
    database.onversionchange = () => database.close();
    await restore(world, database);
  });

  async function saveNow(): Promise<void> {
    await restoring;
    const database = await opening;
    if (database !== null && !isOver) await save(world, database);
  }
  function saveSoon(): void {
    timer ??= setTimeout(() => {
      timer = null;
      void saveNow().catch(() => {});
    }, saveDelayMs);
  }
  const stop = world.queryClient.getQueryCache().subscribe(({ type, query }) => {
    if (type === "updated" && isKept(query)) saveSoon();
  });
  return () => {
    isOver = true;
    stop();
    if (timer !== null) clearTimeout(timer);
    void opening.then((database) => database?.close());
  };
}

function isKept({ queryKey, state }: Query): boolean {
  const [root, path] = queryKey;
  if (root !== rootKey || state.status !== "success" || state.data === undefined) return false;
  return path === "user.me" || path === "notification.counts" || path === "feed.home";
}

async function restore({ queryClient }: World, database: IDBDatabase): Promise<void> {
  const kept = await inTransaction<Kept | undefined>(database, {
    mode: "readonly",
    work: (store) => answerOf(store.get(1)),
  });
  if (kept?.version !== version) return;
  for (const { queryKey, data, updatedAt } of kept.queries) {
    if (Date.now() - updatedAt > maxAgeMs || queryClient.getQueryData(queryKey) !== undefined) continue;
    queryClient.setQueryData(queryKey, data, { updatedAt });
  }
}

async function save(world: World, database: IDBDatabase): Promise<void> {
  const truth = withoutChanges(world.present.get().store);
  const queries = world.queryClient.getQueryCache().findAll({ queryKey: [rootKey], predicate: isKept });
  const kept: Kept = { id: 1, version, queries: queries.map((query) => keptOf(truth, query)) };
  await inTransaction(database, { mode: "readwrite", work: (store) => answerOf(store.put(kept)) });
}

/** The store as the server has told it: changes under way are kept by the outbox. */
function withoutChanges(store: Store): Store {
  return { ...store, patches: new Map(), changes: new Set(), additions: [], views: new Map() };
}

function keptOf(store: Store, { queryKey, state }: Query): KeptQuery {
  const [, path, input] = queryKey as [string, string, Fields];
  const { data, dataUpdatedAt: updatedAt } = state;
  const pages = (data as { pages?: readonly Page[] }).pages;
  if (pages === undefined) {
    return { queryKey, updatedAt, data: plain(readAnswer(store, { path, answer: data as object, track: nothing })) };
  }
  const [first = { items: [], nextCursor: null }] = pages;
  const items = readList(store, { path, input, pages: [first], track: nothing });
  return { queryKey, updatedAt, data: plain({ pages: [{ ...first, items }], pageParams: [null] }) };
}

/** As data alone: views are shared, and what is kept must not be. */
function plain(data: object): unknown {
  return JSON.parse(JSON.stringify(data));
}

function nothing(): void {}
