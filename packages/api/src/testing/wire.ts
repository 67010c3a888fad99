// A real server on a free port of 127.0.0.1, on test deps: for tests that call over the wire.
import type { FastifyInstance } from "fastify";
import type { RouterOutputs } from "../index.ts";
import { readServerConfig } from "../platform/process/config.ts";
import type { Clock } from "../platform/process/deps.ts";
import { openTestDeps, type TestDeps } from "./test-deps.ts";
import type { WireClient } from "./wire.client.ts";
import { type Caller, createWireHttp, type WireHttp } from "./wire.http.ts";
import { openTestSocket, type TestSocket } from "./wire.socket.ts";

type SignedIn = Extract<RouterOutputs["auth"]["signUp"], { user: object }>;

/** Someone who signed up over the wire. */
export type WirePerson = SignedIn & {
  email: string;
  password: string;
  token: string;
  client: WireClient;
};

export interface TestServer extends WireHttp {
  deps: TestDeps;
  app: FastifyInstance;
  port: number;
  url: string;
  /** Signs up under a name of its own. Hashes a password: createPerson is cheaper where nobody has to sign in. */
  signUp(input?: { handle?: string; password?: string }, caller?: Caller): Promise<WirePerson>;
  openSocket(caller?: Caller, url?: { query?: string }): Promise<TestSocket>;
  /** Closes the server, and the deps unless they were given. */
  close(): Promise<void>;
}

let serial = 0;

/**
 * Starts a server. `env` are environment variables of the server and of its deps; `deps` makes it one more server of an
 * open database. Close it in `afterAll`.
 */
export async function openTestServer(
  options: { env?: Record<string, string>; clock?: Clock; deps?: TestDeps; port?: number } = {},
): Promise<TestServer> {
  // The whole router is loaded only by tests that call over the wire; PostgreSQL copies the template in that time.
  const [deps, { createServer }] = await Promise.all([
    options.deps ?? openTestDeps(options),
    import("../http/server.ts"),
  ]);
  const { NODE_ENV, DATABASE_URL, REDIS_URL, JWT_SECRET } = deps.config;
  const serverEnv = { NODE_ENV, DATABASE_URL, REDIS_URL, JWT_SECRET: JWT_SECRET.join(","), ...options.env };
  const app = await createServer({ deps, config: { ...readServerConfig(serverEnv), ...deps.config } });
  const url = await app.listen({ port: options.port ?? 0, host: "127.0.0.1" });
  const port = Number(new URL(url).port);
  const http = createWireHttp(port);
  return {
    ...http,
    deps,
    app,
    port,
    url,
    signUp: (input = {}, caller = {}) => signUpOver(http, { ...input, caller }),
    openSocket: (caller, url) => openTestSocket(port, caller, url),
    async close() {
      http.close();
      await app.close();
      if (options.deps === undefined) await deps.close();
    },
  };
}

async function signUpOver(
  http: WireHttp,
  input: { handle?: string; password?: string; caller: Caller },
): Promise<WirePerson> {
  serial += 1;
  const { handle = `wire_${serial}`, password = "correct horse battery" } = input;
  const email = `${handle}@wire.example`;
  const signedUp = await http.client(input.caller).auth.signUp({ email, handle, password });
  if (signedUp.user === null) throw new Error("signing up waits for a verified address: sign up by hand");
  const token = signedUp.tokens.accessToken;
  return { ...signedUp, email, password, token, client: http.client({ ...input.caller, token }) };
}
