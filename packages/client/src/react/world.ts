// What a QueryClient and a client of Pixora share: the store, who is signed in, and the calls that fill the store.
// Promise: another person finds nothing of the one before.
import type { QueryClient } from "@tanstack/react-query";
import type { Pixora } from "../client.ts";
import type { Tokens } from "../session.store.ts";
import { holderOf } from "../session.token.ts";
import { keepAnswer } from "./answers.ts";
import type { Change } from "./effect.ts";
import type { Page } from "./lists.ts";
import { forgetPersisted } from "./persist.forget.ts";
import type { Fields } from "./records.ts";
import { createSignal, type Signal } from "./signal.ts";
import { createStore, inQuietBatch, nextMoment, type Store } from "./store.ts";

export interface Person {
  /** "loading" until it is known whether somebody is signed in. */
  status: "loading" | "signedIn" | "signedOut";
  userId: string | null;
}

/** The part that is new for each person. The object is another when the person is. */
export interface Present {
  store: Store;
  person: Person;
}

/** "live": what happens is heard. "connecting": it will be, and what was missed with it. "offline": there is no network. */
export type LiveStatus = "live" | "connecting" | "offline";

/** Where changes wait for the network. */
export interface Keeping {
  /** Whose changes. */
  readonly store: Store;
  /** Whether some wait: later ones are to wait behind them. */
  isHolding(): boolean;
  /** Keeps a change; the promise in the answer is that of the server's answer. */
  keep(change: Change): Promise<{ answer: Promise<unknown> }>;
}

/** A head that waits to be shown. */
export interface WaitingHead {
  page: Page;
  newCount: number;
}

export interface World {
  readonly client: Pixora;
  readonly queryClient: QueryClient;
  readonly present: Signal<Present>;
  readonly live: Signal<LiveStatus>;
  /** Heads of lists that wait to be shown, by the hash of their query. */
  readonly heads: Signal<ReadonlyMap<string, WaitingHead>>;
  readonly headCalls: Map<string, Promise<void>>;
  /** Where changes wait for the network; null while nobody is signed in, and on servers. */
  outbox: Keeping | null;
  /** Attempts to make new things, by the ids they have until then. */
  readonly makings: Map<string, Promise<unknown>>;
  /** The lanes of changes under way: each change waits for the one before. */
  readonly lanes: Map<string, Promise<unknown>>;
}

/** The first part of all query keys. */
export const rootKey = "pixora";

const worlds = new WeakMap<QueryClient, World>();

/** The world of a QueryClient; it is made once, for the client that comes first. */
export function worldOf(input: { client: Pixora; queryClient: QueryClient }): World {
  const known = worlds.get(input.queryClient);
  if (known?.client === input.client) return known;
  const world: World = {
    ...input,
    present: createSignal<Present>({ store: createStore(), person: { status: "loading", userId: null } }),
    live: createSignal<LiveStatus>("connecting"),
    heads: createSignal<ReadonlyMap<string, WaitingHead>>(new Map()),
    headCalls: new Map(),
    outbox: null,
    makings: new Map(),
    lanes: new Map(),
  };
  worlds.set(input.queryClient, world);
  watchQueries(world);
  input.client.session.onChange(() => void followPerson(world));
  void followPerson(world);
  return world;
}

const prerendered = new WeakMap<World, Present>();

/**
 * The person as a page that the server has rendered shows them, before the browser knows of a session: whoever the
 * page's own answer to `user.me` names.
 */
export function presentAsRendered(world: World): Present {
  const { store, person } = world.present.get();
  const me = world.queryClient.getQueryData<{ id: string }>([rootKey, "user.me", {}, "answer"]);
  const rendered: Person = me ? { status: "signedIn", userId: me.id } : { status: "loading", userId: null };
  if (person.status === rendered.status && person.userId === rendered.userId) return world.present.get();
  const known = prerendered.get(world);
  if (known?.store === store && known.person.userId === rendered.userId) return known;
  const made = { store, person: rendered };
  prerendered.set(world, made);
  return made;
}

/** After how long a server that could not say who is signed in is asked again. */
const askAgainMs = 2_000;

/** Finds out who is signed in. Where that is another person than before, everything starts anew. */
export async function followPerson(world: World): Promise<void> {
  let tokens: Tokens | null;
  try {
    tokens = await world.client.session.tokens();
  } catch {
    // Where a cookie holds the session, the server tells: it is away.
    setTimeout(() => void followPerson(world), askAgainMs);
    return;
  }
  const userId = holderOf(tokens)?.userId ?? null;
  const before = world.present.get().person;
  const person: Person = { status: userId === null ? "signedOut" : "signedIn", userId };
  if (before.status === person.status && before.userId === userId) return;
  const rendered = presentAsRendered(world).person.userId;
  if (before.status === "loading" && (rendered === null || rendered === userId)) {
    world.present.set({ store: world.present.get().store, person });
    return;
  }
  if (before.userId !== null) forgetPersisted(before.userId);
  world.lanes.clear();
  world.makings.clear();
  world.heads.set(new Map());
  world.queryClient.removeQueries({ queryKey: [rootKey], type: "inactive" });
  world.present.set({ store: createStore(), person });
  // Those on screen are asked anew, as the new person.
  await world.queryClient.resetQueries({ queryKey: [rootKey] });
}

interface Caller {
  query?(input: unknown, options?: { signal?: AbortSignal | undefined }): Promise<unknown>;
  mutate?(input: unknown, options?: { context?: object | undefined }): Promise<unknown>;
}

/** The procedure of a path, as the client has it. */
export function procedureOf(client: Pixora, path: string): Caller {
  const [room = "", name = ""] = path.split(".");
  return (client as unknown as Record<string, Record<string, Caller>>)[room]?.[name] ?? {};
}

/** Asks, and keeps what is answered as of the moment of asking. */
export async function ask(
  world: World,
  call: { path: string; input: Fields; signal?: AbortSignal | undefined },
): Promise<unknown> {
  const { store } = world.present.get();
  const askedAt = nextMoment(store);
  const answer = await procedureOf(world.client, call.path).query?.(call.input, { signal: call.signal });
  keepAnswer(store, { path: call.path, answer, askedAt });
  return answer;
}

/** What was put into the cache otherwise, by hydration, from a persisted cache or by the app, goes into the store too. */
function watchQueries(world: World): void {
  world.queryClient.getQueryCache().subscribe((event) => {
    if (event.type !== "added" && event.type !== "updated") return;
    const [root, path] = event.query.queryKey;
    if (root !== rootKey || typeof path !== "string" || event.query.state.data === undefined) return;
    keepCached(world.present.get().store, { path, cached: event.query.state.data });
  });
}

function keepCached(store: Store, { path, cached }: { path: string; cached: unknown }): void {
  // It may be a page that React hydrates right now.
  inQuietBatch(store, () => {
    for (const answer of answersIn(cached)) {
      if (!store.moments.has(answer)) keepAnswer(store, { path, answer, askedAt: 0 });
    }
  });
}

/** The answers that a query's data consist of. */
export function answersIn(cached: unknown): object[] {
  if (typeof cached !== "object" || cached === null) return [];
  return "pages" in cached && Array.isArray(cached.pages) ? cached.pages : [cached];
}
