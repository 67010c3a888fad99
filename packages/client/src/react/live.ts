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
import type { Tabs } from "./tabs.ts";
import type { LiveStatus, World } from "./world.ts";

/** What the person's stream tells. */
export type PersonalEvent = EventOf<"live.onEvent">["data"];

/** What the tab that holds the stream tells the others. */
export type StreamMessage =
  | { type: "event"; id: string; data: PersonalEvent }
  | { type: "status"; status: LiveStatus; lastId: string | null }
  | { type: "hello" };

/**
 * Hears the person's stream: this tab's own while it leads, and what the leader passes on otherwise. A tab that takes the
 * lead goes on after the last event it has heard.
 */
export function shareStream(world: World, tabs: Tabs<StreamMessage>): () => void {
  let lastId: string | null = null;
  let stop: (() => void) | null = null;

  function take({ id, data }: { id: string; data: PersonalEvent }): void {
    const isReport = data.type === "ready" || data.type === "resync";
    if (lastId !== null && !isReport && !isLater(id, lastId)) return;
    lastId = id;
    hear(world, data);
  }
  function setStatus(status: LiveStatus): void {
    world.live.set(status);
    tabs.post({ type: "status", status, lastId });
  }
  function follow(): void {
    stop?.();
    stop = null;
    if (!tabs.isLeader.get()) return;
    stop = openStream(world, { lastId, onStatus: setStatus, onEvent: pass });
  }
  function pass(event: { id: string; data: PersonalEvent }): void {
    take(event);
    tabs.post({ type: "event", ...event });
  }
  const stopListening = tabs.listen((message) => {
    if (message.type === "event") {
      // Something between was not passed on, as when this page was put aside.
      const isGap = lastId !== null && isLater(message.id, nextId(lastId));
      take(message);
      if (isGap) refreshShown(world);
    } else if (message.type === "status") {
      world.live.set(message.status);
      lastId ??= message.lastId;
    } else if (message.type === "hello" && tabs.isLeader.get()) setStatus(world.live.get());
  });
  const stopFollowing = tabs.isLeader.listen(follow);
  world.live.set("connecting");
  follow();
  tabs.post({ type: "hello" });
  return () => {
    stopFollowing();
    stopListening();
    stop?.();
    world.live.set("connecting");
  };
}

interface Opening {
  lastId: string | null;
  onStatus(status: LiveStatus): void;
  onEvent(event: { id: string; data: PersonalEvent }): void;
}

function openStream(world: World, { lastId, onStatus, onEvent }: Opening): () => void {
  const { connection, live } = world.client;
  const stream: Unsubscribable = live.onEvent.subscribe(lastId === null ? undefined : { lastEventId: lastId }, {
    onData: onEvent,
  });
  const unfollow = connection.subscribe(({ status }) => onStatus(status === "idle" ? "connecting" : status));
  return () => {
    unfollow();
    stream.unsubscribe();
  };
}

/** Ids of events are numbers that rise by one, as text. */
function isLater(id: string, than: string): boolean {
  return id.length === than.length ? id > than : id.length > than.length;
}

function nextId(id: string): string {
  return /^\d+$/.test(id) ? String(BigInt(id) + 1n) : id;
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
