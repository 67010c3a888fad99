// A whole Pixora for walks: servers and workers as processes of their own on a database of their own, to be called
// through the SDK, killed and restarted. PostgreSQL and Redis are shared with other tests unless a walk wants to harm them.
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createPixora, memorySession, type Pixora, type PixoraOptions } from "@pixora/client";
import { Pool } from "pg";
import { openStores, type Stores, type StoresInput } from "./house.stores.ts";

/** A server or a worker. */
export interface App {
  name: "server" | "worker";
  port: number;
  url: string;
  /** Where its /metrics are; a worker's are on its own port. */
  metricsUrl: string;
  /** Sends a signal and waits for the end; answers how long that took, in milliseconds. */
  end(signal: NodeJS.Signals): Promise<number>;
  /** Null while it runs, and after the end by a signal. */
  exitCode(): number | null;
  /** What it printed so far. */
  output(): string;
}

export interface House extends Omit<Stores, "close" | "databaseUrl" | "appRedisUrl"> {
  pool: Pool;
  prefix: string;
  /** What every app is started with. */
  env: Record<string, string>;
  startServer(options?: { port?: number; env?: Record<string, string> }): Promise<App>;
  startWorker(options?: { port?: number; env?: Record<string, string> }): Promise<App>;
  /** A signed-up person with a client of their own. */
  signUp(
    server: Pick<App, "url">,
    handle: string,
    options?: Partial<PixoraOptions>,
  ): Promise<{ pixora: Pixora; id: string }>;
  close(): Promise<void>;
}

const root = new URL("../../", import.meta.url).pathname;

/** A port that is free now. */
export async function pickPort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

function makeBaseEnv(stores: Stores, prefix: string): Record<string, string> {
  return {
    PATH: process.env.PATH ?? "",
    NODE_ENV: "test",
    DATABASE_URL: stores.databaseUrl,
    DATABASE_POOL_SIZE: "10",
    REDIS_URL: stores.appRedisUrl,
    REDIS_PREFIX: prefix,
    JWT_SECRET: "walk-secret-walk-secret-walk-secret-0001",
    HOST: "127.0.0.1",
    LIMITS_SCALE: "1000",
    LOG_LEVEL: process.env.WALK_LOG_LEVEL ?? "warn",
    MAIL_DIR: join(tmpdir(), `${prefix}-mail`),
    STORAGE_DIR: join(tmpdir(), `${prefix}-media`),
  };
}

/** Opens an empty house; start servers and workers as the walk needs them. */
export async function openHouse(options: StoresInput & { env?: Record<string, string> } = {}): Promise<House> {
  const { close: closeStores, ...stores } = await openStores(options);
  const prefix = `walk-${randomBytes(6).toString("hex")}`;
  const pool = new Pool({ connectionString: stores.databaseUrl, max: 4 });
  pool.on("error", () => undefined);
  const apps = new Set<ChildProcess>();
  const clients: Pixora[] = [];
  const baseEnv = { ...makeBaseEnv({ ...stores, close: closeStores }, prefix), ...options.env };

  async function start(place: Pick<App, "name" | "port" | "metricsUrl">, env: Record<string, string>): Promise<App> {
    const child = spawn(process.execPath, [join(root, "apps", place.name, "src/main.ts")], {
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
    const url = `http://127.0.0.1:${place.port}`;
    await waitUntilReady({ child, url, output: () => output });
    return {
      ...place,
      url,
      output: () => output,
      exitCode: () => child.exitCode,
      end: (signal) => endProcess(child, signal),
    };
  }

  return {
    ...stores,
    pool,
    prefix,
    env: baseEnv,
    async startServer({ port, env } = {}) {
      const [chosen, metricsPort] = [port ?? (await pickPort()), await pickPort()];
      const url = `http://127.0.0.1:${chosen}`;
      const place = { name: "server" as const, port: chosen, metricsUrl: `http://127.0.0.1:${metricsPort}/metrics` };
      return start(place, { PORT: String(chosen), METRICS_PORT: String(metricsPort), PUBLIC_URL: url, ...env });
    },
    async startWorker({ port, env } = {}) {
      const chosen = port ?? (await pickPort());
      const place = { name: "worker" as const, port: chosen, metricsUrl: `http://127.0.0.1:${chosen}/metrics` };
      return start(place, { WORKER_PORT: String(chosen), ...env });
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
      await closeStores();
      const folders = ["mail", "media"].map((kind) => join(tmpdir(), `${prefix}-${kind}`));
      await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })));
    },
  };
}

async function waitUntilReady(app: { child: ChildProcess; url: string; output: () => string }): Promise<void> {
  const deadline = performance.now() + 180_000;
  for (;;) {
    if (app.child.exitCode !== null) throw new Error(`ended before it was ready:\n${app.output()}`);
    const answer = await askIfReady(`${app.url}/readyz`);
    if (answer === "ready") return;
    if (performance.now() > deadline) throw new Error(`was not ready in time: ${answer}\n${app.output()}`);
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}

/** "ready", or what it says instead. */
async function askIfReady(url: string): Promise<string> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(10_000) });
    const text = await answer.text();
    return answer.ok ? "ready" : text;
  } catch (error) {
    return String(error);
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
