// Reads an event stream (text/event-stream) from the body of an answer. Promises: reading ends with the stream, with the
// signal, or when nothing has come for a while; however it ends, the connection is let go.
import { ConnectionError } from "./errors.ts";

export interface ServerEvent {
  /** "message" where the stream names none. */
  type: string;
  data: string;
  /** Empty where the event has none. */
  id: string;
}

export interface EventsInput {
  signal: AbortSignal;
  /** Silence after which the connection is dead; the listener may change it. */
  silenceMs: number;
  onEvent: (event: ServerEvent) => { silenceMs?: number; isEnd?: boolean };
}

/** Resolves where the listener says that it is the end; rejects where the stream just breaks off. */
export async function readEvents(body: ReadableStream<Uint8Array>, input: EventsInput): Promise<void> {
  const { signal, onEvent } = input;
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let { silenceMs } = input;
  let text = "";
  let event: ServerEvent = { type: "", data: "", id: "" };
  let stoppedBy: unknown;
  // Where the runtime loses the signal of a fetch, or the network falls silent, nobody else ends the reading.
  function stop(reason: unknown): void {
    stoppedBy ??= reason;
    reader.cancel(reason).catch(() => undefined);
  }
  const onAbort = () => stop(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  let timer: ReturnType<typeof setTimeout> | undefined;

  /** One line; true for the last one that is wanted. */
  function take(line: string): boolean {
    if (line === "") {
      const { type, data, id } = event;
      event = { type: "", data: "", id: "" };
      if (type === "" && data === "") return false;
      const answer = onEvent({ type: type || "message", data: data.replace(/\n$/, ""), id });
      silenceMs = answer.silenceMs ?? silenceMs;
      return answer.isEnd === true;
    }
    const [, field, value = ""] = /^(event|data|id):? ?(.*)$/.exec(line) ?? [];
    if (field === "event") event.type = value;
    else if (field === "data") event.data += `${value}\n`;
    else if (field === "id") event.id = value;
    return false;
  }

  try {
    if (signal.aborted) return;
    for (;;) {
      timer = setTimeout(() => stop(new ConnectionError("the stream fell silent")), silenceMs);
      const { done, value } = await reader.read().catch((cause: unknown) => {
        throw stoppedBy ?? new ConnectionError("the stream broke off", { cause });
      });
      clearTimeout(timer);
      if (done) throw stoppedBy ?? new ConnectionError("the stream broke off");
      text += decoder.decode(value, { stream: true });
      const lines = text.split(/\r\n|\n|\r(?!$)/);
      text = lines.pop() ?? "";
      if (lines.some((line) => !signal.aborted && take(line))) return;
    }
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
    reader.cancel().catch(() => undefined);
  }
}
