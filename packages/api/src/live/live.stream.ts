// Streams as the router serves them: a person's events from where they left off, and what happens on a post.
import type { Deps } from "../platform/deps.ts";
import { AppError } from "../platform/errors.ts";
import { liveHubOf } from "./live.hub.ts";
import { createMailbox } from "./live.mailbox.ts";
import type { PostStream } from "./live.post.check.ts";
import { postHubOf } from "./live.post.hub.ts";
import type { PersonalStream, SentEvent } from "./live.round.ts";
import type { PostEvent } from "./live.schema.ts";

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

/** What may wait for one slow viewer. */
const maxWaiting = 500;

/**
 * What happens on a post, from its counts of now on. Ends when the post is deleted or hidden from the viewer, when the
 * viewer's session ends, when `signal` is aborted, or, with a call of `onOverflow`, when the reader is too slow. Throws
 * post.notFound.
 */
export async function* streamPostEvents(
  deps: Deps,
  input: {
    viewer: { userId: string; sessionId: string } | null;
    postId: string;
    signal: AbortSignal;
    onOverflow: () => void;
  },
): AsyncGenerator<PostEvent, void, undefined> {
  const { viewer, postId, signal } = input;
  const hub = postHubOf(deps);
  const mailbox = createMailbox<PostEvent>({ maxSize: maxWaiting, onOverflow: input.onOverflow });
  const stream: PostStream = {
    postId,
    viewerId: viewer?.userId ?? null,
    sessionId: viewer?.sessionId ?? null,
    rev: 0,
    mailbox,
  };
  signal.addEventListener("abort", mailbox.close, { once: true });
  try {
    if (!(await hub.admit(stream))) throw new AppError("post.notFound");
    if (!signal.aborted) yield* mailbox.read();
  } finally {
    hub.remove(stream);
    signal.removeEventListener("abort", mailbox.close);
  }
}
