// Which transport carries the next stream: the one that the app names, or, by default, the one that works.
import type { AppRouter } from "@pixora/api";
import { TRPCClientError, type TRPCLink } from "@trpc/client";
import { observable } from "@trpc/server/observable";
import type { ConnectionInside, Transport } from "./connection.ts";
import { ConnectionError } from "./errors.ts";
import { socketStreams } from "./socket.link.ts";
import { NoStreamsError, sseStreams } from "./sse.link.ts";
import type { Failure, Streams, StreamsInput } from "./streams.ts";

/** Sockets that never said a word until streams go over SSE, and event streams until sockets are tried again. */
const maxSilentAttempts = 3;

interface StreamsLink {
  link: TRPCLink<AppRouter>;
  rest(): void;
  close(): void;
}

/** The link that opens streams. `auto`: over WebSockets, and over SSE where three of them in a row never opened. */
export function streamsLink(
  input: StreamsInput & { transport: "auto" | Transport; connection: ConnectionInside },
): StreamsLink {
  const { connection } = input;
  const hasSockets = (input.WebSocket ?? globalThis.WebSocket) !== undefined;
  let transport: Transport =
    input.transport === "sse" || (input.transport === "auto" && !hasSockets) ? "sse" : "websocket";
  let canFallBack = input.transport === "auto" && hasSockets;
  let silentAttempts = 0;

  function changeTo(next: Transport): void {
    transport = next;
    silentAttempts = 0;
  }

  /** Hears of each connection that ended, whether it had ever said anything. */
  function onEnd(ended: Transport, hasSpoken: boolean): void {
    if (ended !== transport) return;
    silentAttempts = hasSpoken ? 0 : silentAttempts + 1;
    if (canFallBack && silentAttempts >= maxSilentAttempts) changeTo(ended === "sse" ? "websocket" : "sse");
  }

  const carriers: Record<Transport, Streams> = {
    websocket: socketStreams({ ...input, onEnd: (hasSpoken) => onEnd("websocket", hasSpoken) }),
    sse: sseStreams({ ...input, onEnd: (hasSpoken) => onEnd("sse", hasSpoken) }),
  };

  /** A runtime whose fetch has no streams has sockets alone: they are tried again, for ever. */
  function judged(error: Failure): Failure {
    if (!canFallBack || !(error.cause instanceof NoStreamsError)) return error;
    canFallBack = false;
    changeTo("websocket");
    return TRPCClientError.from(new ConnectionError(error.message, { cause: error.cause }));
  }

  return {
    link:
      () =>
      ({ op }) =>
        observable((observer) => {
          connection.use(transport);
          const { path, input: given } = op;
          return carriers[transport].open({
            path,
            input: given,
            observer: {
              next: (envelope) => observer.next(envelope),
              error: (error) => observer.error(judged(error)),
              complete: () => observer.complete(),
            },
          });
        }),
    rest: () => carriers.websocket.rest?.(),
    close() {
      for (const carrier of Object.values(carriers)) carrier.close();
    },
  };
}
