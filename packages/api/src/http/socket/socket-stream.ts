// One stream over a socket: its events go out as they come, until it ends or the client stops it.
import { type SocketCall, writeEvent, writeMark } from "./socket-text.ts";

/** What a stream is sent by. */
export interface StreamOutlet {
  /** Whether anything that is sent can still arrive. */
  readonly isOpen: boolean;
  send(text: string): void;
  /** Never throws. */
  sendError(call: SocketCall, cause: unknown): void;
  /** The stream is over, in whatever way: its id may be used again. */
  forget(call: SocketCall): void;
}

export class SocketStream {
  readonly #outlet: StreamOutlet;
  readonly #call: SocketCall;
  #items: AsyncIterator<unknown> | null = null;
  #isStopped = false;

  constructor(outlet: StreamOutlet, call: SocketCall) {
    this.#outlet = outlet;
    this.#call = call;
  }

  /** Whether nothing more is sent: the client has gone or stopped it. */
  get isStopped(): boolean {
    return this.#isStopped || !this.#outlet.isOpen;
  }

  /** Sends what comes from now on; nothing of it if the client has gone or stopped it meanwhile. */
  begin(items: AsyncIterator<unknown>): void {
    this.#items = items;
    if (this.isStopped) return void this.#giveUp(items);
    this.#outlet.send(writeMark(this.#call, "started"));
    this.#read(items);
  }

  /** Sends nothing more. The second time nothing happens. */
  stop(): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    if (this.#items !== null) void this.#giveUp(this.#items);
  }

  /** Says that it is over. */
  end(): void {
    this.#isStopped = true;
    this.#outlet.forget(this.#call);
    this.#outlet.send(writeMark(this.#call, "stopped"));
  }

  #read(items: AsyncIterator<unknown>): void {
    items.next().then(this.#onStep, this.#onError);
  }

  readonly #onStep = (step: IteratorResult<unknown>): void => {
    // Whoever stopped it says so.
    if (this.#isStopped || this.#items === null) return;
    if (step.done) {
      this.end();
      return;
    }
    try {
      this.#outlet.send(writeEvent(this.#call, step.value));
      this.#read(this.#items);
    } catch (error) {
      this.#onError(error);
      void this.#items.return?.().catch(() => undefined);
    }
  };

  readonly #onError = (error: unknown): void => {
    if (this.#isStopped) return;
    this.#outlet.sendError(this.#call, error);
    this.end();
  };

  /** A source that fails as it is given up was given up all the same. */
  async #giveUp(items: AsyncIterator<unknown>): Promise<void> {
    this.#isStopped = true;
    await items.return?.().catch(() => undefined);
    this.end();
  }
}
