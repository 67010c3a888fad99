// The session of a client: its tokens and their silent renewal.
// Promises: however many calls need a new token at once, one refresh flies.
//
// Whether somebody is signed in stands in the store alone, since other tabs may share it. A client adds whether it is
// renewing the tokens:
//
//                 set(tokens)                   accessToken() finds them dying, or a call is refused: renew()
//   signed out ─────────────────▶ signed in ────────────────────────────────────────────────▶ renewing
//     ▲  ▲                         ▲  │ │ ▲                                                      │  │
//     │  └── set(null), forget() ──│──┘ └─┘ set(tokens of another): onSwitch                     │  │
//     │                            └── new tokens came, or the server is away and the old stay ──┘  │
//     └─────────────────────────────── the server refuses the refresh token ────────────────────────┘
//
// Whatever set() and forget() do while a renewal flies wins over its answer. onChange hears of every arrow that begins or
// ends in "signed out", and of a switch, those of another tab too; onSwitch of a switch and of set(null), since streams are to end or begin anew.
import type { AppRouter } from "@pixora/api";
import { createTRPCClient, httpLink, type TRPCClient } from "@trpc/client";
import type { Clock } from "./answer.ts";
import { isAnswerError, isConnectionError, isPixoraError } from "./errors.ts";
import type { KeptTokens, SessionStore, Tokens } from "./session.store.ts";
import { type Holder, holderOf, isSameSession, lifeMsOf } from "./session.token.ts";

export interface Session {
  /** The present tokens, or null when nobody is signed in. */
  tokens(): Promise<Tokens | null>;
  /** Takes tokens over, as from a server that rendered the page; null forgets them, and open streams end. */
  set(tokens: Tokens | null): Promise<void>;
  /** Called with true or false whenever somebody signs in or the session ends. The answer stops it. */
  onChange(listener: (isSignedIn: boolean) => void): () => void;
}

/** What the links use besides. */
export interface SessionInside extends Session {
  /** Whose the present tokens are; null when nobody is signed in. */
  holder(): Promise<Holder | null>;
  /** Forgets the tokens of a session that the server has ended, the renewed ones too; it ends the streams by itself. */
  forget(ended: Tokens): Promise<void>;
  /** Called when the session that was here gives way to another or is taken away. The answer stops it. */
  onSwitch(listener: () => void): () => void;
  /** An access token that still lives a while; renews it first where needed. Null when nobody is signed in. */
  accessToken(): Promise<string | null>;
  /** Renews unless `deadToken` has been replaced already. False when the session has ended. */
  renew(deadToken: string | null): Promise<boolean>;
  /** Follows what other tabs do no longer. */
  close(): void;
}

/**
 * A token that dies sooner than this is renewed before it is used: the server asks streams a minute ahead, or at half
 * the life of one that lives shorter.
 */
const renewAheadMs = 75_000;
const renewAheadPart = 0.6;
/** Refreshes whose answer gets lost: well within the server's grace for the token that was used. */
const maxRefreshes = 3;
const refreshDelayMs = 200;

type Renewal = { name: "resting" } | { name: "renewing"; isAlive: Promise<boolean> };

/** A session from within: where its tokens are, who hears of it, and what is going on. */
interface Keeper {
  readonly store: SessionStore;
  /** Without links of ours: a refresh is neither repeated nor renewed by them. */
  readonly bare: TRPCClient<AppRouter>;
  readonly listeners: Set<(isSignedIn: boolean) => void>;
  readonly switchListeners: Set<() => void>;
  renewal: Renewal;
  readonly clock: Clock;
  /** The token that came last, and when. */
  fresh: { accessToken: string; sinceMs: number } | null;
}

export function createSession(input: {
  url: string;
  store: SessionStore;
  fetch: typeof fetch;
  clock: Clock;
}): SessionInside {
  const { store, clock } = input;
  const keeper: Keeper = {
    store,
    clock,
    bare: createTRPCClient<AppRouter>({ links: [httpLink({ url: `${input.url}/trpc`, fetch: input.fetch })] }),
    listeners: new Set(),
    switchListeners: new Set(),
    renewal: { name: "resting" },
    fresh: null,
  };
  store.connect?.(() => ask(keeper));
  const unfollow = store.follow?.((before, after) => {
    tell(keeper, { before, after });
    tellOfSwitch(keeper, { before, after });
  });
  return {
    tokens: async () => store.load(),
    set: (tokens) => replace(keeper, tokens),
    onChange: (listener) => addListener(keeper.listeners, listener),
    holder: async () => holderOf(await store.load()),
    forget: (ended) => forget(keeper, ended),
    onSwitch: (listener) => addListener(keeper.switchListeners, listener),
    accessToken: () => accessTokenOf(keeper),
    renew: (deadToken) => renew(keeper, deadToken),
    close: () => unfollow?.(),
  };
}

function addListener<Listener>(listeners: Set<Listener>, listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Answers the tokens that were here before. */
async function save(keeper: Keeper, tokens: Tokens | null): Promise<Tokens | null> {
  const before = await keeper.store.load();
  await keeper.store.save(tokens);
  keeper.fresh = tokens && { accessToken: tokens.accessToken, sinceMs: Date.now() };
  tell(keeper, { before, after: tokens });
  return before;
}

interface Change {
  before: Tokens | null;
  after: Tokens | null;
}

/** Tells that somebody is signed in now, or nobody any more. */
function tell({ listeners }: Keeper, { before, after }: Change): void {
  const isSignedIn = after !== null;
  if ((before !== null) !== isSignedIn) for (const listener of listeners) listener(isSignedIn);
}

/** Tells that the session which was here has given way to another, or has been taken away. */
function tellOfSwitch({ listeners, switchListeners }: Keeper, { before, after }: Change): void {
  if (before === null || (after !== null && isSameSession(before, after))) return;
  if (after !== null) for (const listener of listeners) listener(true);
  for (const listener of switchListeners) listener();
}

async function replace(keeper: Keeper, tokens: Tokens | null): Promise<void> {
  tellOfSwitch(keeper, { before: await save(keeper, tokens), after: tokens });
}

async function forget(keeper: Keeper, ended: Tokens): Promise<void> {
  const present = await keeper.store.load();
  if (present !== null && isSameSession(present, ended)) await save(keeper, null);
}

/** The tokens of the session that the cookies are of; null for none. */
async function ask(keeper: Keeper): Promise<Tokens | null> {
  try {
    return await fetchNext(keeper, "cookie");
  } catch (error) {
    if (isPixoraError(error) && error.data.appCode.startsWith("auth.")) return null;
    throw error;
  }
}

function renew(keeper: Keeper, deadToken: string | null): Promise<boolean> {
  if (keeper.renewal.name === "renewing") return keeper.renewal.isAlive;
  const isAlive = refresh(keeper, deadToken).finally(() => {
    keeper.renewal = { name: "resting" };
  });
  keeper.renewal = { name: "renewing", isAlive };
  return isAlive;
}

async function refresh(keeper: Keeper, deadToken: string | null): Promise<boolean> {
  const { store } = keeper;
  const before = await store.load();
  if (before === null || store.isReadOnly === true) return false;
  // Another call, or another tab that shares the store, was faster.
  if (deadToken !== null && before.accessToken !== deadToken) return true;
  try {
    const tokens = await fetchNext(keeper, before.refreshToken);
    // Signing out or in meanwhile wins over the renewal of what was there before.
    const present = await store.load();
    if (present?.accessToken === before.accessToken) await replace(keeper, tokens);
    return true;
  } catch (error) {
    if (!isPixoraError(error) || error.data.code !== "UNAUTHORIZED") throw error;
    const present = await store.load();
    if (present?.accessToken !== before.accessToken) return present !== null;
    await save(keeper, null);
    return false;
  }
}

async function fetchNext({ bare }: Keeper, refreshToken: string): Promise<Tokens> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return (await bare.auth.refresh.mutate({ refreshToken })).tokens;
    } catch (error) {
      const mayPass = isConnectionError(error) || (isAnswerError(error) && error.cause.mayPass);
      if (attempt === maxRefreshes || !mayPass) throw error;
      await new Promise((resolve) => setTimeout(resolve, refreshDelayMs * attempt * (0.5 + Math.random())));
    }
  }
}

async function accessTokenOf(keeper: Keeper): Promise<string | null> {
  const tokens = await keeper.store.load();
  if (tokens === null) return null;
  const lifeMs = lifeMsOf(tokens);
  const leftMs = endMsOf(keeper, { tokens, lifeMs }) - Date.now();
  if (leftMs > Math.min(renewAheadMs, renewAheadPart * lifeMs)) return tokens.accessToken;
  try {
    await renew(keeper, tokens.accessToken);
  } catch (error) {
    // The server is away for a moment: the old token may still do.
    if (leftMs <= 0) throw error;
  }
  return (await keeper.store.load())?.accessToken ?? null;
}

/** When the access token dies, by this machine's clock. */
function endMsOf({ fresh, clock }: Keeper, { tokens, lifeMs }: { tokens: KeptTokens; lifeMs: number }): number {
  // When it came counts, where that is known: a clock that runs ahead would have it dead on arrival, and on every page.
  const sinceMs = fresh?.accessToken === tokens.accessToken ? fresh.sinceMs : tokens.receivedAtMs;
  if (sinceMs !== undefined && sinceMs <= Date.now()) return sinceMs + lifeMs;
  return Date.parse(tokens.accessTokenExpiresAt) + clock.aheadMs;
}
