// Hooks for notifications, the stream, the outbox and the time.
import { useMemo, useSyncExternalStore } from "react";
import { discardChange, retryChange } from "./change.ts";
import { type PixoraInfiniteResult, usePixoraInfinite } from "./hooks.list.ts";
import { usePixoraQuery, useReader } from "./hooks.ts";
import { type Counts, ownCountsId } from "./kinds.ts";
import type { CallError, OutputOf } from "./paths.ts";
import { changesKey } from "./pending.ts";
import { useIfSignedIn, useInside } from "./provider.ts";
import { createReader } from "./reader.ts";
import { viewOf } from "./views.ts";
import type { LiveStatus } from "./world.ts";

/** Notifications in groups, newest first. */
export function useNotifications(
  input: { limit?: number } = {},
): PixoraInfiniteResult<OutputOf<"notification.groups">> {
  return usePixoraInfinite(useInside().options.notification.groups.infiniteOptions(input), useIfSignedIn());
}

/** How many notifications are unread and unseen, live. Undefined until it is known; oneself tells it as well. */
export function useCounts(): Counts | undefined {
  const { options, present } = useInside();
  const reader = useMemo(() => {
    const { store } = present;
    return createReader(store, (track) => viewOf(store, { kind: "counts", id: ownCountsId, track }));
  }, [present]);
  const known = useReader(reader);
  const enabled = present.person.status === "signedIn" && known === undefined;
  usePixoraQuery(options.notification.counts.queryOptions(), { enabled });
  return known;
}

/** Whether what happens is heard. */
export function useLive(): { status: LiveStatus } {
  const { world } = useInside();
  const status = useSyncExternalStore(world.live.listen, world.live.get, () => "connecting" as const);
  return useMemo(() => ({ status }), [status]);
}

/** A change that the server has refused: a new thing that stays, or something that was done without a network. */
export interface Refused {
  id: number;
  /** The procedure, as in "comment.create", and what it was called with. */
  path: string;
  input: Readonly<Record<string, unknown>>;
  error: CallError | Error;
  /** The `key` of the thing that stays where one was to be made. */
  key: string | null;
  retry(): void;
  discard(): void;
}

export interface Outbox {
  /** How many changes wait for the network. */
  waiting: number;
  refused: readonly Refused[];
}

/** What waits for the network, and what the server has refused. */
export function useOutbox(): Outbox {
  const { world, present } = useInside();
  const reader = useMemo(() => {
    const { store } = present;
    return createReader<Outbox>(store, (track) => {
      track(changesKey);
      const changes = [...store.changes];
      const refused = changes.filter(({ state }) => state === "refused");
      return {
        waiting: changes.filter(({ isKept, state }) => isKept && state === "sending").length,
        refused: refused.map((change) => ({
          id: change.id,
          ...change.order,
          error: change.error as CallError,
          key: change.effect.made?.id ?? null,
          retry: () => void retryChange(world, change).catch(() => {}),
          discard: () => discardChange(world, change),
        })),
      };
    });
  }, [world, present]);
  return useReader(reader);
}

interface Clock {
  now: Date | null;
  listeners: Set<() => void>;
  timer: ReturnType<typeof setInterval> | null;
}

const clock: Clock = { now: null, listeners: new Set(), timer: null };
const tickMs = 60_000;

function listenToClock(listener: () => void): () => void {
  clock.listeners.add(listener);
  clock.timer ??= setInterval(tick, tickMs);
  clock.now ??= new Date();
  return () => {
    clock.listeners.delete(listener);
    if (clock.listeners.size > 0 || clock.timer === null) return;
    clearInterval(clock.timer);
    clock.timer = null;
    clock.now = null;
  };
}

function tick(): void {
  clock.now = new Date();
  for (const listener of [...clock.listeners]) listener();
}

/** The time, for "5 minutes ago": one timer for all, each minute. Null on the server and until the page is hydrated. */
export function useNow(): Date | null {
  return useSyncExternalStore(
    listenToClock,
    () => clock.now,
    () => null,
  );
}
