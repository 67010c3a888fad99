// A queue between those who send and the one stream that reads: what is put in comes out in order, until it is closed.
import type { Stream } from "../platform/stream.ts";

export interface Mailbox<Message> extends Stream<Message> {
  put(message: Message): void;
  /** No more messages; what was put in before still comes out. */
  close(): void;
  /** Takes back what nobody has read, in order. */
  discard(): Message[];
  /** Messages that wait to be read. */
  readonly size: number;
}

interface MailboxInput {
  /** Called whenever the reader asks for more than there is. */
  onTaken?: () => void;
  /** Messages that may wait; one more closes it. */
  maxSize?: number;
  /** Called when it was closed for that. */
  onOverflow?: () => void;
}

/** Messages that were read and are still there: moving the others up at each would cost more. */
const keptTaken = 500;

export function createMailbox<Message>(input: MailboxInput = {}): Mailbox<Message> {
  const { maxSize = Number.POSITIVE_INFINITY } = input;
  let waiting: Message[] = [];
  /** How many of those the reader has had. */
  let taken = 0;
  let isClosed = false;
  /** Gives the reader who waits the next step. */
  let hand: ((step: IteratorResult<Message, undefined>) => void) | null = null;

  function close(): void {
    isClosed = true;
    hand?.({ done: true, value: undefined });
    hand = null;
  }

  function discard(): Message[] {
    const unread = waiting.slice(taken);
    waiting = [];
    taken = 0;
    return unread;
  }

  function take(): Message {
    const message = waiting[taken] as Message;
    taken += 1;
    if (taken === waiting.length || taken === keptTaken) {
      waiting = waiting.slice(taken);
      taken = 0;
    }
    return message;
  }

  return {
    put(message) {
      if (isClosed) return;
      if (hand !== null) {
        hand({ done: false, value: message });
        hand = null;
      } else if (waiting.length - taken < maxSize) {
        waiting.push(message);
      } else {
        close();
        input.onOverflow?.();
      }
    },
    close,
    discard,
    get size() {
      return waiting.length - taken;
    },
    next() {
      if (waiting.length > taken) return Promise.resolve({ done: false, value: take() });
      if (isClosed) return Promise.resolve({ done: true, value: undefined });
      input.onTaken?.();
      return new Promise((resolve) => {
        hand = resolve;
      });
    },
    async return() {
      close();
      discard();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
