// How screens read and change what the server has: the SDK's factories, and three hooks with the failures in words.
import { createOptions, usePixoraInfinite, usePixoraMutation } from "@pixora/client/react";
import { showToast } from "../parts/toasts.tsx";
import { words } from "../words/en.ts";
import { failureOf } from "./failure.ts";
import { pixora } from "./pixora.ts";
import { queryClient } from "./query-client.ts";

export { usePixoraQuery as useOne } from "@pixora/client/react";

/** The factories of all procedures. */
export const px = createOptions({ client: pixora, queryClient });

export interface List<Item> {
  items: readonly Item[];
  isPending: boolean;
  error: unknown;
  hasMore: boolean;
  isLoadingMore: boolean;
  loadMore: () => void;
  retry: () => void;
  /** How many newer ones wait above. */
  newCount: number;
  showNew: () => void;
  /** Asks what has come above. */
  refreshHead: () => Promise<void>;
}

type ListOptions<Output> = Parameters<typeof usePixoraInfinite<Output>>[0];

/** A list, page after page. */
export function useList<Output>(options: ListOptions<Output>, { isOn = true } = {}) {
  const query = usePixoraInfinite(options, { enabled: isOn });
  return {
    items: query.items,
    isPending: query.isPending && isOn,
    error: query.error,
    hasMore: query.hasNextPage,
    isLoadingMore: query.isFetchingNextPage,
    loadMore: () => void query.fetchNextPage(),
    retry: () => void query.refetch(),
    newCount: query.newCount,
    showNew: query.showNew,
    refreshHead: query.refreshHead,
  };
}

type ActOptions<Input, Output> = Parameters<typeof usePixoraMutation<Input, Output>>[0];

/** A change. `act` tells a refusal in a message and answers undefined then; `ask` rejects, as forms want it. */
export function useAct<Input, Output>(options: ActOptions<Input, Output>) {
  const { mutateAsync: ask, isPending } = usePixoraMutation(options);
  async function act(input: Input): Promise<Output | undefined> {
    try {
      return await ask(input);
    } catch (error) {
      showToast(failureOf(error).sentence, { label: words.retry, act: () => void act(input) });
      return undefined;
    }
  }
  return { act, ask, isPending };
}
