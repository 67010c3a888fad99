// A queue between those who send and the one stream that reads: what is put in comes out in order, until it is closed.
import type { Stream } from "../platform/call/stream.ts";

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

export function createMailbox<Message>(input: MailboxInput = {}): Mailbox<Message> {
  return new QueueMailbox(input);
}

/** Messages that were read and are still there: moving the others up at each would cost more. */
const keptTaken = 500;

// A class, since every open stream has one: methods are shared, closures are not.
class QueueMailbox<Message> implements Mailbox<Message> {
  readonly #input: MailboxInput;
  #waiting: Message[] = [];
  /** How many of those the reader has had. */
  #taken = 0;
  #isClosed = false;
  /** Gives the reader who waits the next step. */
  #hand: ((step: IteratorResult<Message, undefined>) => void) | null = null;

  constructor(input: MailboxInput) {
    this.#input = input;
  }

  get size(): number {
    return this.#waiting.length - this.#taken;
  }

  put(message: Message): void {
    if (this.#isClosed) return;
    if (this.#hand !== null) {
      this.#hand({ done: false, value: message });
      this.#hand = null;
    } else if (this.size < (this.#input.maxSize ?? Number.POSITIVE_INFINITY)) {
      this.#waiting.push(message);
    } else {
      this.close();
      this.#input.onOverflow?.();
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#hand?.({ done: true, value: undefined });
    this.#hand = null;
  }

  discard(): Message[] {
    const unread = this.#waiting.slice(this.#taken);
    this.#waiting = [];
    this.#taken = 0;
    return unread;
  }

  next(): Promise<IteratorResult<Message, undefined>> {
    if (this.size > 0) return Promise.resolve({ done: false, value: this.#take() });
    if (this.#isClosed) return Promise.resolve({ done: true, value: undefined });
    this.#input.onTaken?.();
    return new Promise((resolve) => {
      this.#hand = resolve;
    });
  }

  async return(): Promise<IteratorResult<Message, undefined>> {
    this.close();
    this.discard();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #take(): Message {
    const message = this.#waiting[this.#taken] as Message;
    this.#taken += 1;
    if (this.#taken === this.#waiting.length || this.#taken === keptTaken) {
      this.#waiting = this.#waiting.slice(this.#taken);
      this.#taken = 0;
    }
    return message;
  }
}
