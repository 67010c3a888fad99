// A server in a process of its own on an open test database: for tests that measure it, kill it, or need two.
import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { TestDeps } from "./test-deps.ts";
import { createWireHttp, type WireHttp } from "./wire.http.ts";

export interface ServerProcess extends WireHttp {
  port: number;
  pid: number;
  /** Memory in use after a garbage collection, and the most there was since the last time it was asked. */
  readMemory(): Promise<{ residentBytes: number; peakBytes: number }>;
  close(): Promise<void>;
}

/** What the child says. */
export type ChildAnswer = { port: number } | { residentBytes: number; peakBytes: number };

/** Starts it; `env` are further variables. Close it in `afterAll`. */
export async function openServerProcess(deps: TestDeps, env: Record<string, string> = {}): Promise<ServerProcess> {
  const { DATABASE_URL, REDIS_URL, REDIS_PREFIX, JWT_SECRET, LOG_LEVEL, LIMITS_SCALE } = deps.config;
  const child = fork(fileURLToPath(new URL("./wire.child.ts", import.meta.url)), {
    execArgv: ["--expose-gc"],
    env: {
      PATH: process.env.PATH,
      TZ: "UTC",
      NODE_ENV: "test",
      DATABASE_URL,
      REDIS_URL,
      REDIS_PREFIX,
      JWT_SECRET: JWT_SECRET.join(","),
      LOG_LEVEL,
      LIMITS_SCALE: String(LIMITS_SCALE),
      ...env,
    },
  });
  const exited = once(child, "exit");

  async function hear(): Promise<ChildAnswer> {
    const answered = once(child, "message").then(([answer]) => answer as ChildAnswer);
    return Promise.race([answered, exited.then(() => Promise.reject(new Error("the server process ended")))]);
  }

  const started = await hear();
  if (!("port" in started) || child.pid === undefined) throw new Error("the server process did not tell its port");
  const http = createWireHttp(started.port);
  return {
    ...http,
    port: started.port,
    pid: child.pid,
    async readMemory() {
      child.send("memory");
      const answer = await hear();
      if (!("residentBytes" in answer)) throw new Error("the server process told something else");
      return answer;
    },
    async close() {
      http.close();
      if (child.connected) child.send("close");
      await exited;
    },
  };
}
