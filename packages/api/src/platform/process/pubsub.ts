// Hints between processes over Redis publish: best effort, small, at most once. Whoever needs certainty reads
// PostgreSQL. One subscriber connection a process, however many listen.
import { Redis } from "ioredis";
import type { Logger } from "pino";
import type { RedisClients } from "./redis.ts";

export type HintListener = (message: string) => void;

export interface PubSub {
  /** Sends a hint; never waits for Redis and never fails. */
  publish(channel: string, message: string): void;
  /** Listens on a channel; the answer ends it. Listening to one channel many times costs one subscription. */
  subscribe(channel: string, listener: HintListener): () => void;
  /** Called after every (re)connection: hints may have been lost until then. The answer ends it. */
  onReconnect(listener: () => void): () => void;
  close(): Promise<void>;
}

const pingEveryMs = 5_000;

/** Opens the subscriber connection; it reconnects for ever and re-subscribes by itself. */
export function createPubSub(input: { url: string; clients: RedisClients; log: Logger }): PubSub {
  const { clients, log } = input;
  const listeners = new Map<string, Set<HintListener>>();
  const reconnectListeners = new Set<() => void>();
  const subscriber = new Redis(input.url, {
    // Subscriptions outlive any single command: they are queued while Redis is away.
    maxRetriesPerRequest: null,
    connectTimeout: 2_000,
    keepAlive: 10_000,
    retryStrategy: (attempt) => Math.min(attempt * 50, 1_000),
    autoResubscribe: true,
  });
  subscriber.on("error", (error) => log.debug({ err: error }, "the redis subscriber failed"));
  subscriber.on("ready", () => {
    for (const listener of reconnectListeners) listener();
  });
  subscriber.on("message", (channel: string, message: string) => {
    for (const listener of listeners.get(channel) ?? []) listener(message);
  });

  // A half-open socket shows itself only when written to.
  const pinger = setInterval(() => {
    if (subscriber.status !== "ready") return;
    const timer = setTimeout(() => subscriber.disconnect(true), pingEveryMs);
    subscriber.ping().then(
      () => clearTimeout(timer),
      () => clearTimeout(timer),
    );
  }, pingEveryMs);
  pinger.unref();

  function fullName(channel: string): string {
    return `${clients.prefix}:${channel}`;
  }

  return {
    publish(channel, message) {
      void clients.attempt((redis) => redis.publish(fullName(channel), message));
    },
    subscribe(channel, listener) {
      const name = fullName(channel);
      const existing = listeners.get(name);
      if (existing === undefined) {
        listeners.set(name, new Set([listener]));
        subscriber.subscribe(name).catch((error) => log.debug({ err: error }, "a subscription waits for redis"));
      } else {
        existing.add(listener);
      }
      return () => {
        const present = listeners.get(name);
        present?.delete(listener);
        if (present?.size === 0) {
          listeners.delete(name);
          subscriber.unsubscribe(name).catch(() => undefined);
        }
      };
    },
    onReconnect(listener) {
      reconnectListeners.add(listener);
      return () => reconnectListeners.delete(listener);
    },
    async close() {
      clearInterval(pinger);
      subscriber.disconnect();
    },
  };
}
