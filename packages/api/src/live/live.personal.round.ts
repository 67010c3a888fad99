// One round of the hub: reads many streams, starts the new ones, and puts what each missed into its mailbox.
import type { Deps } from "../platform/process/deps.ts";
import type { Mailbox } from "./live.mailbox.ts";
import { readStreams, type StreamReading } from "./live.personal.read.ts";
import { renderEntries } from "./live.personal.render.ts";
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

/** Entries that one reading takes for one stream. */
const entriesPerRead = 100;

/** Whether a stream has not been sent everything up to a sequence number. */
export function isBehind(stream: Pick<PersonalStream, "after">, seq: string): boolean {
  return stream.after === null || BigInt(stream.after) < BigInt(seq);
}

/** Two queries, however many streams. Streams that are not done are woken again; those whose session ended, ended. */
export async function readRound(
  deps: Pick<Deps, "db" | "storage" | "clock">,
  round: readonly PersonalStream[],
  hub: { wake: (stream: PersonalStream) => void; end: (stream: PersonalStream, seq: string | undefined) => void },
): Promise<void> {
  const readings = await readStreams(deps, { streams: round, limit: entriesPerRead });
  const live: { stream: PersonalStream; reading: StreamReading }[] = [];
  round.forEach((stream, index) => {
    const reading = readings.get(index);
    if (reading?.isSessionLive === true) live.push({ stream, reading });
    else hub.end(stream, reading?.seq);
  });
  for (const { stream, reading } of live) startStream(stream, reading);
  const behind = live.filter(({ stream, reading }) => isBehind(stream, reading.seq));
  const rendered = await renderEntries(
    deps,
    behind.map(({ stream, reading }) => ({ userId: stream.userId, entries: reading.entries, counts: reading.counts })),
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
  stream.mailbox.put({ id: reading.seq, event: { type: "resync", counts: reading.counts } });
}

function sayReady(stream: PersonalStream, reading: StreamReading): void {
  if (stream.isReady || stream.after === null || isBehind(stream, reading.seq)) return;
  stream.isReady = true;
  stream.mailbox.put({ id: stream.after, event: { type: "ready", counts: reading.counts } });
}

/** The last thing a stream hears whose session has ended; what was waiting for its reader is not for them any more. */
export function sayRevoked(stream: PersonalStream, seq: string | undefined): void {
  const [unheard] = stream.mailbox.discard();
  const id = unheard === undefined ? (stream.after ?? seq ?? "0") : idBefore(unheard);
  stream.mailbox.put({ id, event: { type: "session.revoked", sessionId: stream.sessionId } });
}

/** Where someone goes on who has not heard this. */
function idBefore({ id, event }: SentEvent): string {
  if (event.type === "ready") return id;
  return event.type === "resync" ? "0" : String(BigInt(id) - 1n);
}
