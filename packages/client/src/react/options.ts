// Options factories in TanStack Query's conventions, typed by the API: `options.post.byId.queryOptions({ postId })`.
import type {
  DataTag,
  InfiniteData,
  OmitKeyof,
  QueryFunction,
  UseInfiniteQueryOptions,
  UseMutationOptions,
  UseQueryOptions,
} from "@tanstack/react-query";
import { makeChange } from "./change.ts";
import { type Page, readAnswer, readList } from "./lists.ts";
import type {
  CallError,
  InputArgs,
  InputOf,
  ListInputOf,
  ListPath,
  MutationPath,
  OutputOf,
  QueryPath,
  Rooms,
} from "./paths.ts";
import type { Fields } from "./records.ts";
import { ask, procedureOf, rootKey, type World } from "./world.ts";

/** `["pixora", "feed.home", input, "pages"]`: the path alone names all queries of a procedure. */
export type PixoraKey = readonly [root: "pixora", path: string, input: Fields, form: "answer" | "pages"];

type QueryOptionsOf<Path> = OmitKeyof<
  UseQueryOptions<OutputOf<Path>, CallError, OutputOf<Path>, PixoraKey>,
  "queryKey" | "queryFn"
> & {
  queryKey: DataTag<PixoraKey, OutputOf<Path>, CallError>;
  queryFn: QueryFunction<OutputOf<Path>, PixoraKey>;
};

type Pages<Path> = InfiniteData<OutputOf<Path>, string | null>;

type InfiniteOptionsOf<Path> = OmitKeyof<
  UseInfiniteQueryOptions<OutputOf<Path>, CallError, Pages<Path>, PixoraKey, string | null>,
  "queryKey" | "queryFn"
> & {
  queryKey: DataTag<PixoraKey, Pages<Path>, CallError>;
  queryFn: QueryFunction<OutputOf<Path>, PixoraKey, string | null>;
  getNextPageParam: (page: OutputOf<Path>) => string | null;
  initialPageParam: string | null;
};

type MutationOptionsOf<Path> = UseMutationOptions<OutputOf<Path>, CallError, InputOf<Path>> & {
  mutationKey: readonly ["pixora", Path];
  mutationFn: (input: InputOf<Path>) => Promise<OutputOf<Path>>;
};

interface Keys {
  /** Names every query of the procedure, for `invalidateQueries` and its kin. */
  pathKey(): readonly ["pixora", string];
}

export interface QueryFactory<Path extends QueryPath> extends Keys {
  queryKey(...args: InputArgs<InputOf<Path>>): QueryOptionsOf<Path>["queryKey"];
  /** For `useQuery`, `prefetchQuery`, `ensureQueryData`, loaders. */
  queryOptions(...args: InputArgs<InputOf<Path>>): QueryOptionsOf<Path>;
}

export interface ListFactory<Path extends QueryPath> extends QueryFactory<Path> {
  infiniteKey(...args: InputArgs<ListInputOf<Path>>): InfiniteOptionsOf<Path>["queryKey"];
  /** For `useInfiniteQuery`, `prefetchInfiniteQuery`: page after page, by the server's cursors. */
  infiniteOptions(...args: InputArgs<ListInputOf<Path>>): InfiniteOptionsOf<Path>;
}

export interface MutationFactory<Path extends MutationPath> {
  mutationKey(): readonly ["pixora", Path];
  /** For `useMutation`: seen at once where the change allows it, and undone when the server refuses. */
  mutationOptions(): MutationOptionsOf<Path>;
}

export interface StreamFactory<Path> {
  /** For `useStream`. */
  streamOptions(...args: InputArgs<InputOf<Path>>): StreamOptionsOf<Path>;
}

export interface StreamOptionsOf<Path> {
  path: Path;
  input: InputOf<Path>;
}

type FactoryOf<Path> = Path extends ListPath
  ? ListFactory<Path>
  : Path extends QueryPath
    ? QueryFactory<Path>
    : Path extends MutationPath
      ? MutationFactory<Path>
      : StreamFactory<Path>;

/** One factory for each procedure, by room and name. */
export type PixoraOptionFactories = {
  [Room in keyof Rooms & string]: { [Name in keyof Rooms[Room] & string]: FactoryOf<`${Room}.${Name}`> };
};

/** Makes the factories; each is made when it is first asked for. */
export function createFactories(world: World): PixoraOptionFactories {
  const rooms = byName((room) => byName((name) => createFactory(world, `${room}.${name}`)));
  return rooms as unknown as PixoraOptionFactories;
}

function byName<Value>(make: (name: string) => Value): Record<string, Value> {
  const made = new Map<string, Value>();
  return new Proxy<Record<string, Value>>(
    {},
    {
      get(_target, name) {
        if (typeof name !== "string" || name === "then" || name === "toJSON") return undefined;
        const value = made.get(name) ?? make(name);
        made.set(name, value);
        return value;
      },
    },
  );
}

function createFactory(world: World, path: string) {
  function keyOf(input: Fields | undefined, form: "answer" | "pages"): PixoraKey {
    return [rootKey, path, input ?? {}, form];
  }
  return {
    pathKey: () => [rootKey, path] as const,
    queryKey: (input?: Fields) => keyOf(input, "answer"),
    infiniteKey: (input?: Fields) => keyOf(input, "pages"),
    mutationKey: () => [rootKey, path] as const,
    queryOptions: (input: Fields = {}) => queryOptionsOf(world, { path, input, queryKey: keyOf(input, "answer") }),
    infiniteOptions: (input: Fields = {}) => infiniteOptionsOf(world, { path, input, queryKey: keyOf(input, "pages") }),
    mutationOptions: () => ({
      mutationKey: [rootKey, path] as const,
      mutationFn: (input: Fields | undefined) => makeChange(world, { path, input: input ?? {} }),
      // Offline, a change waits in the outbox, not in a paused mutation that dies with the page.
      networkMode: "always" as const,
    }),
    streamOptions: (input: Fields = {}) => ({ path, input }),
  };
}

interface Asking {
  path: string;
  input: Fields;
  queryKey: PixoraKey;
}

function nothing(): void {}

function queryOptionsOf(world: World, { path, input, queryKey }: Asking) {
  return {
    queryKey,
    queryFn: ({ signal }: { signal: AbortSignal }) => ask(world, { path, input, signal }),
    // A copied answer would lose the moment at which it was asked for.
    structuralSharing: false,
    select: (answer: unknown) => joinAnswer(world, { path, input, answer }),
    meta: { path },
  };
}

function infiniteOptionsOf(world: World, { path, input, queryKey }: Asking) {
  return {
    queryKey,
    queryFn: ({ signal, pageParam }: { signal: AbortSignal; pageParam: string | null }) =>
      ask(world, { path, input: { ...input, cursor: pageParam }, signal }),
    structuralSharing: false,
    initialPageParam: null,
    getNextPageParam: (page: Page) => page.nextCursor,
    // A refetch would ask every page again, one after the other: the head is asked for instead.
    refetchOnMount: false,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
    select: (data: InfiniteData<Page, string | null>) => joinPages(world, { path, input, data }),
    meta: { path },
  };
}

function joinAnswer(world: World, { path, input, answer }: { path: string; input: Fields; answer: unknown }): unknown {
  if (typeof answer !== "object" || answer === null) return answer;
  const { store } = world.present.get();
  if (!("items" in answer)) return readAnswer(store, { path, answer, track: nothing });
  const page = answer as Page;
  return { ...page, items: readList(store, { path, input, pages: [page], track: nothing }) };
}

interface Joining {
  path: string;
  input: Fields;
  data: InfiniteData<Page, string | null>;
}

/** For a plain `useInfiniteQuery`: each page by itself, joined. */
function joinPages(world: World, { path, input, data }: Joining): InfiniteData<object, string | null> {
  const { store } = world.present.get();
  const pages = data.pages.map((page, index) => {
    const edges = [
      ...(index === 0 ? ["start" as const] : []),
      ...(index === data.pages.length - 1 ? ["end" as const] : []),
    ];
    return { ...page, items: readList(store, { path, input, pages: [page], track: nothing, edges }) };
  });
  return { ...data, pages };
}

/** A stream's procedure, for `useStream`. */
export function streamOf(world: World, path: string) {
  return procedureOf(world.client, path) as unknown as {
    subscribe(input: unknown, handlers: object): { unsubscribe(): void };
  };
}
