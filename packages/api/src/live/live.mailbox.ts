// A queue between those who send and the one stream that reads: what is put in comes out in order, until it is closed.

export interface Mailbox<Message> {
  put(message: Message): void;
  /** No more messages; what was put in before still comes out. */
  close(): void;
  /** Takes back what nobody has read, in order. */
  discard(): Message[];
  /** Messages that wait to be read. */
  readonly size: number;
  /** The messages, in order, as they come; ends when the mailbox is closed and empty. */
  read(): AsyncGenerator<Message, void, undefined>;
}

interface MailboxInput {
  /** Called whenever the reader has emptied it. */
  onTaken?: () => void;
  /** Messages that may wait; one more closes it. */
  maxSize?: number;
  /** Called when it was closed for that. */
  onOverflow?: () => void;
}

export function createMailbox<Message>(input: MailboxInput = {}): Mailbox<Message> {
  let waiting: Message[] = [];
  /** What the reader goes through, and how far it is. */
  let reading: Message[] = [];
  let taken = 0;
  let isClosed = false;
  let wake: (() => void) | null = null;

  function ring(): void {
    wake?.();
    wake = null;
  }

  function close(): void {
    isClosed = true;
    ring();
  }

  return {
    put(message) {
      if (isClosed) return;
      if (waiting.length >= (input.maxSize ?? Number.POSITIVE_INFINITY)) {
        close();
        input.onOverflow?.();
        return;
      }
      waiting.push(message);
      ring();
    },
    close,
    discard() {
      const unread = [...reading.splice(taken), ...waiting];
      waiting = [];
      return unread;
    },
    get size() {
      return waiting.length;
    },
    async *read() {
      for (;;) {
        reading = waiting;
        waiting = [];
        taken = 0;
        for (const message of reading) {
          taken += 1;
          yield message;
        }
        if (waiting.length > 0) continue;
        if (isClosed) return;
        input.onTaken?.();
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}
