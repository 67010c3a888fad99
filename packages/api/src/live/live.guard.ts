// What ends a stream from outside: a reader that no longer takes what is sent, and a token that is about to die.
// Promises: both ways the client comes back by itself and goes on after its last event; a reader that is merely slow gets
// everything at its own pace, and what waits for it is bounded.
import type { Connection } from "../platform/context.ts";
import { followStream, type Stream } from "../platform/stream.ts";

/** Bytes that may wait for a reader before it is given nothing more. */
const maxBufferedBytes = 256 * 1_024;
/** A reader that has taken nothing for this long is given up. */
const stalledAfterMs = 5_000;
const lookEveryMs = 50;
/** How long before its end a token is to be replaced; a token that lives shorter, at half its rest. */
const renewBeforeMs = 60_000;

interface Guarded {
  connection: Connection;
  /** When the viewer's token dies, in milliseconds since 1970; null for strangers. */
  expiresAtMs: number | null;
  nowMs: number;
}

/** A stream that knows how many of its events can be had at once. */
export interface SizedStream<Event> extends Stream<Event> {
  readonly size: number;
}

/**
 * Passes a stream on, as `show` makes it, until the connection under it has to be renewed. Events that can be had at once
 * go out together: each write of its own is a call of the kernel.
 */
export function guardStream<Event, Shown>(
  stream: SizedStream<Event>,
  input: Guarded & { show: (event: Event) => Shown },
): Stream<Shown> {
  const { connection, show } = input;
  let stopWatching: (() => void) | null = null;
  let isHeld = false;
  let isOver = false;

  function letGo(): void {
    if (isHeld) connection.release();
    isHeld = false;
  }

  async function waitForReader(): Promise<"go on" | "end"> {
    if (await isTakenUp(connection)) return "go on";
    // The socket may carry other streams, which go on.
    if (!isOver) connection.interrupt();
    return "end";
  }

  return followStream(stream, {
    beforeNext() {
      // Asked for the first time: nothing was sent yet.
      if (stopWatching === null) stopWatching = watchToken(input);
      else if (connection.bufferedBytes() > maxBufferedBytes) {
        // What was held back counts too, and may be gone with the next write.
        letGo();
        if (connection.bufferedBytes() > maxBufferedBytes) return waitForReader();
      }
      if (stream.size === 0) letGo();
      return null;
    },
    onItem(event) {
      if (stream.size > 0 && !isHeld) {
        connection.hold();
        isHeld = true;
      }
      return show(event);
    },
    onEnd() {
      isOver = true;
      letGo();
      stopWatching?.();
    },
  });
}

/** Waits until the reader has taken enough of what was sent; false where it has stopped taking. */
async function isTakenUp(connection: Connection): Promise<boolean> {
  let leastBytes = connection.bufferedBytes();
  let takenAtMs = performance.now();
  while (performance.now() - takenAtMs < stalledAfterMs) {
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
    const bytes = connection.bufferedBytes();
    if (bytes <= maxBufferedBytes) return true;
    if (bytes >= leastBytes) continue;
    leastBytes = bytes;
    takenAtMs = performance.now();
  }
  return false;
}

interface Watch {
  streams: number;
  timers: NodeJS.Timeout[];
}

// One watch a connection, however many streams it carries.
const watches = new WeakMap<Connection, Watch>();

function watchToken({ connection, expiresAtMs, nowMs }: Guarded): () => void {
  if (expiresAtMs === null) return () => undefined;
  const known = watches.get(connection);
  const watch = known ?? { streams: 0, timers: startTimers(connection, expiresAtMs - nowMs) };
  watch.streams += 1;
  watches.set(connection, watch);
  return () => {
    watch.streams -= 1;
    if (watch.streams > 0) return;
    for (const timer of watch.timers) clearTimeout(timer);
    watches.delete(connection);
  };
}

// What setTimeout can count; a longer one would ring at once.
const maxTimerMs = 2_147_483_647;

function startTimers(connection: Connection, leftMs: number): NodeJS.Timeout[] {
  if (leftMs > maxTimerMs) return [];
  const renewInMs = Math.max(leftMs - renewBeforeMs, leftMs / 2, 0);
  return [
    setTimeout(() => connection.askToReconnect(), renewInMs).unref(),
    // Who did not come back with a new token is cut off with the old one.
    setTimeout(() => connection.interrupt(), Math.max(leftMs, 0)).unref(),
  ];
}
