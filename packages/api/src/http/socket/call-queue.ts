// The calls of one socket that wait for their turn. Promises: a few run at a time, and none begins while what was
// answered before is not taken; a socket on which too many wait is closed.
import type { WebSocket } from "ws";
import { maxRunningCalls } from "../answering.ts";

/** More are sent by nobody who waits for an answer. */
const maxQueuedCalls = 1_000;
/** While more than this waits for the client, nothing more is made for it. */
const maxWaitingBytes = 1_024 * 1_024;
const lookEveryMs = 50;
const policyViolation = 1008;

export class CallQueue {
  readonly #socket: WebSocket;
  #waiting: (() => Promise<void>)[] = [];
  #running = 0;
  #lookAgain: NodeJS.Timeout | null = null;

  constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  /** Runs a call when it is its turn. `run` must not reject. */
  add(run: () => Promise<void>): void {
    this.#waiting.push(run);
    if (this.#waiting.length <= maxQueuedCalls) this.#runNext();
    else {
      this.stop();
      this.#socket.close(policyViolation, "answers are not read");
    }
  }

  /** Forgets the calls that have not begun. */
  stop(): void {
    this.#waiting = [];
    if (this.#lookAgain !== null) clearTimeout(this.#lookAgain);
  }

  #runNext(): void {
    while (this.#running < maxRunningCalls && this.#socket.readyState === this.#socket.OPEN) {
      const run = this.#waiting[0];
      if (run === undefined) return;
      if (this.#socket.bufferedAmount > maxWaitingBytes) {
        this.#lookLater();
        return;
      }
      this.#waiting.shift();
      this.#running += 1;
      void run().finally(() => {
        this.#running -= 1;
        this.#runNext();
      });
    }
  }

  #lookLater(): void {
    this.#lookAgain ??= setTimeout(() => {
      this.#lookAgain = null;
      this.#runNext();
    }, lookEveryMs).unref();
  }
}
