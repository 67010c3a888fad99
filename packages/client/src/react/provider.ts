// The provider and what hooks find in it. No JSX: Node strips types, and nothing else.
import { type DehydratedState, hydrate, QueryClient, QueryClientProvider, useQueryClient } from "@tanstack/react-query";
import {
  createContext,
  createElement,
  type ReactElement,
  type ReactNode,
  useContext,
  useEffect,
  useMemo,
  useState,
  useSyncExternalStore,
} from "react";
import type { Pixora } from "../client.ts";
import { isPixoraError } from "../errors.ts";
import { createFactories, type PixoraOptionFactories } from "./options.ts";
import { holdPersisted } from "./persist.ts";
import { holdFresh } from "./refresh.ts";
import { holdSharing } from "./sharing.ts";
import { type Present, presentAsRendered, type World, worldOf } from "./world.ts";

interface Inside {
  world: World;
  options: PixoraOptionFactories;
  present: Present;
}

const Context = createContext<Inside | null>(null);

/** A QueryClient with defaults that suit Pixora: refusals are not repeated, since the client itself repeats what may pass. */
export function createPixoraQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: { queries: { staleTime: 30_000, retry: (count, error) => count < 2 && !isPixoraError(error) } },
  });
}

export interface PixoraProviderProps {
  client: Pixora;
  /** Default: one of its own. Servers that render pages pass one for each request. */
  queryClient?: QueryClient;
  /** What a server has prefetched and dehydrated. It is there before anything below renders. */
  state?: DehydratedState;
  /** Whether the person's stream is held open while somebody is signed in. Default: true. */
  live?: boolean;
  /** Whether oneself, the counts and the first page of home outlive the page, for a day. Default: true. */
  persist?: boolean;
  children?: ReactNode;
}

/** Gives the client to the hooks below it, and TanStack Query's client as well. */
export function PixoraProvider({
  client,
  queryClient,
  state,
  live = true,
  persist = true,
  children,
}: PixoraProviderProps): ReactElement {
  const [own] = useState(() => queryClient ?? createPixoraQueryClient());
  const used = queryClient ?? own;
  const world = worldOf({ client, queryClient: used });
  useMemo(() => state && hydrate(used, state), [used, state]);
  const options = useMemo(() => createFactories(world), [world]);
  const present = useSyncExternalStore(world.present.listen, world.present.get, () => presentAsRendered(world));
  const { userId } = present.person;
  useEffect(() => {
    if (present.person.status !== "signedIn") return undefined;
    return holdSharing(world, { isLive: live });
  }, [world, present, live]);
  useEffect(() => {
    return persist && userId !== null ? holdPersisted(world, userId) : undefined;
  }, [world, userId, persist]);
  useEffect(() => holdFresh(world), [world]);
  const inside = useMemo(() => ({ world, options, present }), [world, options, present]);
  return createElement(QueryClientProvider, { client: used }, createElement(Context, { value: inside }, children));
}

/** For the hooks of this folder. */
export function useInside(): Inside {
  const inside = useContext(Context);
  if (inside === null) throw new Error("Pixora's hooks are to be used below <PixoraProvider>");
  return inside;
}

/** For what only somebody who is signed in has: nobody else is asked for it. */
export function useIfSignedIn(): { enabled: boolean } {
  return { enabled: useInside().present.person.status !== "signedOut" };
}

/** The client, the options factories and TanStack Query's client. */
export function usePixora(): { client: Pixora; options: PixoraOptionFactories; queryClient: QueryClient } {
  const { world, options } = useInside();
  const queryClient = useQueryClient();
  return useMemo(() => ({ client: world.client, options, queryClient }), [world, options, queryClient]);
}

/**
 * The options factories outside components, as for the loaders of a router. The same QueryClient and client are to be
 * given to the provider.
 */
export function createOptions(input: { client: Pixora; queryClient: QueryClient }): PixoraOptionFactories {
  return createFactories(worldOf(input));
}
