// The person's stream, put into the store as it comes, and whether it is heard.
import type { Unsubscribable } from "@trpc/server/observable";
import { addAtEdge } from "./arrivals.ts";
import type { NewAddition } from "./effect.ts";
import { type Counts, ownCountsId } from "./kinds.ts";
import { learnMarked } from "./optimistic.notifications.ts";
import type { EventOf } from "./paths.ts";
import { type Learned, takeApart } from "./records.ts";
import { refreshShown, refreshSoon } from "./refresh.ts";
import { bury, inBatch, keep, nextMoment, type Store } from "./store.ts";
import type { World } from "./world.ts";

/** What the person's stream tells. */
export type PersonalEvent = EventOf<"live.onEvent">["data"];

interface Holding {
  count: number;
  stop(): void;
}

const holdings = new WeakMap<World, Holding>();

/** Holds the person's stream open until all who hold it have let go. */
export function holdLive(world: World): () => void {
  const holding = holdings.get(world) ?? { count: 0, stop: openLive(world) };
  holdings.set(world, holding);
  holding.count += 1;
  return () => {
    holding.count -= 1;
    if (holding.count > 0) return;
    holdings.delete(world);
    holding.stop();
  };
}

function openLive(world: World): () => void {
  const { connection, live } = world.client;
  const stream: Unsubscribable = live.onEvent.subscribe(undefined, { onData: ({ data }) => hear(world, data) });
  const unfollow = connection.subscribe(({ status }) => world.live.set(status === "idle" ? "connecting" : status));
  return () => {
    unfollow();
    stream.unsubscribe();
    world.live.set("connecting");
  };
}

/** Puts what an event tells into the store, and asks for what it does not tell. */
function hear(world: World, event: PersonalEvent): void {
  keepEvent(world.present.get().store, event);
  if (event.type === "resync") refreshShown(world);
  if (event.type.startsWith("notification.") || event.type === "resync") refreshSoon(world, "notification.groups");
}

/** Puts what an event tells into the store. */
export function keepEvent(store: Store, event: PersonalEvent): void {
  inBatch(store, () => {
    const learned = learnedOf(store, event);
    if ("counts" in event) learned.push(...takeCounts(event.counts));
    keep(store, { learned, askedAt: nextMoment(store) });
  });
}

function takeCounts(counts: Counts): Learned[] {
  return [{ key: `counts:${ownCountsId}`, kind: "counts", fields: { ...counts }, rev: null }];
}

function learnedOf(store: Store, event: PersonalEvent): Learned[] {
  switch (event.type) {
    case "notification.created":
      addNotification(store, event.notification.id);
      return takeApart("notification", event.notification);
    case "notification.removed":
      for (const id of event.ids) bury(store, `notification:${id}`);
      return [];
    case "notification.read":
      return learnMarked(store, { field: "read", marked: event.marked });
    case "notification.seen":
      return learnMarked(store, { field: "seen", marked: { upToId: event.upToId } });
    case "media.ready":
    case "media.failed":
      return takeApart("media", event.media);
    default:
      return [];
  }
}

/** A new notification stands at the head of the list until the list has been asked for again. */
function addNotification(store: Store, id: string): void {
  const addition: NewAddition = { path: "notification.list", kind: "notification", id, edgeOf: () => "start" };
  addAtEdge(store, addition);
}
