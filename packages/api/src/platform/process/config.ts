// Configuration: zod over the environment, read only by the two main.ts. A wrong value ends the start with a list.
import { isIP } from "node:net";
import { z } from "zod";
import { isLoopbackAddress } from "../limit/public-address.ts";
import { connectionUrl } from "./connection-url.ts";

const baseUrl = z.url().transform((url) => url.replace(/\/+$/, ""));

const port = z.coerce.number().int().min(0).max(65_535);
const flag = z.stringbool();
const urlList = z
  .string()
  .transform((text) =>
    text
      .split(",")
      .map((part) => part.trim())
      .filter((part) => part !== ""),
  )
  .pipe(z.array(z.string()));

/** As browsers send it: no path, no capital; apps in web views have schemes of their own. */
const isOrigin = (text: string) => text === "*" || /^[a-z][a-z0-9+.-]*:\/\/[^/?#\sA-Z]+$/.test(text);

const namedNetworks = ["loopback", "linklocal", "uniquelocal"];

function isNetwork(text: string): boolean {
  const [address = "", bits, ...more] = text.split("/");
  const version = isIP(address);
  if (version === 0) return namedNetworks.includes(text);
  if (bits === undefined) return true;
  return more.length === 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128);
}

/** A list whose every part passes; the others are named, each with what it is not. */
function listOf(isGood: (part: string) => boolean, wrong: (part: string) => string) {
  return urlList.superRefine((parts, context) => {
    for (const part of parts.filter((one) => !isGood(one))) context.addIssue({ code: "custom", message: wrong(part) });
  });
}

const apiShape = {
  NODE_ENV: z.enum(["development", "test", "production"]).default("development"),
  DATABASE_URL: connectionUrl(["postgresql", "postgres"]),
  /** Connections to PostgreSQL that one process may hold. */
  DATABASE_POOL_SIZE: z.coerce.number().int().min(1).max(500).default(20),
  /** Queues: noeviction, AOF. */
  REDIS_URL: connectionUrl(["redis", "rediss"]),
  /** Feeds, cache and publish: may be evicted. Default: REDIS_URL. */
  REDIS_CACHE_URL: connectionUrl(["redis", "rediss"]).optional(),
  /** Put before every Redis key, so that several Pixoras may share one Redis. */
  REDIS_PREFIX: z
    .string()
    .regex(/^[a-z0-9-]{1,40}$/)
    .default("pixora"),
  /** One or more secrets, comma-separated: the first signs, all verify. */
  JWT_SECRET: z
    .string()
    .transform((text) => text.split(",").map((part) => part.trim()))
    .pipe(z.array(z.string().min(32, "each secret needs at least 32 characters")).min(1)),
  /** How long an access token lives. A short one makes clients renew more often, nothing else: revocation is at once. */
  ACCESS_TOKEN_LIFE_SECONDS: z.coerce.number().int().min(5).max(86_400).default(600),
  LOG_LEVEL: z.enum(["trace", "debug", "info", "warn", "error", "fatal", "silent"]).default("info"),
  /** Where browsers reach the API: media URLs start with it. Read, it has no slash at its end. */
  PUBLIC_URL: baseUrl.default("http://127.0.0.1:4000"),
  /** Where the frontend is: links in mails start with it. Unset, the server answers them under PUBLIC_URL with plain pages. */
  WEB_URL: baseUrl.optional(),
  /** Sign-up answers alike for free and taken e-mails, and signing in waits for a verified one. */
  REQUIRE_EMAIL_VERIFICATION: flag.default(false),
  /** smtp:// or smtps:// of the mail provider; without one, mails are kept as files in MAIL_DIR. */
  SMTP_URL: connectionUrl(["smtp", "smtps"]).optional(),
  /** Lets a deployment go without a provider: its mails, links that open accounts included, stay files in MAIL_DIR. */
  MAIL_AS_FILES: flag.default(false),
  MAIL_FROM: z.string().default("Pixora <no-reply@pixora.example>"),
  MAIL_DIR: z.string().default(".pixora/mail"),
  /** s3://bucket of a private bucket; without one, pictures are files in STORAGE_DIR, which all processes share. */
  STORAGE_URL: z
    .string()
    .regex(/^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, "must be s3:// and the name of a bucket")
    .optional(),
  STORAGE_DIR: z.string().default(".pixora/media"),
  /** Of a store other than AWS: Cloudflare R2, MinIO and others. */
  STORAGE_ENDPOINT: z.url().optional(),
  /** Where browsers reach that store, if elsewhere. */
  STORAGE_PUBLIC_ENDPOINT: z.url().optional(),
  STORAGE_REGION: z.string().default("us-east-1"),
  STORAGE_ACCESS_KEY_ID: z.string().optional(),
  STORAGE_SECRET_ACCESS_KEY: z.string().optional(),
  /** An index of OpenSearch that finds posts, as https://user:password@host/pixora; without one, PostgreSQL does. */
  SEARCH_URL: z
    .string()
    .regex(/^https?:\/\/[^/]+\/[a-z0-9][a-z0-9_-]*\/?$/, "must be a URL with the name of an index as its path")
    .optional(),
  /** Whether HEIC is taken, where libheif-js is installed. */
  MEDIA_HEIC: flag.default(true),
  /** Hosts of push services that may be called, with "*." before one for all below it. Default: every public one. */
  PUSH_ALLOWED_HOSTS: urlList.default([]),
  /** Lets push endpoints be plain HTTP on this machine: for tests, and refused elsewhere. */
  PUSH_ALLOW_LOOPBACK: flag.default(false),
  /** From this many followers on, an account's posts are pulled into home feeds instead of pushed. */
  LARGE_ACCOUNT_FOLLOWERS: z.coerce.number().int().min(1).default(10_000),
  /** How old an account must be, with a verified address, before it may write to somebody first. 0 asks for neither. */
  CHAT_MIN_ACCOUNT_HOURS: z.coerce.number().min(0).default(24),
  /** Multiplies every budget of calls. */
  LIMITS_SCALE: z.coerce.number().positive().default(1),
};

const serverShape = {
  ...apiShape,
  PORT: port.default(4000),
  HOST: z.string().default("0.0.0.0"),
  /** Private: /metrics. */
  METRICS_PORT: port.default(9464),
  METRICS_HOST: z.string().default("127.0.0.1"),
  /** Browser origins that may call; comma-separated; "*" for any, which get no cookies. */
  ALLOWED_ORIGINS: listOf(isOrigin, (part) => `${part} is no origin, as https://app.example is`).default(["*"]),
  /** The folder of a built web app, which the server then serves at /. Without one there is the API alone. */
  WEB_DIR: z.string().optional(),
  /** Addresses or networks of reverse proxies whose X-Forwarded-For is believed. */
  TRUSTED_PROXIES: listOf(isNetwork, (part) => `${part} is neither an address nor a network`).default([]),
};

const workerShape = {
  ...apiShape,
  /** Private: /healthz, /readyz and /metrics of the worker. */
  WORKER_PORT: port.default(9465),
  WORKER_HOST: z.string().default("127.0.0.1"),
  /** Which queues this worker takes; comma-separated. Default: all. */
  WORKER_QUEUES: urlList.default(["fast", "feed", "bulk", "mail", "media", "push"]),
  /** Jobs at once, a queue. */
  WORKER_CONCURRENCY: z.coerce.number().int().min(1).max(256).default(8),
  /** How long a stop waits for running jobs before it cancels them. */
  WORKER_CLOSE_TIMEOUT_MS: z.coerce.number().int().min(0).default(8_000),
};

const apiSchema = z.object(apiShape).superRefine(checkTogether);
const serverSchema = z.object(serverShape).superRefine(checkTogether);
const workerSchema = z.object(workerShape).superRefine(checkTogether);

/** What variables say together. */
function checkTogether(config: z.infer<z.ZodObject<typeof apiShape>>, context: z.RefinementCtx): void {
  requireStorageKeys(config, context);
  refuseLoopback(config, context);
  requireMailer(config, context);
}

/** People who never get their mails would be told of it by nobody. */
function requireMailer(
  config: { NODE_ENV: string; SMTP_URL?: string | undefined; MAIL_AS_FILES: boolean },
  context: z.RefinementCtx,
): void {
  if (config.NODE_ENV !== "production" || config.SMTP_URL !== undefined || config.MAIL_AS_FILES) return;
  const message = "is missing (MAIL_AS_FILES=true keeps mails as files in MAIL_DIR instead)";
  context.addIssue({ code: "custom", path: ["SMTP_URL"], message });
}

/** A bucket is of no use without the keys to it. */
function requireStorageKeys(
  config: { [Key in "STORAGE_URL" | "STORAGE_ACCESS_KEY_ID" | "STORAGE_SECRET_ACCESS_KEY"]?: string | undefined },
  context: z.RefinementCtx,
): void {
  if (config.STORAGE_URL === undefined) return;
  for (const name of ["STORAGE_ACCESS_KEY_ID", "STORAGE_SECRET_ACCESS_KEY"] as const) {
    if (config[name] === undefined) context.addIssue({ code: "custom", path: [name], message: "is missing" });
  }
}

/** A deployment that calls itself on a stranger's word is a hole in its walls. */
function refuseLoopback(config: { NODE_ENV: string; PUSH_ALLOW_LOOPBACK: boolean }, context: z.RefinementCtx): void {
  if (!config.PUSH_ALLOW_LOOPBACK || config.NODE_ENV === "test") return;
  context.addIssue({ code: "custom", path: ["PUSH_ALLOW_LOOPBACK"], message: "is for NODE_ENV=test only" });
}

export type ApiConfig = z.infer<typeof apiSchema>;
export type ServerConfig = z.infer<typeof serverSchema>;
export type WorkerConfig = z.infer<typeof workerSchema>;

/** Thrown for a wrong environment; the message is a readable list, a line each. */
export class ConfigError extends Error {
  override name = "ConfigError";
}

function read<Schema extends z.ZodType>(schema: Schema, env: Record<string, string | undefined>): z.infer<Schema> {
  // An empty variable means "not set", as in a compose file with `PORT: ${PORT:-}`.
  const present = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ""));
  const parsed = schema.safeParse(present);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map((issue) => {
    const name = String(issue.path[0] ?? "environment");
    // zod says of a missing variable only that it is no text; what we say of one ourselves says more.
    const isUnset = present[name] === undefined && issue.code !== "custom";
    return `  ${name}: ${isUnset ? "is missing" : issue.message}`;
  });
  throw new ConfigError(`The configuration is wrong:\n${[...new Set(lines)].join("\n")}`);
}

/** Reads the server's configuration. Throws ConfigError. */
export function readServerConfig(env: Record<string, string | undefined>): ServerConfig {
  return read(serverSchema, env);
}

/** Reads the worker's configuration. Throws ConfigError. */
export function readWorkerConfig(env: Record<string, string | undefined>): WorkerConfig {
  return read(workerSchema, env);
}

/** Reads what domain functions need: for scripts and tests. Throws ConfigError. */
export function readApiConfig(env: Record<string, string | undefined>): ApiConfig {
  return read(apiSchema, env);
}

/** Whether a deployment names itself by an address that only its own machine can reach. */
export function isForThisMachineOnly(config: { NODE_ENV: string; PUBLIC_URL: string }): boolean {
  if (config.NODE_ENV !== "production") return false;
  const name = new URL(config.PUBLIC_URL).hostname.replace(/^\[|\]$/g, "");
  return name === "localhost" || name.endsWith(".localhost") || isLoopbackAddress(name);
}

/** Where links in mails start. */
export function webUrlOf(config: { WEB_URL?: string | undefined; PUBLIC_URL: string }): string {
  return config.WEB_URL ?? config.PUBLIC_URL;
}
