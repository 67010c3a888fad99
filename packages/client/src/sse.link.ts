// Streams over SSE, a connection each, read from fetch: tokens travel in a header, which a browser's EventSource cannot
// send. Promises: a refusal comes with its code or status; at most four connections are open at once, others wait.
import { TRPCClientError } from "@trpc/client";
import { networkFailureOf, refusalOf } from "./answer.ts";
import { ConnectionError } from "./errors.ts";
import { readEvents, type ServerEvent } from "./sse.events.ts";
import { bearer, failureOf, type StreamInput, type Streams, type StreamsInput, sessionIdOf } from "./streams.ts";

/** A browser has six connections to a server that speaks HTTP/1.1: calls need some of them. */
const maxConnections = 4;
/** The server says after which silence a connection is dead; this holds until it has. */
const defaultSilenceMs = 30_000;

/** A fetch that gives its answers whole, as React Native's does: it cannot carry a stream. */
export class NoStreamsError extends Error {
  override readonly name = "NoStreamsError";
}

interface Slots {
  taken: number;
  waiting: Set<() => void>;
}

export function sseStreams(input: StreamsInput & { onEnd: (hasSpoken: boolean) => void }): Streams {
  const closers = new Set<() => void>();
  const slots: Slots = { taken: 0, waiting: new Set() };
  return {
    open(stream) {
      const stopping = new AbortController();
      const { signal } = stopping;
      const ending = carry(input, { stream, signal, slots });
      ending.finally(() => closers.delete(close)).catch(() => undefined);
      function close(): void {
        stopping.abort();
        stream.observer.complete();
      }
      closers.add(close);
      return () => stopping.abort();
    },
    close() {
      for (const close of [...closers]) close();
    },
  };
}

/** Carries one stream from its turn to its end. */
async function carry(
  input: StreamsInput & { onEnd: (hasSpoken: boolean) => void },
  { stream, signal, slots }: { stream: StreamInput; signal: AbortSignal; slots: Slots },
): Promise<void> {
  const { observer } = stream;
  let hasSpoken = false;
  try {
    const sessionId = await sessionIdOf(input.session);
    await takeSlot(slots, signal);
    try {
      const headers = await bearer(input.session);
      const isTaken = (await sessionIdOf(input.session)) !== sessionId;
      if (!signal.aborted && !isTaken) {
        await listen(input, { stream, headers, signal, onEvent: () => (hasSpoken = true) });
      }
    } finally {
      freeSlot(slots);
    }
    if (!signal.aborted) observer.complete();
  } catch (cause) {
    if (signal.aborted) return;
    const failure = failureOf(cause);
    if (failure.cause instanceof ConnectionError) input.onEnd(hasSpoken);
    observer.error(failure);
  }
}

async function listen(
  input: StreamsInput,
  {
    stream,
    headers,
    signal,
    onEvent,
  }: {
    stream: StreamInput;
    headers: Record<string, string>;
    signal: AbortSignal;
    onEvent: () => void;
  },
): Promise<void> {
  const query = stream.input === undefined ? "" : `?input=${encodeURIComponent(JSON.stringify(stream.input))}`;
  const answer = await begin(input, `${input.url}/trpc/${stream.path}${query}`, {
    headers: { accept: "text/event-stream", ...headers },
    signal,
  });
  if (typeof answer.body?.getReader !== "function") {
    throw new NoStreamsError('this runtime\'s fetch gives no streams: use transport: "websocket"');
  }
  await readEvents(answer.body, {
    signal,
    silenceMs: defaultSilenceMs,
    onEvent(event) {
      onEvent();
      return deliver(event, stream);
    },
  });
}

/** The answer, if it is a stream; throws what was answered in its place. */
async function begin(input: StreamsInput, url: string, init: RequestInit): Promise<Response> {
  let refusal: object;
  try {
    const answer = await input.fetch(url, init);
    const contentType = answer.headers.get("content-type");
    if (answer.status === 200 && contentType?.startsWith("text/event-stream")) return answer;
    refusal = await refusalOf(answer);
  } catch (cause) {
    throw networkFailureOf(url, cause);
  }
  throw TRPCClientError.from(refusal as Parameters<typeof TRPCClientError.from>[0]);
}

/** Passes on one event of tRPC's; answers how the reading goes on. */
function deliver({ type, data, id }: ServerEvent, { observer }: StreamInput): { silenceMs?: number; isEnd?: boolean } {
  switch (type) {
    case "connected": {
      observer.next({ result: { type: "started" } });
      const { reconnectAfterInactivityMs: silenceMs } = JSON.parse(data) as { reconnectAfterInactivityMs?: number };
      return silenceMs === undefined ? {} : { silenceMs };
    }
    case "message": {
      const item: unknown = JSON.parse(data);
      if (id === "") observer.next({ result: { type: "data", data: item } });
      else observer.next({ result: { type: "data", id, data: { id, data: item } } });
      return {};
    }
    case "serialized-error":
      throw TRPCClientError.from({ error: JSON.parse(data) });
    case "return":
      return { isEnd: true };
    default:
      return {};
  }
}

/** Waits until fewer than the most are open; an abort rejects. */
async function takeSlot(slots: Slots, signal: AbortSignal): Promise<void> {
  if (slots.taken >= maxConnections) {
    await new Promise<void>((resolve, reject) => {
      const stop = () => {
        slots.waiting.delete(go);
        reject(signal.reason);
      };
      function go(): void {
        signal.removeEventListener("abort", stop);
        resolve();
      }
      if (signal.aborted) return stop();
      signal.addEventListener("abort", stop, { once: true });
      slots.waiting.add(go);
    });
    // Whoever left has handed its place on.
    return;
  }
  slots.taken += 1;
}

function freeSlot(slots: Slots): void {
  const [next] = slots.waiting;
  if (next === undefined) {
    slots.taken -= 1;
    return;
  }
  slots.waiting.delete(next);
  next();
}
