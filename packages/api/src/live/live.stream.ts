// Streams as the router serves them: a person's events from where they left off.
import type { Deps } from "../platform/deps.ts";
import { liveHubOf, type PersonalStream, type SentEvent } from "./live.hub.ts";
import { createMailbox } from "./live.mailbox.ts";

// No log reaches this far, so the stream begins with a resync.
const unknownPosition = "9223372036854775807";

/**
 * The events of a person: what was missed after `lastEventId`, then `ready`, then whatever happens, each under its
 * number; without it, `ready` first. An id that the log does not know begins with `resync`. Ends after session.revoked,
 * or when `signal` is aborted.
 */
export async function* streamPersonalEvents(
  deps: Deps,
  input: { viewer: { userId: string; sessionId: string }; lastEventId: string | null; signal: AbortSignal },
): AsyncGenerator<SentEvent, void, undefined> {
  const { viewer, lastEventId, signal } = input;
  const hub = liveHubOf(deps);
  const mailbox = createMailbox<SentEvent>({ onTaken: () => hub.release(stream) });
  const stream: PersonalStream = { ...viewer, after: positionOf(lastEventId), isReady: false, mailbox };
  signal.addEventListener("abort", mailbox.close, { once: true });
  // Listening comes first: what happens from here on is either read now or hinted later.
  hub.add(stream);
  try {
    if (!signal.aborted) yield* mailbox.read();
  } finally {
    hub.remove(stream);
    signal.removeEventListener("abort", mailbox.close);
  }
}

function positionOf(lastEventId: string | null): string | null {
  if (lastEventId === null) return null;
  return /^\d{1,18}$/.test(lastEventId) ? BigInt(lastEventId).toString() : unknownPosition;
}
