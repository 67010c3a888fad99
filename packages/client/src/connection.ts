// Whether live events arrive, as an app shows it: one status for all streams of a client, and how they travel.
// Promise: a listener hears of each change, once, and never of what has not changed.

/**
 * `idle`: no stream is wanted. `connecting`: one is being opened, for the first time or after a drop. `live`: events
 * arrive. `offline`: attempts fail one after another; they go on all the same.
 */
export type ConnectionStatus = "idle" | "connecting" | "live" | "offline";

export type Transport = "websocket" | "sse";

/** How a client's streams are doing: `pixora.connection`. */
export interface Connection {
  readonly status: ConnectionStatus;
  /** How streams travel; null before the first one. */
  readonly transport: Transport | null;
  /** Calls the listener on each change of `status` or `transport`. The answer stops it. */
  subscribe(listener: (connection: Connection) => void): () => void;
}

/** What streams say besides. */
export interface ConnectionInside extends Connection {
  /** How one stream is doing; `idle` where it is over. */
  report(stream: object, status: ConnectionStatus): void;
  use(transport: Transport): void;
}

export function createConnection(): ConnectionInside {
  const streams = new Map<object, ConnectionStatus>();
  const listeners = new Set<(connection: Connection) => void>();
  let status: ConnectionStatus = "idle";
  let transport: Transport | null = null;

  const connection: ConnectionInside = {
    get status() {
      return status;
    },
    get transport() {
      return transport;
    },
    subscribe(listener) {
      // Of its own, since an app may subscribe one function twice.
      const own = (now: Connection) => listener(now);
      listeners.add(own);
      return () => listeners.delete(own);
    },
    report(stream, reported) {
      if (reported === "idle") streams.delete(stream);
      else streams.set(stream, reported);
      const next = statusOf([...streams.values()]);
      if (next === status) return;
      status = next;
      tell();
    },
    use(next) {
      if (next === transport) return;
      transport = next;
      tell();
    },
  };

  function tell(): void {
    for (const listener of [...listeners]) callOfApp(() => listener(connection));
  }

  return connection;
}

/** One stream that gets its events shows that the network is there: another that opens beside it is no news. */
function statusOf(statuses: readonly ConnectionStatus[]): ConnectionStatus {
  for (const status of ["live", "offline", "connecting"] as const) if (statuses.includes(status)) return status;
  return "idle";
}

/** What a listener of the app throws is the runtime's to report, as for any event: it says nothing of the stream. */
export function callOfApp(listener: () => void): void {
  try {
    listener();
  } catch (error) {
    setTimeout(() => {
      throw error;
    });
  }
}
