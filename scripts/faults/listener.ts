// A bare listener: one socket with one stream, far cheaper than the SDK. It comes back after its last event by itself,
// and can stop reading, as a phone in a tunnel does.
import { WebSocket } from "ws";
import { createRecord, type Heard, type StreamRecord } from "./record.ts";

export interface Listener {
  record: StreamRecord;
  /** Reads nothing more until `goOn`; the connection stays open. */
  stall(): void;
  goOn(): void;
  /** The codes its sockets were closed with. */
  closeCodes: readonly number[];
  close(): void;
}

export interface ListenerInput {
  port: number;
  accessToken: string;
  /** Called for each event, with the moment it came in. */
  onEvent?: (event: Heard, atMs: number) => void;
}

interface Message {
  id?: number | null;
  method?: string;
  result?: { type: string; data?: { id: string; data: Heard } };
  error?: { message: string };
}

const comeBackAfterMs = 300;

/** Opens a listener; `record.hasBegun()` tells when it is ready. */
export function openListener(input: ListenerInput): Listener {
  const record = createRecord();
  const closeCodes: number[] = [];
  let socket = open();
  let isOver = false;

  function open(): WebSocket {
    const opened = new WebSocket(`ws://127.0.0.1:${input.port}/trpc?connectionParams=1`);
    opened.on("error", () => undefined);
    opened.on("open", () => {
      opened.send(JSON.stringify({ method: "connectionParams", data: { token: input.accessToken } }));
      const params = { path: "live.onEvent", input: record.hasBegun() ? { lastEventId: String(record.last()) } : {} };
      opened.send(JSON.stringify({ id: 1, method: "subscription", params }));
    });
    opened.on("message", (bytes: Buffer) => hear(opened, bytes.toString()));
    opened.on("close", (code) => {
      if (isOver) return;
      closeCodes.push(code);
      setTimeout(() => {
        if (!isOver) socket = open();
      }, comeBackAfterMs);
    });
    return opened;
  }

  function hear(from: WebSocket, text: string): void {
    if (text === "PING") {
      from.send("PONG");
      return;
    }
    const message = JSON.parse(text) as Message;
    // The server asks for another connection: this listener takes the short way.
    if (message.method === "reconnect") from.close();
    if (message.error !== undefined) from.terminate();
    const tracked = message.result?.type === "data" ? message.result.data : undefined;
    if (tracked === undefined) return;
    record.hear({ id: tracked.id, event: tracked.data });
    input.onEvent?.(tracked.data, performance.now());
  }

  return {
    record,
    closeCodes,
    stall: () => socket.pause(),
    goOn: () => socket.resume(),
    close() {
      isOver = true;
      socket.terminate();
    },
  };
}
