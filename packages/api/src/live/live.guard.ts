// What ends a stream from outside: a reader that no longer takes what is sent, and a token that is about to die.
// Promises: both ways the client comes back by itself and goes on after its last event; a reader that is merely slow gets
// everything at its own pace, and what waits for it is bounded.
import type { Connection } from "../platform/call/context.ts";
import { type Follower, followStream, type Stream } from "../platform/call/stream.ts";

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
  return followStream(stream, new Guard(stream, input));
}

class Guard<Event, Shown> implements Follower<Event, Shown> {
  readonly #stream: SizedStream<Event>;
  readonly #connection: Connection;
  readonly #show: (event: Event) => Shown;
  /** What the viewer's token has left to live; null for strangers. */
  readonly #leftMs: number | null;
  #isAsked = false;
  #isHeld = false;
  #isOver = false;

  constructor(stream: SizedStream<Event>, input: Guarded & { show: (event: Event) => Shown }) {
    this.#stream = stream;
    this.#connection = input.connection;
    this.#show = input.show;
    this.#leftMs = input.expiresAtMs === null ? null : input.expiresAtMs - input.nowMs;
  }

  beforeNext(): Promise<"go on" | "end"> | null {
    const connection = this.#connection;
    // Asked for the first time: nothing was sent yet.
    if (!this.#isAsked) {
      this.#isAsked = true;
      if (this.#leftMs !== null) watchToken(connection, this.#leftMs);
    } else if (connection.bufferedBytes() > maxBufferedBytes) {
      // What was held back counts too, and may be gone with the next write.
      this.#letGo();
      if (connection.bufferedBytes() > maxBufferedBytes) return this.#waitForReader();
    }
    if (this.#stream.size === 0) this.#letGo();
    return null;
  }

  onItem(event: Event): Shown {
    if (this.#stream.size > 0 && !this.#isHeld) {
      this.#connection.hold();
      this.#isHeld = true;
    }
    return this.#show(event);
  }

  onEnd(): void {
    this.#isOver = true;
    this.#letGo();
    if (this.#isAsked && this.#leftMs !== null) unwatchToken(this.#connection);
  }

  #letGo(): void {
    if (this.#isHeld) this.#connection.release();
    this.#isHeld = false;
  }

  async #waitForReader(): Promise<"go on" | "end"> {
    if (await isTakenUp(this.#connection)) return "go on";
    // The socket may carry other streams, which go on.
    if (!this.#isOver) this.#connection.interrupt();
    return "end";
  }
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
  timer: NodeJS.Timeout | null;
}

// One watch a connection, however many streams it carries.
const watches = new WeakMap<Connection, Watch>();

/** Has a connection renewed before its token dies. Each call wants one of `unwatchToken`. */
function watchToken(connection: Connection, leftMs: number): void {
  const watch = watches.get(connection) ?? startWatch(connection, leftMs);
  watch.streams += 1;
  watches.set(connection, watch);
}

function unwatchToken(connection: Connection): void {
  const watch = watches.get(connection);
  if (watch === undefined) return;
  watch.streams -= 1;
  if (watch.streams > 0) return;
  if (watch.timer !== null) clearTimeout(watch.timer);
  watches.delete(connection);
}

// What setTimeout can count; a longer one would ring at once.
const maxTimerMs = 2_147_483_647;

function startWatch(connection: Connection, leftMs: number): Watch {
  const watch: Watch = { streams: 0, timer: null };
  if (leftMs > maxTimerMs) return watch;
  const renewInMs = Math.max(leftMs - renewBeforeMs, leftMs / 2, 0);
  watch.timer = setTimeout(() => {
    connection.askToReconnect();
    // Who did not come back with a new token is cut off with the old one.
    watch.timer = setTimeout(() => connection.interrupt(), Math.max(leftMs - renewInMs, 0)).unref();
  }, renewInMs).unref();
  return watch;
}
