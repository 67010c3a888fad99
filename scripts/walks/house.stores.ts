// The PostgreSQL and Redis of a house: a database of its own on the shared server, or whole servers of its own where a
// walk wants to kill, stall or empty them.
import { deployMigrations } from "../services/prisma.mjs";
import { type CuttableProxy, startCuttableProxy } from "./cuttable-proxy.ts";

/** A PostgreSQL or Redis of a walk's own, to be killed and restarted (scripts/testing/services.mjs). */
export interface OwnService {
  url: string;
  kill(signal?: string): Promise<void>;
  /** Redis takes other arguments, PostgreSQL other settings. */
  restart(changed?: unknown): Promise<void>;
  stop(): Promise<void>;
}

interface OwnServices {
  copyTemplate(): Promise<OpenDatabase>;
  startRedis(options?: { args?: string[] }): Promise<OwnService>;
  startPostgres(): Promise<OwnService & { databaseUrl(name: string): string }>;
}

export interface StoresInput {
  hasOwnRedis?: boolean;
  /** Arguments of that Redis. Default: it keeps nothing. */
  redisArgs?: string[];
  /** A PostgreSQL of its own, which takes seconds to set up. */
  hasOwnPostgres?: boolean;
  /** The apps reach Redis through a proxy, which can be stalled and cut. */
  hasRedisProxy?: boolean;
}

export interface Stores {
  databaseUrl: string;
  postgres: OwnService | null;
  redis: OwnService | null;
  /** Redis itself, past the proxy. */
  redisUrl: string;
  /** As the apps reach it. */
  appRedisUrl: string;
  redisProxy: CuttableProxy | null;
  close(): Promise<void>;
}

function requireEnv(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set: run walks through vitest's global set-up`);
  return value;
}

/** Opens them; `close` throws everything away. */
export async function openStores(input: StoresInput): Promise<Stores> {
  const services = (await import(requireEnv("PIXORA_TEST_SERVICES"))) as OwnServices;
  const database = input.hasOwnPostgres ? await startOwnPostgres(services) : await services.copyTemplate();
  const redis = input.hasOwnRedis
    ? await services.startRedis(input.redisArgs === undefined ? {} : { args: input.redisArgs })
    : null;
  const redisUrl = redis?.url ?? requireEnv("TEST_REDIS_URL");
  const redisProxy = input.hasRedisProxy ? await startCuttableProxy(Number(new URL(redisUrl).port)) : null;
  const appRedisUrl = new URL(redisUrl);
  if (redisProxy !== null) appRedisUrl.port = String(redisProxy.port);
  return {
    databaseUrl: database.url,
    postgres: database.postgres ?? null,
    redis,
    redisUrl,
    appRedisUrl: appRedisUrl.href,
    redisProxy,
    async close() {
      redisProxy?.close();
      await redis?.stop();
      await database.drop();
    },
  };
}

interface OpenDatabase {
  url: string;
  postgres?: OwnService;
  drop(): Promise<void>;
}

async function startOwnPostgres(services: OwnServices): Promise<OpenDatabase> {
  const postgres = await services.startPostgres();
  try {
    await deployMigrations({ databaseUrl: postgres.url, log: () => undefined });
  } catch (error) {
    await postgres.stop();
    throw error;
  }
  return { url: postgres.url, postgres, drop: () => postgres.stop() };
}
