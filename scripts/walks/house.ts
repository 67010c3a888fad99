// A whole Pixora for walks: servers and workers as processes of their own on a database of their own, to be called
// through the SDK, killed and restarted. Redis is shared with other tests unless a walk wants to harm it.
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createPixora, memorySession, type Pixora, type PixoraOptions } from "@pixora/client";
import { Client, Pool } from "pg";

/** A PostgreSQL or Redis of a walk's own, to be killed and restarted (scripts/testing/services.mjs). */
export interface OwnService {
  url: string;
  kill(signal?: string): Promise<void>;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

interface OwnServices {
  startRedis(options?: { args?: string[] }): Promise<OwnService>;
}

/** A server or a worker. */
export interface App {
  name: "server" | "worker";
  port: number;
  url: string;
  /** Sends a signal and waits for the end; answers how long that took, in milliseconds. */
  end(signal: NodeJS.Signals): Promise<number>;
  /** What it printed so far. */
  output(): string;
}

export interface House {
  pool: Pool;
  redis: OwnService | null;
  redisUrl: string;
  prefix: string;
  startServer(options?: { port?: number; env?: Record<string, string> }): Promise<App>;
  startWorker(options?: { env?: Record<string, string> }): Promise<App>;
  /** A signed-up person with a client of their own. */
  signUp(server: App, handle: string, options?: Partial<PixoraOptions>): Promise<{ pixora: Pixora; id: string }>;
  close(): Promise<void>;
}

const root = new URL("../../", import.meta.url).pathname;

function requireEnv(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set: run walks through vitest's global set-up`);
  return value;
}

async function pickPort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

async function runAsAdmin(sql: string): Promise<void> {
  const client = new Client({ connectionString: requireEnv("TEST_DATABASE_URL") });
  await client.connect();
  await client.query(sql).finally(() => client.end());
}

/** Opens an empty house; start servers and workers as the walk needs them. */
export async function openHouse(options: { hasOwnRedis?: boolean; env?: Record<string, string> } = {}): Promise<House> {
  const database = `walk_${randomBytes(8).toString("hex")}`;
  await runAsAdmin(`create database ${database} template ${requireEnv("TEST_TEMPLATE_DATABASE")}`);
  const databaseUrl = new URL(requireEnv("TEST_DATABASE_URL"));
  databaseUrl.pathname = `/${database}`;
  const services = (await import(requireEnv("PIXORA_TEST_SERVICES"))) as OwnServices;
  const redis = options.hasOwnRedis ? await services.startRedis() : null;
  const redisUrl = redis?.url ?? requireEnv("TEST_REDIS_URL");
  const prefix = `walk-${randomBytes(6).toString("hex")}`;
  const pool = new Pool({ connectionString: databaseUrl.toString(), max: 4 });
  pool.on("error", () => undefined);
  const apps = new Set<ChildProcess>();
  const clients: Pixora[] = [];
  const baseEnv: Record<string, string> = {
    PATH: process.env.PATH ?? "",
    NODE_ENV: "test",
    DATABASE_URL: databaseUrl.toString(),
    DATABASE_POOL_SIZE: "10",
    REDIS_URL: redisUrl,
    REDIS_PREFIX: prefix,
    JWT_SECRET: "walk-secret-walk-secret-walk-secret-0001",
    HOST: "127.0.0.1",
    LIMITS_SCALE: "1000",
    LOG_LEVEL: process.env.WALK_LOG_LEVEL ?? "warn",
    MAIL_DIR: join(tmpdir(), `${prefix}-mail`),
    STORAGE_DIR: join(tmpdir(), `${prefix}-media`),
    METRICS_PORT: "0",
    ...options.env,
  };

  async function start(name: App["name"], port: number, env: Record<string, string>): Promise<App> {
    const child = spawn(process.execPath, [join(root, "apps", name, "src/main.ts")], {
      env: { ...baseEnv, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    apps.add(child);
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        output = (output + text).slice(-20_000);
        if (process.env.WALK_LOG_LEVEL) process.stderr.write(text);
      });
    }
    const url = `http://127.0.0.1:${port}`;
    await waitUntilReady({ child, url, output: () => output });
    return { name, port, url, output: () => output, end: (signal) => endProcess(child, signal) };
  }

  return {
    pool,
    redis,
    redisUrl,
    prefix,
    async startServer({ port, env } = {}) {
      const chosen = port ?? (await pickPort());
      return start("server", chosen, { PORT: String(chosen), PUBLIC_URL: `http://127.0.0.1:${chosen}`, ...env });
    },
    async startWorker({ env } = {}) {
      const port = await pickPort();
      return start("worker", port, { WORKER_PORT: String(port), ...env });
    },
    async signUp(server, handle, clientOptions) {
      const pixora = createPixora({ url: server.url, session: memorySession(), ...clientOptions });
      clients.push(pixora);
      const password = `${handle}-long-password`;
      const { user } = await pixora.auth.signUp.mutate({ email: `${handle}@walk.example`, handle, password });
      if (user === null) throw new Error("sign-up answered no user");
      return { pixora, id: user.id };
    },
    async close() {
      await Promise.all(clients.map((client) => client.close()));
      await Promise.all([...apps].map((child) => endProcess(child, "SIGKILL")));
      await pool.end();
      await redis?.stop();
      await runAsAdmin(`drop database if exists ${database} with (force)`);
    },
  };
}

async function waitUntilReady(app: { child: ChildProcess; url: string; output: () => string }): Promise<void> {
  const deadline = performance.now() + 30_000;
  for (;;) {
    if (app.child.exitCode !== null) throw new Error(`ended before it was ready:\n${app.output()}`);
    const isReady = await fetch(`${app.url}/readyz`).then(
      (answer) => answer.ok,
      () => false,
    );
    if (isReady) return;
    if (performance.now() > deadline) throw new Error(`was not ready in time:\n${app.output()}`);
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}

async function endProcess(child: ChildProcess, signal: NodeJS.Signals): Promise<number> {
  const startedAtMs = performance.now();
  if (child.exitCode === null && child.signalCode === null) {
    const exit = once(child, "exit");
    child.kill(signal);
    await exit;
  }
  return performance.now() - startedAtMs;
}
