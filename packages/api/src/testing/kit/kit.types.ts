// What createTestPixora gives, as other teams see it. Names nothing of the server but the router's types, so that the
// package's declarations stand alone.
import type { RouterOutputs } from "../../index.ts";
import type { WireClient } from "../wire.client.ts";

export interface TestPixoraOptions {
  /** Variables of the server and its jobs, as in docs/OPERATIONS.md: `{ LIMITS_SCALE: "1" }` for the real budgets. */
  env?: Record<string, string>;
  /** What the clock says at first. Default: now. */
  startsAt?: Date;
}

export type TestTokens = RouterOutputs["auth"]["refresh"]["tokens"];

/** Someone who is signed in. Fits as the options of the SDK: `createPixora(alice)`. */
export interface TestUser {
  id: string;
  handle: string;
  email: string;
  /** Of the server. */
  url: string;
  /** Tokens in memory, as the SDK's `session` wants them. */
  session: { load(): TestTokens | null; save(tokens: TestTokens | null): void };
  /** Calls procedures as this person: `alice.client.post.create({ caption })`. Failures are WireErrors. */
  client: WireClient;
  /** Subscribes a browser of this person to pushes, which then come in `pixora.pushes`. */
  allowPushes(): Promise<void>;
}

/** A mail as it was handed to the provider. */
export interface TestMail {
  to: string;
  subject: string;
  text: string;
  html?: string;
  headers?: Record<string, string>;
}

/** A push as the person's browser decrypted it. */
export interface TestPush {
  userId: string;
  message: {
    type: string;
    title: string;
    body: string;
    tag: string;
    postId: string | null;
    commentId: string | null;
    actorHandle: string;
  };
}

/**
 * Rows as the calls leave them, without what follows from them: no notification is made and nobody is told. For the past
 * of a test; what the test is about is done by calls.
 */
export interface TestFactories {
  post(input: { authorId: string; caption?: string; visibility?: "public" | "followers" }): Promise<{ id: string }>;
  follow(input: { followerId: string; followeeId: string }): Promise<void>;
  like(input: { userId: string; postId: string }): Promise<void>;
  /** The bytes of a JPEG of one colour, to upload. */
  picture(input?: { width?: number; height?: number; colour?: string }): Promise<Uint8Array<ArrayBuffer>>;
}

/** A whole Pixora of a test's own: server, worker, database, and the people in it. */
export interface TestPixora {
  /** Of the server, on a free port of 127.0.0.1. */
  url: string;
  /** Of the database, which is empty but for what the test makes. */
  databaseUrl: string;
  /** Before every key in Redis. */
  redisPrefix: string;
  /** Calls without a session. */
  client: WireClient;
  /**
   * Someone with an account and a session. Each has a handle of their own unless one is given. Without a password nobody
   * signs in as them; hashing one takes a tenth of a second.
   */
  signIn(input?: {
    handle?: string;
    isPrivate?: boolean;
    role?: "user" | "moderator" | "admin";
    password?: string;
  }): Promise<TestUser>;
  factories: TestFactories;
  /** Mails sent so far, oldest first. */
  mails: TestMail[];
  /** Pushes sent so far, oldest first. */
  readonly pushes: TestPush[];
  /** What the app takes for now. PostgreSQL's own clock, which dates rows, goes on as ever. */
  now(): Date;
  /** Moves the clock on, runs every scheduled job once, and settles. */
  pass(ms: number): Promise<void>;
  /**
   * Resolves when every job of every fact is done: notifications made, feeds filled, mails and pushes sent. Throws for a
   * job that gave up, and after `timeoutMs` (15 s).
   */
  settle(options?: { timeoutMs?: number }): Promise<void>;
  /** Closes everything and drops the database. The second time changes nothing. */
  close(): Promise<void>;
}
