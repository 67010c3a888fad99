// What a workload works with: services, a fresh copy of its data, programs to start, people to call as.
import pg from "pg";
import { queryOnce } from "../../scripts/services/open.mjs";
import { onShutdown } from "../../scripts/services/shutdown.mjs";
import { type DataKind, openRunDatabase } from "./database.ts";
import { type Generator, startGenerator } from "./generator.ts";
import type { BenchOptions } from "./options.ts";
import { type Program, type ProgramInput, startProgram } from "./program.ts";
import { openBenchServices, type Services } from "./services.ts";
import { jwtSecret } from "./sessions.ts";

/** Connections to PostgreSQL that each measured program may hold: Pixora's default, and the same for all. */
const poolSize = 20;
const redisPrefix = "bench";
const runDatabase = "bench_run";
const copyDatabase = "bench_copy";

export interface Bench {
  options: BenchOptions;
  services: Services;
  databaseUrl: string;
  /** For preparing and checking, outside measured time. int8 comes as text. */
  pool: pg.Pool;
  generator: Generator;
  redisPrefix: string;
  log(text: string): void;
  /** Another fresh copy of the same data, for a side that needs it otherwise; it goes with the bench. */
  openCopy(): Promise<{ databaseUrl: string; pool: pg.Pool }>;
  /** Pixora's own server or worker, as deployed. */
  startServer(env?: Record<string, string>): Promise<Program>;
  startWorker(env?: Record<string, string>): Promise<Program>;
  /** A program of bench/bare, by its name. */
  startBare(name: string, env?: Record<string, string>): Promise<Program>;
}

/** Opens services and data for one workload; everything is stopped by the script's shutdown. */
export async function openBench(input: {
  data: DataKind;
  options: BenchOptions;
  log: (text: string) => void;
}): Promise<Bench> {
  const { options, log } = input;
  const services = await openBenchServices(log);
  onShutdown(() => services.stop());
  const { adminUrl } = services;
  const source = { adminUrl, kind: input.data, size: options.size, log };
  const databaseUrl = await openRunDatabase({ ...source, name: runDatabase });
  const pool = openPool(databaseUrl);
  await flushRedis(services.redisUrl);
  const generator = startGenerator();
  onShutdown(() => generator.stop());
  const env = envOf({ databaseUrl, redisUrl: services.redisUrl });
  function start(program: ProgramInput): Promise<Program> {
    return startProgram({ ...program, env: { ...env, ...program.env }, isProfiled: options.isProfiled });
  }
  return {
    options,
    services,
    databaseUrl,
    pool,
    generator,
    redisPrefix,
    log,
    async openCopy() {
      const copyUrl = await openRunDatabase({ ...source, name: copyDatabase });
      onShutdown(() => queryOnce(adminUrl, `drop database ${copyDatabase} with (force)`));
      return { databaseUrl: copyUrl, pool: openPool(copyUrl) };
    },
    startServer: (more = {}) => start({ name: "server", script: "apps/server/src/main.ts", env: more }),
    startWorker: (more = {}) =>
      start({ name: "worker", script: "apps/worker/src/main.ts", portName: "WORKER_PORT", env: more }),
    startBare: (name, more = {}) => start({ name: `bare-${name}`, script: `bench/bare/${name}.ts`, env: more }),
  };
}

function openPool(url: string): pg.Pool {
  const pool = new pg.Pool({ connectionString: url, max: 4, options: "-c timezone=UTC" });
  onShutdown(() => pool.end());
  return pool;
}

function envOf(urls: { databaseUrl: string; redisUrl: string }): Record<string, string> {
  return {
    NODE_ENV: "production",
    MAIL_AS_FILES: "true",
    DATABASE_URL: urls.databaseUrl,
    DATABASE_POOL_SIZE: String(poolSize),
    REDIS_URL: urls.redisUrl,
    REDIS_PREFIX: redisPrefix,
    JWT_SECRET: jwtSecret,
    LOG_LEVEL: "error",
    METRICS_PORT: "0",
    // Calls are counted as in production, and never refused.
    LIMITS_SCALE: "100000",
  };
}

async function flushRedis(url: string): Promise<void> {
  const { Redis } = await import("ioredis");
  const redis = new Redis(url);
  await redis.flushall();
  redis.disconnect();
}

/** The address of another database of the same server. */
