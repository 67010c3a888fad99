// Walking a list to its end, page by page, as one async iteration.

interface PageOf<Item> {
  items: Item[];
  nextCursor: string | null;
}

interface PagedQuery<Input, Item> {
  // A property, since TypeScript compares the parameters of methods loosely: an input that lacks a key would pass.
  query: (input: Input & { cursor?: string | null }, options?: { signal?: AbortSignal }) => Promise<PageOf<Item>>;
}

/**
 * Yields every item of a paged list: `for await (const post of paginate(pixora.feed.home, {})) …`. Pages are fetched
 * as they are needed, from the input's cursor on if it has one. Items that a ranked list shows twice come once. An
 * aborted signal ends it where it stands: the call for the next page rejects, and items of a page that is here stay away.
 */
export async function* paginate<Input extends object, Item>(
  list: PagedQuery<Input, Item>,
  input: Input,
  options: { signal?: AbortSignal } = {},
): AsyncGenerator<Item, void, undefined> {
  const seen = new Set<unknown>();
  let cursor = (input as { cursor?: string | null }).cursor ?? null;
  do {
    const page: PageOf<Item> = await list.query({ ...input, cursor }, options);
    for (const item of page.items) {
      options.signal?.throwIfAborted();
      const key = keyOf(item);
      if (key !== undefined && seen.has(key)) continue;
      seen.add(key);
      yield item;
    }
    cursor = page.nextCursor;
  } while (cursor !== null);
}

function keyOf(item: unknown): unknown {
  if (typeof item !== "object" || item === null) return undefined;
  if ("id" in item) return item.id;
  if ("groupKey" in item) return item.groupKey;
  if ("post" in item) return keyOf(item.post);
  return "tag" in item ? item.tag : undefined;
}
