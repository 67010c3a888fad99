// What a procedure knows of its call. A named interface in its own file: the SDK's types replace it by `object`.
import type { Deps } from "../process/deps.ts";
import type { Shutdown } from "../process/shutdown.ts";

/** Who calls: a verified access token. Whether its session still lives, `checkSession` or a statement of the call says. */
export interface Viewer {
  userId: string;
  sessionId: string;
  /** When the access token dies, in milliseconds since 1970. */
  expiresAtMs: number;
}

/** Who acts, as far as a token says. A statement that is given a session acts only while that lives. */
export interface Actor {
  actorId: string;
  /** Null: no session acts, or whoever calls has made sure of it. */
  sessionId: string | null;
}

/** The session of a read whose statement asks for it on its way. */
export interface CallerSession {
  readonly id: string;
  /** Set by whoever has found it alive in this call: the answer is sent without asking again. */
  isLive: boolean;
  /** Throws auth.sessionRevoked or auth.suspended unless it lives. */
  ask(): Promise<void>;
}

/** Why a session does not let its person act. */
export type SessionRefusal = "auth.sessionRevoked" | "auth.suspended";

/** The connection under a stream, so that a slow reader can be noticed and told to come back. */
export interface Connection {
  /** Bytes that were sent but not yet taken by the network. */
  bufferedBytes(): number;
  /** Keeps what is sent back until it is released as often: what was sent between goes out in one write. */
  hold(): void;
  release(): void;
  /** Ends the connection in the way that makes clients connect again and resume. */
  interrupt(): void;
  /** Asks the client to come back with a new token before this one dies; streams resume from their last id. */
  askToReconnect(): void;
  /** Streams that are open on it. */
  openStreams: number;
}

/** The tokens of a session, as they are kept in cookies. */
export interface KeptTokens {
  accessToken: string;
  accessTokenExpiresAt: string;
  refreshToken: string;
  refreshTokenExpiresAt: string;
}

/** The cookies of a caller that keeps its session there. They authenticate no call: they only renew the session. */
export interface SessionCookies {
  readonly refreshToken: string | null;
  readonly access: { token: string; sessionEndsAtMs: number } | null;
  keep(tokens: KeptTokens): void;
  clear(): void;
}

export interface RequestContext {
  deps: Deps;
  requestId: string;
  /** The caller's address as far as the trusted proxies tell it. */
  ip: string;
  userAgent: string;
  /** The caller, or null without a token. Throws auth.tokenInvalid or auth.tokenExpired for a bad one. */
  readViewer(): Promise<Viewer | null>;
  /**
   * Throws auth.sessionRevoked or auth.suspended unless the session lives. Calls of one tick share one query; those that
   * may gather wait for the query that is on its way and share the next.
   */
  checkSession(viewer: Viewer, options?: { mayGather: boolean }): Promise<void>;
  connection: Connection;
  /** Of a call that asks for its session to be kept in cookies. */
  cookies?: SessionCookies | undefined;
  /** Runs a call when it is its turn. Undefined where whoever carries the calls sees to that. */
  inTurn?: (<T>(run: () => Promise<T>, dataOf: (result: T) => unknown) => Promise<T>) | undefined;
  /** Begins when this process is about to stop: streams end, and clients resume elsewhere. */
  shutdown: Shutdown;
}
