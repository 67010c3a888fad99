// The hooks that join any list with the store: whole views, or ids alone for lists that never render anew for an item.
import { hashKey, type InfiniteData, type UseInfiniteQueryResult, useInfiniteQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useSyncExternalStore } from "react";
import { refreshHead, showHead } from "./head.ts";
import { type AskOptions, asItIs, besides, type QueryLike, useReader } from "./hooks.ts";
import type { Seen } from "./kinds.ts";
import { type ItemRef, type Page, readList } from "./lists.ts";
import type { PixoraKey } from "./options.ts";
import type { CallError } from "./paths.ts";
import { useInside } from "./provider.ts";
import { createReader } from "./reader.ts";
import type { Fields } from "./records.ts";
import type { WaitingHead } from "./world.ts";

interface InfiniteLike<Output> extends QueryLike<Output> {
  getNextPageParam: (page: Output) => string | null;
  initialPageParam: string | null;
}

type Item<Output> = Output extends { items: (infer One)[] } ? One : never;

type ListState<Output> = UseInfiniteQueryResult<InfiniteData<Output, string | null>, CallError> & {
  /** How many newer items wait above; `showNew` puts them on top. */
  newCount: number;
  showNew(): void;
  /** Asks for the head of the list: what is new waits, and what is gone goes. */
  refreshHead(): Promise<void>;
};

export type PixoraInfiniteResult<Output> = ListState<Output> & {
  /** All items of all pages in order, each once, as they are to be seen now. */
  items: readonly Seen<Item<Output>>[];
};

export type PixoraIdsResult<Output> = ListState<Output> & { ids: readonly ItemRef[] };

/**
 * `useInfiniteQuery` for a factory's `infiniteOptions`, joined with the store: `items` has everything in one list, one's
 * own new things at their edge and without what is gone.
 */
export function usePixoraInfinite<Output>(
  options: InfiniteLike<Output>,
  extra: AskOptions = {},
): PixoraInfiniteResult<Output> {
  const { state, items } = useList(options, { extra, asRefs: false });
  return besides(state, { items }) as unknown as PixoraInfiniteResult<Output>;
}

/**
 * As `usePixoraInfinite`, with ids in place of views: the list renders anew only when its membership changes. Each card
 * reads its own, as by `usePost(id)`.
 */
export function usePixoraIds<Output>(options: InfiniteLike<Output>, extra: AskOptions = {}): PixoraIdsResult<Output> {
  const { state, items } = useList(options, { extra, asRefs: true });
  return besides(state, { ids: items }) as unknown as PixoraIdsResult<Output>;
}

const noPages: readonly Page[] = [];

function noHead(): WaitingHead | undefined {
  return undefined;
}

const staleMs = 30_000;

/** What is new above a list, and asking for it on coming back to it. */
function useHead(queryKey: PixoraKey): Pick<ListState<never>, "newCount" | "showNew" | "refreshHead"> {
  const { world } = useInside();
  const hash = hashKey(queryKey);
  const head = useSyncExternalStore(world.heads.listen, () => world.heads.get().get(hash), noHead);
  const actions = useMemo(() => {
    const key = JSON.parse(hash) as readonly unknown[];
    return {
      refreshHead: () => refreshHead(world, key),
      showNew() {
        const page = world.heads.get().get(hash)?.page;
        if (page) showHead(world, { queryKey: key, page });
      },
    };
  }, [world, hash]);
  useEffect(() => {
    const query = world.queryClient.getQueryCache().get(hash);
    // What comes into view with what it had before is asked for its head, not page by page.
    const isResting = query?.state.fetchStatus === "idle" && query.state.data !== undefined;
    if (isResting && query.isStaleByTime(staleMs)) actions.refreshHead().catch(() => {});
  }, [world, hash, actions]);
  return { newCount: head?.newCount ?? 0, ...actions };
}

function useList(
  { queryKey, ...options }: { queryKey: PixoraKey },
  { extra, asRefs }: { extra: AskOptions; asRefs: boolean },
) {
  const { present } = useInside();
  const result = useInfiniteQuery({
    ...options,
    queryKey,
    ...extra,
    select: asItIs,
  } as never) as UseInfiniteQueryResult<InfiniteData<Page, string | null>, CallError>;
  const [, path, input] = queryKey;
  const pages = result.data?.pages ?? noPages;
  const inputKey = JSON.stringify(input);
  const reader = useMemo(() => {
    const { store } = present;
    const list = { path, input: JSON.parse(inputKey) as Fields, pages, asRefs };
    return createReader<readonly object[]>(store, (track, before) => readList(store, { ...list, track }, before));
  }, [present, path, inputKey, pages, asRefs]);
  return { state: besides(result, useHead(queryKey)), items: useReader(reader) };
}
