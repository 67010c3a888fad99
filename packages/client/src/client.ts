// createPixora: the typed client. Calls go in batches over HTTP, streams over one WebSocket or over SSE.
import type { AppRouter } from "@pixora/api";
import { createTRPCClient, httpBatchLink, splitLink, type TRPCClient } from "@trpc/client";
import { type Clock, fetchAnswers } from "./answer.ts";
import { type Connection, createConnection, type Transport } from "./connection.ts";
import { endLink } from "./end.link.ts";
import { watchPage } from "./page.ts";
import { resumeLink } from "./resume.link.ts";
import type { LastEventStore } from "./resume.position.ts";
import { retryLink } from "./retry.link.ts";
import { sessionLink } from "./session.link.ts";
import { memorySession, type SessionStore } from "./session.store.ts";
import { createSession, type Session } from "./session.ts";
import type { SocketClass } from "./socket.ts";
import { streamsLink } from "./streams.link.ts";
import { bearer } from "./streams.ts";
import { createUpload } from "./upload.ts";

export interface PixoraOptions {
  /** Where the server is, without a path: "https://api.example.com". */
  url: string;
  /** Where tokens are kept. Default: in memory. */
  session?: SessionStore;
  /**
   * How live events travel. Default: "auto": over one WebSocket, and over SSE where three of them in a row never opened,
   * as behind a proxy that knows none. `pixora.connection.transport` tells which it is. SSE takes a connection a stream
   * and has four at most; further streams wait for one of these to end.
   */
  transport?: "auto" | Transport;
  /** Where the last event's id is kept, so that `live.onEvent` resumes even after a restart of the app. */
  lastEvent?: LastEventStore;
  /** How long a call may take, attempts and waits included, before it rejects. Default: 30 s. An upload's file has no such end. */
  timeoutMs?: number;
  /**
   * How queries travel. Default: "GET". Across origins a browser asks for leave once for each address: with "POST" the
   * input is no part of it, and what has been allowed holds for the next page of a list.
   */
  queryMethod?: "GET" | "POST";
  /** For runtimes without their own. */
  fetch?: typeof fetch;
  WebSocket?: SocketClass;
}

/** Every procedure of the API, typed; plus the session and the end. */
export type Pixora = TRPCClient<AppRouter> & {
  /** Beside the procedures of `media`: a file in one call. */
  media: { upload: ReturnType<typeof createUpload> };
  session: Session;
  /** Whether live events arrive, and how they travel: for a banner, or a point beside the bell. */
  connection: Connection;
  /** Ends everything at once: open streams complete, calls that are under way and calls from now on reject. */
  close(): Promise<void>;
};

/** As many calls as the server takes in one request. */
const maxBatchSize = 50;
const maxUrlLength = 4_000;
const defaultTimeoutMs = 30_000;

/** Makes a client. Nothing is contacted before the first call. */
export function createPixora(options: PixoraOptions): Pixora {
  const url = options.url.replace(/\/+$/, "");
  const send = options.fetch ?? globalThis.fetch.bind(globalThis);
  const timeoutMs = options.timeoutMs ?? defaultTimeoutMs;
  const store = options.session ?? memorySession();
  const clock: Clock = { aheadMs: 0 };
  const sendCall = fetchAnswers({ fetch: store.isInCookie === true ? withCookies(send) : send, timeoutMs, clock });
  const session = createSession({ url, store, fetch: sendCall, clock });
  const closing = new AbortController();
  const connection = createConnection();
  const { transport = "auto", lastEvent, WebSocket } = options;
  const streams = streamsLink({ url, session, fetch: send, WebSocket, transport, connection });
  const resume = resumeLink({ session, connection, lastEvent, closed: closing.signal });
  const stopWatching = watchPage({
    hide() {
      resume.rest();
      streams.rest();
    },
    wake: resume.wake,
  });
  const client = createTRPCClient<AppRouter>({
    links: [
      endLink({ timeoutMs, closed: closing.signal }),
      retryLink(),
      sessionLink(session),
      splitLink({
        condition: (op) => op.type === "subscription",
        true: [resume.link, streams.link],
        false: httpBatchLink({
          url: `${url}/trpc`,
          fetch: sendCall,
          maxItems: maxBatchSize,
          maxURLLength: maxUrlLength,
          headers: () => bearer(session),
          ...(options.queryMethod === "POST" ? { methodOverride: "POST" as const } : {}),
        }),
      }),
    ],
  });
  const own = {
    session,
    connection,
    media: besides(client.media, { upload: createUpload({ client, fetch: options.fetch }) }),
    async close() {
      closing.abort(new Error("the client is closed"));
      stopWatching();
      session.close();
      streams.close();
    },
  };
  return besides(client, own);
}

/** The header asks for the session to be kept in cookies; no form of a foreign page can send it. */
function withCookies(send: typeof fetch): typeof fetch {
  return (url, init) => {
    const headers = { ...(init?.headers as Record<string, string>), "x-pixora-session": "cookie" };
    return send(url, { ...init, headers, credentials: "include" });
  };
}

/** tRPC's clients are proxies that make a procedure of every name: ours are answered before they are asked. */
function besides<Client extends object, Own extends object>(client: Client, own: Own): Client & Own {
  return new Proxy(client, {
    get: (target, key) => (Object.hasOwn(own, key) ? own[key as keyof Own] : Reflect.get(target, key)),
  }) as Client & Own;
}
