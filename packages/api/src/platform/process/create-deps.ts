// Makes the one `deps` object of a process: opens the database, Redis, mail; closes them in the right order.
import { createDb } from "@pixora/db";
import type { Logger } from "pino";
import { createFileMailer } from "../mailer/mailer.file.ts";
import { createSmtpMailer } from "../mailer/mailer.smtp.ts";
import type { Mailer } from "../mailer/mailer.ts";
import { createOpenSearchIndex } from "../search-index/search-index.opensearch.ts";
import { openStorage } from "../storage/storage.open.ts";
import type { ApiConfig } from "./config.ts";
import type { Clock, Deps } from "./deps.ts";
import { createPubSub } from "./pubsub.ts";
import { createRedisClients } from "./redis.ts";

/** The channel on which the relay is told that facts were committed. */
export const relayChannel = "relay.wake";

/** How long facts that nobody waits for are gathered: a job of many posts costs little more than a job of one. */
const patientWakeMs = 100;

const systemClock: Clock = { now: () => new Date() };

function openMailer(config: ApiConfig, log: Logger): Mailer {
  const from = config.MAIL_FROM;
  if (config.SMTP_URL !== undefined) return createSmtpMailer({ url: config.SMTP_URL, from });
  return createFileMailer({ folder: config.MAIL_DIR, from, log });
}

/** Opens everything, lazily: nothing is contacted before it is used. `close` ends it. */
export function createDeps(input: {
  config: ApiConfig;
  log: Logger;
  applicationName: string;
  clock?: Clock;
  mailer?: Mailer;
}): Deps & { close(): Promise<void> } {
  const { config, log } = input;
  const db = createDb({
    url: config.DATABASE_URL,
    maxConnections: config.DATABASE_POOL_SIZE,
    applicationName: input.applicationName,
    // The message alone: pg hangs the whole client on the error.
    onIdleError: (error) => log.warn({ reason: error.message }, "an idle database connection broke"),
  });
  const cacheUrl = config.REDIS_CACHE_URL ?? config.REDIS_URL;
  const redis = createRedisClients({ url: cacheUrl, prefix: config.REDIS_PREFIX, log });
  const pubsub = createPubSub({ url: cacheUrl, clients: redis, log });
  const mailer = input.mailer ?? openMailer(config, log);
  const clock = input.clock ?? systemClock;

  let isWakePending = false;
  function wakeRelay() {
    if (isWakePending) return;
    isWakePending = true;
    // One publish a tick, however many transactions committed in it.
    setImmediate(() => {
      isWakePending = false;
      pubsub.publish(relayChannel, "");
    });
  }

  let isPatientWakePending = false;
  function wakeRelaySoon() {
    if (isPatientWakePending) return;
    isPatientWakePending = true;
    // A process that ends before need not wait for it: the relay polls.
    setTimeout(() => {
      isPatientWakePending = false;
      wakeRelay();
    }, patientWakeMs).unref();
  }

  return {
    db,
    redis,
    pubsub,
    mailer,
    storage: openStorage({ config, clock }),
    searchIndex: config.SEARCH_URL === undefined ? null : createOpenSearchIndex({ url: config.SEARCH_URL }),
    clock,
    log,
    config,
    wakeRelay,
    wakeRelaySoon,
    async close() {
      await pubsub.close();
      await redis.close();
      await mailer.close();
      await db.close();
    },
  };
}
