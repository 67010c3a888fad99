// How live events travel: over WebSockets or SSE. Promise: a connection speaks for one session only; where another has
// taken that one's place, its streams complete, and whoever opens them anew gets a connection of the new session.
import type { AppRouter } from "@pixora/api";
import {
  createWSClient,
  httpSubscriptionLink,
  TRPCClientError,
  type TRPCLink,
  type TRPCWebSocketClient,
  wsLink,
} from "@trpc/client";
import { observable, type Unsubscribable } from "@trpc/server/observable";
import { EventSource } from "eventsource";
import { refusalOf } from "./answer.ts";
import type { SessionInside } from "./session.ts";

interface Streams {
  link: TRPCLink<AppRouter>;
  close(): Promise<void>;
}

interface StreamsInput {
  url: string;
  session: SessionInside;
}

/** The header that says who calls. */
export async function bearer(session: SessionInside): Promise<Record<string, string>> {
  const token = await session.accessToken();
  return token === null ? {} : { authorization: `Bearer ${token}` };
}

const replaced = "another session has taken the place of this one";

async function sessionIdOf(session: SessionInside): Promise<string | null> {
  return (await session.holder())?.sessionId ?? null;
}

/** A link that opens each stream once it is known whose it is. */
function perSession(
  session: SessionInside,
  linkOf: (sessionId: string | null) => TRPCLink<AppRouter>,
): TRPCLink<AppRouter> {
  return (runtime) => (pass) =>
    observable((observer) => {
      let stream: Unsubscribable | undefined;
      let isOver = false;
      sessionIdOf(session)
        .then((sessionId) => {
          if (!isOver) stream = linkOf(sessionId)(runtime)(pass).subscribe(observer);
        })
        .catch((cause) => observer.error(cause));
      return () => {
        isOver = true;
        stream?.unsubscribe();
      };
    });
}

/** Streams over one WebSocket a session; it is opened by the first stream and closed soon after the last. */
export function socketStreams(input: StreamsInput & { WebSocket?: typeof WebSocket | undefined }): Streams {
  const { session } = input;
  const clients = new Map<string | null, TRPCWebSocketClient>();

  function open(sessionId: string | null): TRPCWebSocketClient {
    const client = createWSClient({
      url: `${input.url.replace(/^http/, "ws")}/trpc`,
      connectionParams: async () => {
        const token = await session.accessToken();
        if ((await sessionIdOf(session)) !== sessionId) {
          clients.delete(sessionId);
          void client.close();
          throw new Error(replaced);
        }
        return token === null ? {} : { token };
      },
      lazy: { enabled: true, closeMs: 5_000 },
      keepAlive: { enabled: true, intervalMs: 15_000, pongTimeoutMs: 5_000 },
      retryDelayMs: (attempt) => Math.min(100 * 2 ** attempt, 5_000) * (0.5 + Math.random() / 2),
      ...(input.WebSocket ? { WebSocket: input.WebSocket } : {}),
    });
    clients.set(sessionId, client);
    return client;
  }

  return {
    link: perSession(session, (sessionId) => wsLink({ client: clients.get(sessionId) ?? open(sessionId) })),
    async close() {
      await Promise.all([...clients.values()].map((client) => client.close()));
    },
  };
}

/** Streams over SSE, a connection each. */
export function sseStreams(input: StreamsInput & { fetch: typeof fetch }): Streams {
  const { session } = input;
  const closing = new AbortController();

  function linkOf(sessionId: string | null): TRPCLink<AppRouter> {
    const ending = new AbortController();
    // An event source knows no more of a refusal than its status: what was said goes to the stream past it.
    const refusals = new Set<(refusal: TRPCClientError<AppRouter>) => void>();
    const link = httpSubscriptionLink<AppRouter, typeof EventSource>({
      url: `${input.url}/trpc`,
      EventSource,
      eventSourceOptions: {
        // Each connection, also one that the event source opens by itself, takes the token of its moment.
        fetch: async (url: string | URL, init: RequestInit) => {
          const headers = { ...(init.headers as object), ...(await bearer(session)) };
          if ((await sessionIdOf(session)) !== sessionId) {
            ending.abort();
            throw new Error(replaced);
          }
          const answer = await input.fetch(url, { ...init, headers });
          if (isEventStream(answer)) return withRetryDelay(answer);
          const refusal = TRPCClientError.from<AppRouter>(await refusalOf(answer));
          for (const tell of refusals) tell(refusal);
          throw refusal;
        },
      },
    });
    return (runtime) => (pass) => {
      const signals = [closing.signal, ending.signal, ...(pass.op.signal ? [pass.op.signal] : [])];
      const stream = link(runtime)({ ...pass, op: { ...pass.op, signal: AbortSignal.any(signals) } });
      return observable((observer) => {
        const subscription = stream.subscribe(observer);
        function tell(refusal: TRPCClientError<AppRouter>): void {
          observer.error(refusal);
          subscription.unsubscribe();
        }
        refusals.add(tell);
        return () => {
          refusals.delete(tell);
          subscription.unsubscribe();
        };
      });
    };
  }

  return {
    link: perSession(session, linkOf),
    async close() {
      closing.abort();
    },
  };
}

function isEventStream(answer: Response): boolean {
  return answer.status === 200 && answer.headers.get("content-type")?.startsWith("text/event-stream") === true;
}

/** An event source waits three seconds before it connects again: long for one that was only asked for a new token. */
function withRetryDelay(answer: Response): Response {
  if (answer.body === null) return answer;
  const line = new TextEncoder().encode(`retry: ${Math.round(200 + Math.random() * 600)}\n\n`);
  const opening = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
    start: (controller) => controller.enqueue(line),
  });
  return new Response(answer.body.pipeThrough(opening), answer);
}
