// One kept-alive HTTP/1.1 connection over a plain socket: sends prepared request texts, one at a time. Far cheaper than
// a client library, so that on two cores the load costs the measured programs little.
import { connect, type Socket } from "node:net";

export interface Answer {
  status: number;
  /** The whole answer as it came, headers and chunk marks included. */
  bytes: Buffer;
}

export interface HttpConnection {
  /** Sends a request text as it is; rejects when the connection breaks before the answer is whole. */
  send(request: string): Promise<Answer>;
  close(): void;
}

/** Opens a connection to a server on this machine. */
export async function openHttp(port: number): Promise<HttpConnection> {
  const socket = connect({ host: "127.0.0.1", port, noDelay: true });
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("error", reject);
  });
  return converse(socket);
}

interface Waiter {
  resolve: (answer: Answer) => void;
  reject: (error: Error) => void;
}

function converse(socket: Socket): HttpConnection {
  let waiter: Waiter | null = null;
  let parts: Buffer[] = [];
  let endOf: ((bytes: Buffer) => boolean) | null = null;

  function fail(error: Error): void {
    waiter?.reject(error);
    waiter = null;
  }

  socket.on("data", (part: Buffer) => {
    parts.push(part);
    const bytes = parts.length === 1 ? part : Buffer.concat(parts);
    endOf ??= framingOf(bytes);
    if (endOf === null || !endOf(bytes)) return;
    const settled = waiter;
    waiter = null;
    parts = [];
    endOf = null;
    settled?.resolve({ status: Number(bytes.toString("latin1", 9, 12)), bytes });
  });
  socket.on("error", fail);
  socket.on("close", () => fail(new Error("the connection closed")));

  return {
    send(request) {
      return new Promise((resolve, reject) => {
        if (socket.destroyed) return reject(new Error("the connection is closed"));
        waiter = { resolve, reject };
        socket.write(request);
      });
    },
    close: () => socket.destroy(),
  };
}

const endOfHead = Buffer.from("\r\n\r\n");

/** How to tell that an answer is whole; null while its head is not. The bytes are those of one answer only. */
function framingOf(bytes: Buffer): ((bytes: Buffer) => boolean) | null {
  const headEnd = bytes.indexOf(endOfHead);
  if (headEnd === -1) return null;
  const head = bytes.toString("latin1", 0, headEnd).toLowerCase();
  const length = /\r\ncontent-length: *(\d+)/.exec(head);
  if (length !== null) {
    const total = headEnd + 4 + Number(length[1]);
    return (all) => all.length >= total;
  }
  if (head.includes("\r\ntransfer-encoding: chunked")) return endsWithLastChunk;
  throw new Error(`an answer without a length:\n${head}`);
}

const lastChunk = Buffer.from("0\r\n\r\n");

function endsWithLastChunk(bytes: Buffer): boolean {
  const from = bytes.length - lastChunk.length;
  return from >= 0 && bytes.compare(lastChunk, 0, lastChunk.length, from) === 0;
}

/** The body of an answer, its chunks joined. */
export function bodyOf(answer: Answer): string {
  const headEnd = answer.bytes.indexOf(endOfHead);
  const body = answer.bytes.subarray(headEnd + 4);
  const head = answer.bytes.toString("latin1", 0, headEnd).toLowerCase();
  return head.includes("\r\ntransfer-encoding: chunked") ? joinChunks(body) : body.toString("utf8");
}

function joinChunks(body: Buffer): string {
  const chunks: Buffer[] = [];
  for (let at = 0; at < body.length; ) {
    const lineEnd = body.indexOf("\r\n", at);
    const size = Number.parseInt(body.toString("latin1", at, lineEnd), 16);
    if (size === 0) break;
    chunks.push(body.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = lineEnd + 2 + size + 2;
  }
  return Buffer.concat(chunks).toString("utf8");
}
