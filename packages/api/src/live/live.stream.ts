// Streams as the router serves them: a person's events from where they left off, and what happens on a post.

import { maxId } from "@pixora/db";
import { AppError } from "../platform/call/errors.ts";
import type { Deps } from "../platform/process/deps.ts";
import { type ConversationStream, conversationHubOf } from "./live.conversation.hub.ts";
import type { SizedStream } from "./live.guard.ts";
import { createMailbox, type Mailbox } from "./live.mailbox.ts";
import { liveHubOf } from "./live.personal.hub.ts";
import type { PersonalStream, SentEvent } from "./live.personal.round.ts";
import type { PostStream } from "./live.post.check.ts";
import { postHubOf } from "./live.post.hub.ts";
import type { ConversationEvent, PostEvent } from "./live.schema.ts";

// No log reaches as far as the largest number, so the stream begins with a resync.
const unknownPosition = maxId;

/**
 * The events of a person: what was missed after `lastEventId`, then `ready`, then whatever happens, each under its
 * number; without it, `ready` first. An id that the log does not know begins with `resync`. Ends after session.revoked,
 * or when `signal` is aborted.
 */
export function streamPersonalEvents(
  deps: Deps,
  input: { viewer: { userId: string; sessionId: string }; lastEventId: string | null; signal: AbortSignal | null },
): SizedStream<SentEvent> {
  const { viewer, lastEventId, signal } = input;
  const hub = liveHubOf(deps);
  const mailbox = createMailbox<SentEvent>({ onTaken: () => hub.release(stream) });
  const stream: PersonalStream = { ...viewer, after: positionOf(lastEventId), isReady: false, mailbox };
  return new MailboxStream(mailbox, { signal, begin: async () => hub.add(stream), end: () => hub.remove(stream) });
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
export function streamPostEvents(
  deps: Deps,
  input: {
    viewer: { userId: string; sessionId: string } | null;
    postId: string;
    signal: AbortSignal | null;
    onOverflow: () => void;
  },
): SizedStream<PostEvent> {
  const { viewer, postId, signal } = input;
  const hub = postHubOf(deps);
  const mailbox = createMailbox<PostEvent>({
    maxSize: maxWaiting,
    onOverflow() {
      hub.remove(stream);
      input.onOverflow();
    },
  });
  const stream: PostStream = {
    postId,
    viewerId: viewer?.userId ?? null,
    sessionId: viewer?.sessionId ?? null,
    rev: 0,
    mailbox,
  };
  async function begin(): Promise<void> {
    if (!(await hub.admit(stream))) throw new AppError("post.notFound");
  }
  return new MailboxStream(mailbox, { signal, begin, end: () => hub.remove(stream) });
}

/**
 * Who types and how far others have read in a conversation. Ends when the viewer is no member any more or their session
 * ends, when `signal` is aborted, or, with a call of `onOverflow`, when the reader is too slow. Throws chat.notFound.
 */
export function streamConversationEvents(
  deps: Deps,
  input: {
    viewer: { userId: string; sessionId: string };
    conversationId: string;
    signal: AbortSignal | null;
    onOverflow: () => void;
  },
): SizedStream<ConversationEvent> {
  const { viewer, conversationId, signal } = input;
  const hub = conversationHubOf(deps);
  const mailbox = createMailbox<ConversationEvent>({
    maxSize: maxWaiting,
    onOverflow() {
      hub.remove(stream);
      input.onOverflow();
    },
  });
  const stream: ConversationStream = {
    conversationId,
    viewerId: viewer.userId,
    sessionId: viewer.sessionId,
    mailbox,
  };
  async function begin(): Promise<void> {
    if (!(await hub.admit(stream))) throw new AppError("chat.notFound");
  }
  return new MailboxStream(mailbox, { signal, begin, end: () => hub.remove(stream) });
}

interface Reading {
  signal: AbortSignal | null;
  begin: () => Promise<void>;
  end: () => void;
}

/** A mailbox that is in use from the first reading to its end, or to the signal. */
class MailboxStream<Message> implements SizedStream<Message> {
  readonly #mailbox: Mailbox<Message>;
  readonly #reading: Reading;
  #hasBegun = false;
  #isOver = false;
  /** While it listens to a signal. */
  #onAbort: (() => void) | null = null;

  constructor(mailbox: Mailbox<Message>, reading: Reading) {
    this.#mailbox = mailbox;
    this.#reading = reading;
  }

  get size(): number {
    return this.#mailbox.size;
  }

  next(): Promise<IteratorResult<Message, undefined>> {
    return this.#hasBegun ? this.#mailbox.next() : this.#readFirst();
  }

  return(): Promise<IteratorResult<Message, undefined>> {
    this.#finish();
    return this.#mailbox.return();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async #readFirst(): Promise<IteratorResult<Message, undefined>> {
    const { signal, begin } = this.#reading;
    if (this.#isOver || signal?.aborted === true) return this.#mailbox.return();
    this.#hasBegun = true;
    if (signal !== null) {
      this.#onAbort = () => this.#finish();
      signal.addEventListener("abort", this.#onAbort, { once: true });
    }
    try {
      await begin();
    } catch (error) {
      // Who has gone meanwhile is not told why it could not begin.
      if (this.#isOver) return this.#mailbox.return();
      this.#finish();
      throw error;
    }
    return this.#mailbox.next();
  }

  #finish(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    // A signal made of others is kept by node, and would keep the stream, for as long as somebody listens to it.
    if (this.#onAbort !== null) this.#reading.signal?.removeEventListener("abort", this.#onAbort);
    this.#mailbox.close();
    if (this.#hasBegun) this.#reading.end();
  }
}
