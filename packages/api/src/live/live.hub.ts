// The hub of personal streams, one a process: hints wake it, it reads what all woken streams missed in one query, and
// puts events into their mailboxes. Promises: each stream gets its person's log in order, without gap or repeat; a lost
// hint delays by a few seconds at most; a stream whose session has ended hears session.revoked and nothing more.
import type { Deps } from "../platform/deps.ts";
import { onePerDeps } from "../platform/per-deps.ts";
import { createStreamBook, type StreamBook } from "./live.book.ts";
import { parsePersonHint, parseRevokedHint, personHintChannel, revokedHintChannel } from "./live.hint.ts";
import { sweepStreams } from "./live.read.ts";
import { isBehind, type PersonalStream, readRound } from "./live.round.ts";

export interface LiveHub {
  add(stream: PersonalStream): void;
  remove(stream: PersonalStream): void;
  /** The stream has emptied its mailbox: if it was too far behind, it is read for again. */
  release(stream: PersonalStream): void;
}

type HubDeps = Pick<Deps, "db" | "pubsub" | "log" | "storage">;

const sweepEveryMs = 3_000;
const retryAfterMs = 500;
/** Streams that one query reads, and that one query compares. */
const streamsPerRead = 500;
const streamsPerSweep = 5_000;
/** A reader this far behind is read for again when it has caught up. */
const maxWaiting = 200;

/** The hub of a process. It listens from its first stream on, for as long as the process lives. */
export const liveHubOf = onePerDeps(createHub);

function createHub(deps: HubDeps): LiveHub {
  const book = createStreamBook<PersonalStream>((stream) => stream.userId);
  const reader = createReader(deps, book);
  wakeByHints(deps, { book, wake: reader.wake });
  wakeBySweeps(deps, { book, wake: reader.wake });
  return {
    add(stream) {
      book.add(stream);
      reader.wake(stream);
    },
    remove: book.remove,
    release: reader.release,
  };
}

/** Reads for woken streams, a round at a time; what a tick, or the round before, wakes is read together. */
function createReader(deps: HubDeps, book: StreamBook<PersonalStream>) {
  const woken = new Set<PersonalStream>();
  // Slow readers: woken again when they have caught up.
  const held = new WeakSet<PersonalStream>();
  let isReading = false;

  function wake(stream: PersonalStream): void {
    woken.add(stream);
    if (isReading) return;
    isReading = true;
    setImmediate(readRounds);
  }

  function takeRound(): PersonalStream[] {
    const round: PersonalStream[] = [];
    for (const stream of woken) {
      if (round.length === streamsPerRead) break;
      woken.delete(stream);
      if (stream.mailbox.size >= maxWaiting) held.add(stream);
      else if (book.has(stream)) round.push(stream);
    }
    return round;
  }

  function end(stream: PersonalStream): void {
    stream.mailbox.close();
    book.remove(stream);
  }

  async function readRounds(): Promise<void> {
    while (woken.size > 0) {
      const round = takeRound();
      if (round.length === 0) continue;
      try {
        await readRound(deps, round, { wake: (stream) => woken.add(stream), end });
      } catch (error) {
        deps.log.warn({ err: error }, "open streams wait for the database");
        for (const stream of round) woken.add(stream);
        await new Promise((resolve) => setTimeout(resolve, retryAfterMs));
      }
    }
    isReading = false;
  }

  return {
    wake,
    release(stream: PersonalStream): void {
      if (held.delete(stream)) wake(stream);
    },
  };
}

interface Wakened {
  book: StreamBook<PersonalStream>;
  wake: (stream: PersonalStream) => void;
}

function wakeByHints(deps: HubDeps, { book, wake }: Wakened): void {
  deps.pubsub.subscribe(personHintChannel, (message) => {
    for (const { userId, seq } of parsePersonHint(message)) {
      for (const stream of book.of(userId)) if (isBehind(stream, seq)) wake(stream);
    }
  });
  deps.pubsub.subscribe(revokedHintChannel, (message) => {
    const hint = parseRevokedHint(message);
    if (hint === null) return;
    for (const stream of book.of(hint.userId)) {
      if (hint.sessionId === null || hint.sessionId === stream.sessionId) wake(stream);
    }
  });
}

/** Hints may be lost: every few seconds, and after each reconnection, all streams are compared with the database. */
function wakeBySweeps(deps: HubDeps, { book, wake }: Wakened): void {
  async function sweep(): Promise<void> {
    const streams = book.all();
    for (let start = 0; start < streams.length; start += streamsPerSweep) {
      const part = streams.slice(start, start + streamsPerSweep);
      const standing = await sweepStreams(deps, { streams: part });
      part.forEach((stream, index) => {
        const found = standing.get(index);
        if (found === undefined || !found.isSessionLive || isBehind(stream, found.seq)) wake(stream);
      });
    }
  }

  function sweepSafely(): void {
    sweep().catch((error) => deps.log.warn({ err: error }, "open streams could not be compared"));
  }

  deps.pubsub.onReconnect(sweepSafely);
  setInterval(sweepSafely, sweepEveryMs).unref();
}
