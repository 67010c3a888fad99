// A bare TCP connection: for requests and frames that no client library would send.
import { connect } from "node:net";

export interface RawConnection {
  /** Sends a piece and waits while the other side does not take it; resolves at once when the connection is over. */
  write(piece: Buffer | string): Promise<void>;
  /** Waits until something more has come, or the connection is over. */
  hear(): Promise<void>;
  readonly heard: Buffer;
  readonly isOver: boolean;
  /** The connection is over, by whomever. */
  readonly over: Promise<void>;
  end(): void;
}

/** Connects to a port of this machine. Failures of the network are an end like any other. */
export async function openRaw(port: number): Promise<RawConnection> {
  const socket = connect(port, "127.0.0.1");
  const parts: Buffer[] = [];
  let isOver = false;
  let wake = () => {};
  const over = new Promise<void>((resolve) => {
    socket.once("close", () => {
      isOver = true;
      resolve();
    });
  });
  socket.on("error", () => {});
  socket.on("data", (part: Buffer) => {
    parts.push(part);
    wake();
  });
  await Promise.race([new Promise<void>((resolve) => socket.once("connect", () => resolve())), over]);
  return {
    over,
    get isOver() {
      return isOver;
    },
    get heard() {
      return Buffer.concat(parts);
    },
    async write(piece) {
      if (isOver || socket.write(piece)) return;
      await Promise.race([new Promise<void>((resolve) => socket.once("drain", () => resolve())), over]);
    },
    async hear() {
      const more = new Promise<void>((resolve) => {
        wake = resolve;
      });
      await Promise.race([more, over]);
    },
    end: () => void socket.destroy(),
  };
}
