// One tab of a person's leads: it holds the stream and sends what waits. The others hear from it.
// Promises: there is one leader at a time, as far as the browser's locks go; where the leader is closed, or says nothing
// for a while because its page is frozen, another tab takes its place. No call ever waits for a lock.
import { createSignal, type Signal } from "./signal.ts";

export interface Tabs<Message> {
  readonly isLeader: Signal<boolean>;
  /** Tells the other tabs. */
  post(message: Message): void;
  /** Hears the other tabs. The answer stops it. */
  listen(listener: (message: Message) => void): () => void;
  close(): void;
}

interface TabsInput {
  /** One for each person. */
  name: string;
  beatMs?: number;
  /** After how long without a beat the leader's place is taken. */
  silentMs?: number;
}

type Wire<Message> = { beat: true } | { message: Message };

/** Where there are neither locks nor channels, as in old web views and in Node, each tab leads itself. */
function canShare(): boolean {
  const isPage = typeof document !== "undefined" && typeof addEventListener === "function";
  return isPage && "locks" in navigator && typeof BroadcastChannel === "function";
}

export function openTabs<Message>(input: TabsInput): Tabs<Message> {
  return canShare() ? openShared(input) : openAlone();
}

function openAlone<Message>(): Tabs<Message> {
  return { isLeader: createSignal(true), post() {}, listen: () => () => {}, close() {} };
}

interface Election {
  name: string;
  isLeader: Signal<boolean>;
  /** Ends the wait for the lock, or lets go of it. */
  leave: (() => void) | null;
}

function openShared<Message>({ name, beatMs = 3_000, silentMs = 10_000 }: TabsInput): Tabs<Message> {
  const channel = new BroadcastChannel(name);
  const listeners = new Set<(message: Message) => void>();
  const election: Election = { name, isLeader: createSignal(false), leave: null };
  let heardAt = Date.now();

  function post(wire: Wire<Message>): void {
    channel.postMessage(wire);
  }
  channel.onmessage = ({ data }: MessageEvent<Wire<Message>>) => {
    heardAt = Date.now();
    if ("message" in data) for (const listener of [...listeners]) listener(data.message);
  };
  const timer = setInterval(() => {
    if (election.isLeader.get()) post({ beat: true });
    else if (Date.now() - heardAt > silentMs) {
      heardAt = Date.now();
      elect(election, { steal: true });
    }
  }, beatMs);
  const stopWatching = watchPage({
    onHide: () => election.leave?.(),
    onShow: () => {
      heardAt = Date.now();
      elect(election, { steal: false });
    },
  });
  elect(election, { steal: false });
  return {
    isLeader: election.isLeader,
    post: (message) => post({ message }),
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close() {
      clearInterval(timer);
      stopWatching();
      election.leave?.();
      channel.close();
    },
  };
}

/** A page that is put aside lets go: a lock that is held keeps it out of the back/forward cache. */
function watchPage({ onHide, onShow }: { onHide(): void; onShow(): void }): () => void {
  function onPageShow(event: PageTransitionEvent): void {
    if (event.persisted) onShow();
  }
  globalThis.addEventListener("pagehide", onHide);
  globalThis.addEventListener("pageshow", onPageShow);
  return () => {
    globalThis.removeEventListener("pagehide", onHide);
    globalThis.removeEventListener("pageshow", onPageShow);
  };
}

/** Waits for the lock, or takes it from a leader that says nothing, and leads for as long as it is held. */
function elect(election: Election, { steal }: { steal: boolean }): void {
  election.leave?.();
  const waiting = new AbortController();
  let endTerm: () => void = () => {};
  const term = new Promise<void>((resolve) => {
    endTerm = resolve;
  });
  function leave(): void {
    waiting.abort();
    endTerm();
    if (election.leave !== leave) return;
    election.leave = null;
    election.isLeader.set(false);
  }
  election.leave = leave;
  const options = steal ? { steal } : { signal: waiting.signal };
  navigator.locks
    .request(election.name, options, () => {
      if (election.leave !== leave) return undefined;
      election.isLeader.set(true);
      return term;
    })
    .catch(() => {
      // Another tab has taken the place, or the wait was given up. The former waits for its next turn.
      if (election.leave !== leave) return;
      const wasLeader = election.isLeader.get();
      leave();
      if (wasLeader) elect(election, { steal: false });
    });
}
