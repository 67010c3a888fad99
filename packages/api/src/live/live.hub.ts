// The hub of personal streams, one a process: hints wake it, it reads what all woken streams missed in one query, and
// puts events into their mailboxes. Promises: each stream gets its person's log in order, without gap or repeat; a lost
// hint delays by a few seconds at most; a stream whose session has ended hears session.revoked and nothing more.
import type { Deps } from "../platform/deps.ts";
import { onePerDeps } from "../platform/per-deps.ts";
import { parsePersonHint, parseRevokedHint, personHintChannel, revokedHintChannel } from "./live.hint.ts";
import type { Mailbox } from "./live.mailbox.ts";
import { readStreams, type StreamReading, sweepStreams } from "./live.read.ts";
import { renderEntries } from "./live.render.ts";
import type { PersonalEvent } from "./live.schema.ts";

/** An event under its sequence number, as the stream sends it. */
export interface SentEvent {
  id: string;
  event: PersonalEvent;
}

/** One open stream. */
export interface PersonalStream {
  readonly userId: string;
  readonly sessionId: string;
  /** The last sequence number put into the mailbox; null until the first reading of a stream that starts from now. */
  after: string | null;
  /** What was missed has been told, and `ready` said. */
  isReady: boolean;
  readonly mailbox: Mailbox<SentEvent>;
}

export interface LiveHub {
  add(stream: PersonalStream): void;
  remove(stream: PersonalStream): void;
  /** The stream has emptied its mailbox: if it was too far behind, it is read for again. */
  release(stream: PersonalStream): void;
  readonly size: number;
}

const sweepEveryMs = 3_000;
const retryAfterMs = 500;
/** Entries that one reading takes for one stream. */
const entriesPerRead = 100;
/** Streams that one query reads. */
const streamsPerRead = 500;
/** A reader this far behind is read for again when it has caught up. */
const maxWaiting = 200;

/** The hub of a process. It listens from its first stream on, for as long as the process lives. */
export const liveHubOf = onePerDeps(createHub);

function createHub(deps: Pick<Deps, "db" | "pubsub" | "log">): LiveHub {
  const byUser = new Map<string, Set<PersonalStream>>();
  const woken = new Set<PersonalStream>();
  // Slow readers: woken again when they have caught up.
  const held = new Set<PersonalStream>();
  let size = 0;
  let isReading = false;

  function isOpen(stream: PersonalStream): boolean {
    return byUser.get(stream.userId)?.has(stream) === true;
  }

  function wake(stream: PersonalStream): void {
    woken.add(stream);
    if (isReading) return;
    isReading = true;
    // What one tick wakes is read together.
    setImmediate(readRounds);
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

  function takeRound(): PersonalStream[] {
    const open = [...woken].filter(isOpen);
    woken.clear();
    const quick = open.filter((stream) => stream.mailbox.size < maxWaiting);
    for (const stream of open) if (stream.mailbox.size >= maxWaiting) held.add(stream);
    for (const stream of quick.slice(streamsPerRead)) woken.add(stream);
    return quick.slice(0, streamsPerRead);
  }

  function end(stream: PersonalStream): void {
    stream.mailbox.close();
    remove(stream);
  }

  function remove(stream: PersonalStream): void {
    const streams = byUser.get(stream.userId);
    if (streams?.delete(stream) !== true) return;
    held.delete(stream);
    size -= 1;
    if (streams.size === 0) byUser.delete(stream.userId);
  }

  async function sweep(): Promise<void> {
    const streams = [...byUser.values()].flatMap((ofUser) => [...ofUser]);
    for (let start = 0; start < streams.length; start += 5_000) {
      const part = streams.slice(start, start + 5_000);
      const standing = await sweepStreams(deps, { streams: part });
      part.forEach((stream, index) => {
        const found = standing.get(index);
        if (found === undefined || !found.isSessionLive || isBehind(stream, found.seq)) wake(stream);
      });
    }
  }

  function sweepSafely(): void {
    if (size > 0) void sweep().catch((error) => deps.log.warn({ err: error }, "open streams could not be compared"));
  }

  deps.pubsub.subscribe(personHintChannel, (message) => {
    for (const { userId, seq } of parsePersonHint(message)) {
      for (const stream of byUser.get(userId) ?? []) if (isBehind(stream, seq)) wake(stream);
    }
  });
  deps.pubsub.subscribe(revokedHintChannel, (message) => {
    const hint = parseRevokedHint(message);
    for (const stream of byUser.get(hint?.userId ?? "") ?? []) {
      if (hint?.sessionId === null || hint?.sessionId === stream.sessionId) wake(stream);
    }
  });
  deps.pubsub.onReconnect(sweepSafely);
  setInterval(sweepSafely, sweepEveryMs).unref();

  return {
    add(stream) {
      const streams = byUser.get(stream.userId) ?? new Set();
      byUser.set(stream.userId, streams.add(stream));
      size += 1;
      wake(stream);
    },
    remove,
    release(stream) {
      if (held.delete(stream)) wake(stream);
    },
    get size() {
      return size;
    },
  };
}

function isBehind(stream: PersonalStream, seq: string): boolean {
  return stream.after === null || BigInt(stream.after) < BigInt(seq);
}

async function readRound(
  deps: Pick<Deps, "db">,
  round: readonly PersonalStream[],
  hub: { wake: (stream: PersonalStream) => void; end: (stream: PersonalStream) => void },
): Promise<void> {
  const readings = await readStreams(deps, { streams: round, limit: entriesPerRead });
  const live = round.flatMap((stream, index) => {
    const reading = readings.get(index);
    if (reading?.isSessionLive === true) return [{ stream, reading }];
    const event = { type: "session.revoked" as const, sessionId: stream.sessionId };
    stream.mailbox.put({ id: stream.after ?? reading?.seq ?? "0", event });
    hub.end(stream);
    return [];
  });
  for (const { stream, reading } of live) startStream(stream, reading);
  const behind = live.filter(({ stream, reading }) => isBehind(stream, reading.seq));
  const rendered = await renderEntries(
    deps,
    behind.map(({ reading }) => ({ entries: reading.entries, counts: countsOf(reading) })),
  );
  behind.forEach(({ stream, reading }, index) => {
    for (const { seq, event } of rendered[index] ?? []) {
      stream.mailbox.put({ id: seq, event });
      stream.after = seq;
    }
    if (isBehind(stream, reading.seq)) hub.wake(stream);
  });
  for (const { stream, reading } of live) sayReady(stream, reading);
}

function countsOf(reading: StreamReading): { unread: number; unseen: number } {
  return { unread: reading.unread, unseen: reading.unseen };
}

/** Sets a new stream to where it goes on: from now, or after its last event if the log still reaches back to it. */
function startStream(stream: PersonalStream, reading: StreamReading): void {
  if (stream.isReady) return;
  if (stream.after === null) {
    stream.after = reading.seq;
    return;
  }
  if (stream.after === reading.seq) return;
  const next = reading.entries[0]?.seq;
  if (isBehind(stream, reading.seq) && next === String(BigInt(stream.after) + 1n)) return;
  stream.after = reading.seq;
  stream.mailbox.put({ id: reading.seq, event: { type: "resync", counts: countsOf(reading) } });
}

function sayReady(stream: PersonalStream, reading: StreamReading): void {
  if (stream.isReady || stream.after === null || isBehind(stream, reading.seq)) return;
  stream.isReady = true;
  stream.mailbox.put({ id: stream.after, event: { type: "ready", counts: countsOf(reading) } });
}
