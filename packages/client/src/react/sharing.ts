// What the tabs of one person share: one of them holds the stream and sends what waits, and all see it.

import { holderOf } from "../session.token.ts";
import { mark, refuse, send, settle } from "./change.ts";
import type { Change } from "./effect.ts";
import { type StreamMessage, shareStream } from "./live.ts";
import { effectOf } from "./optimistic.ts";
import type { Waiting } from "./outbox.storage.ts";
import { type OutboxMessage, openOutbox } from "./outbox.ts";
import { addChange, changesKey, dropChange } from "./pending.ts";
import { refreshShown } from "./refresh.ts";
import { touch } from "./store.ts";
import { openTabs, type Tabs } from "./tabs.ts";
import type { Present, World } from "./world.ts";

type Message = StreamMessage | OutboxMessage;

interface Sharing {
  /** Whether the person's stream is held open. */
  isLive: boolean;
  /** How often the leader says that it is there, and after how long without that its place is taken. */
  timing?: { beatMs: number; silentMs: number };
}

interface Holding {
  present: Present;
  count: number;
  stop(): void;
}

const holdings = new WeakMap<World, Holding>();

/** Shares with the person's other tabs until all who hold it have let go. */
export function holdSharing(world: World, input: Sharing): () => void {
  const present = world.present.get();
  // A rendered page may say who is there before the session is known: it is shared once that is.
  if (present.person.userId === null) return nothing;
  const known = holdings.get(world);
  const holding = known?.present === present ? known : { present, count: 0, stop: openSharing(world, input) };
  holdings.set(world, holding);
  holding.count += 1;
  return () => {
    holding.count -= 1;
    // StrictMode lets go and takes again at once.
    setTimeout(() => {
      if (holding.count > 0) return;
      holding.stop();
      if (holdings.get(world) === holding) holdings.delete(world);
    });
  };
}

function openSharing(world: World, { isLive, timing }: Sharing): () => void {
  const { person } = world.present.get();
  const tabs = openTabs<Message>({ name: `pixora-live:${person.userId}`, ...timing });
  const closeOutbox = shareOutbox(world, tabs);
  const closeStream = isLive ? shareStream(world, tabs as Tabs<StreamMessage>) : nothing;
  return () => {
    closeStream();
    closeOutbox();
    tabs.close();
  };
}

function nothing(): void {}

interface Kept {
  change: Change;
  resolve(answer: unknown): void;
  reject(error: unknown): void;
}

/** Ties what waits to what is seen. */
function shareOutbox(world: World, tabs: Tabs<Message>): () => void {
  const { store, person } = world.present.get();
  const kept = new Map<number, Kept>();

  function hold(id: number, change: Change): Promise<unknown> {
    const answer = new Promise<unknown>((resolve, reject) => kept.set(id, { change, resolve, reject }));
    // One that nobody of this page has made, or awaits, is told of by `useOutbox` alone.
    answer.catch(nothing);
    change.isKept = true;
    touch(store, changesKey);
    return answer;
  }

  function take(id: number): Kept | undefined {
    const one = kept.get(id);
    kept.delete(id);
    if (one) mark(store, { change: one.change, state: "sending" });
    return one;
  }

  const outbox = openOutbox({
    name: `pixora:${person.userId}`,
    isLeader: tabs.isLeader,
    post: (message) => tabs.post(message),
    async send({ path, input }) {
      const holder = holderOf(await world.client.session.tokens());
      if (holder?.userId !== person.userId) throw new Error("somebody else is signed in");
      return send(world, { path, input, context: { attempts: 1 } });
    },
    onAdded(entry) {
      const change = showWaiting(world, entry);
      if (change) void hold(entry.id, change);
    },
    onTaken(entry, answer) {
      const one = take(entry.id);
      if (one === undefined) return;
      settle(world, { change: one.change, store, answer });
      one.change.isKept = false;
      one.resolve(answer);
    },
    onRefused(entry, error) {
      const one = take(entry.id);
      if (one === undefined) return;
      refuse(store, { change: one.change, error });
      one.reject(error);
    },
    onMissed(entry) {
      const one = take(entry.id);
      if (one) dropChange(store, one.change);
      refreshShown(world);
    },
  });
  const stop = tabs.listen((message) => {
    if (message.type === "added" || message.type === "taken" || message.type === "refused") outbox.hear(message);
  });
  world.outbox = {
    store,
    isHolding: () => outbox.count() > 0,
    async keep(change) {
      const { order, effect } = change;
      const id = await outbox.add({ ...order, madeId: effect.made?.id ?? null });
      return { answer: hold(id, change) };
    },
  };
  return () => {
    stop();
    outbox.close();
    if (world.outbox?.store === store) world.outbox = null;
  };
}

/** Lets a change be seen that another tab has made, or this one before its page was loaded anew. */
function showWaiting(world: World, { path, input, madeId, madeAtMs }: Waiting): Change | null {
  const { store, person } = world.present.get();
  const maker = { store, meId: person.userId, newId: madeId ?? "", nowIso: new Date(madeAtMs).toISOString() };
  const effect = effectOf(maker, { path, input });
  return effect && addChange(store, { order: { path, input }, effect });
}
