// What domain functions run with: one plain object, made once at start (createDeps) and passed as first argument.
import type { Db } from "@pixora/db";
import type { Logger } from "pino";
import type { Mailer } from "../mailer/mailer.ts";
import type { SearchIndex } from "../search-index/search-index.ts";
import type { Storage } from "../storage/storage.ts";
import type { ApiConfig } from "./config.ts";
import type { PubSub } from "./pubsub.ts";
import type { RedisClients } from "./redis.ts";

/** Time, so that tests can move it. */
export interface Clock {
  now(): Date;
}

export interface Deps {
  db: Db;
  redis: RedisClients;
  pubsub: PubSub;
  mailer: Mailer;
  storage: Storage;
  /** What finds posts besides PostgreSQL; null where PostgreSQL does it alone. */
  searchIndex: SearchIndex | null;
  clock: Clock;
  log: Logger;
  config: ApiConfig;
  /** Tells the relay that facts were committed. Never waits, never fails. */
  wakeRelay(): void;
  /** The same for facts that nobody waits for: within 100 ms, so that one job takes many of them. */
  wakeRelaySoon(): void;
}
