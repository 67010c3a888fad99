// What a client needs of a WebSocket. The declarations of the package lead here: nothing of tRPC stands in this file.

/** A WebSocket of the runtime, or of a package such as `ws`, whose events are typed in another way. */
export interface Socket {
  onopen: unknown;
  onmessage: unknown;
  onerror: unknown;
  onclose: unknown;
  send(text: string): void;
  close(): void;
}

export type SocketClass = new (url: string) => Socket;
