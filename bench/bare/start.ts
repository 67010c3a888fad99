// What every bare program is made of: Fastify without plugins, one pg pool with prepared statements, one Redis client, and
// an access token checked in the cheapest way there is.
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { type FastifyInstance, type FastifyRequest, fastify } from "fastify";
import { Redis } from "ioredis";
import pg from "pg";

export interface Bare {
  app: FastifyInstance;
  pool: pg.Pool;
  redis: Redis;
  /** Who calls; throws for a token that is not a good one. Whether the session lives is left to the SQL. */
  readCaller(request: Pick<FastifyRequest, "headers">): BareCaller;
  /** Runs a prepared statement; the same text is prepared once a connection. */
  query<Row>(text: string, values: unknown[]): Promise<Row[]>;
}

export interface BareCaller {
  userId: string;
  sessionId: string;
}

function env(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is missing`);
  return value;
}

/** Makes the parts; `listen` starts serving. */
export function openBare(): Bare & { listen(): Promise<void> } {
  const pool = new pg.Pool({
    connectionString: env("DATABASE_URL"),
    max: Number(env("DATABASE_POOL_SIZE")),
    options: "-c timezone=UTC",
  });
  const redis = new Redis(env("REDIS_URL"), { enableAutoPipelining: true });
  redis.on("error", () => {}); // a workload stops it on purpose
  const app = fastify();
  app.get("/healthz", async () => ({ status: "ok" }));
  process.once("SIGTERM", () => process.exit(0));
  const names = new Map<string, string>();
  return {
    app,
    pool,
    redis,
    readCaller: createTokenReader(env("JWT_SECRET")),
    async query<Row>(text: string, values: unknown[]) {
      let name = names.get(text);
      if (name === undefined) {
        name = createHash("sha1").update(text).digest("hex").slice(0, 12);
        names.set(text, name);
      }
      return (await pool.query({ name, text, values })).rows as Row[];
    },
    async listen() {
      await app.listen({ port: Number(env("PORT")), host: "127.0.0.1" });
    },
  };
}

/** HS256 by node:crypto, once a token; after that a look-up. */
export function createTokenReader(secret: string): (request: Pick<FastifyRequest, "headers">) => BareCaller {
  const known = new Map<string, BareCaller & { expiresAtMs: number }>();

  function verify(token: string): BareCaller & { expiresAtMs: number } {
    const [head, body, mac] = token.split(".");
    if (head === undefined || body === undefined || mac === undefined) throw new Error("no token");
    const right = createHmac("sha256", secret).update(`${head}.${body}`).digest();
    const given = Buffer.from(mac, "base64url");
    if (given.length !== right.length || !timingSafeEqual(given, right)) throw new Error("a wrong token");
    const { sub, sid, exp } = JSON.parse(Buffer.from(body, "base64url").toString());
    return { userId: sub, sessionId: sid, expiresAtMs: exp * 1_000 };
  }

  return (request) => {
    const header = request.headers.authorization ?? "";
    const token = header.slice("Bearer ".length);
    let caller = known.get(token);
    if (caller === undefined) {
      caller = verify(token);
      known.set(token, caller);
    }
    if (caller.expiresAtMs < Date.now()) throw new Error("an expired token");
    return caller;
  };
}

/** SQL text: the caller, if their session lives, as a CTE `me (id)` of parameters $1 (user) and $2 (session). */
export const meSql = `me as (
  select u.id from sessions s join users u on u.id = s.user_id
  where s.id = $2 and s.user_id = $1 and s.revoked_at is null and s.expires_at > now()
    and u.deleted_at is null and u.suspended_at is null)`;
