// What the process that holds the sockets is told, and what it tells.
import type { Spread } from "../harness/stats.ts";

/** A socket to open: what to say first, and the text by which one knows that its stream runs. */
export interface SocketPlan {
  port: number;
  path: string;
  hello: readonly string[];
  readyMark: string;
}

/** A like that makes one event: "<postId>/<actorId>" names both. */
export interface LikePlan {
  text: string;
  expect: string;
  key: string;
}

export interface LikesPlan {
  port: number;
  perSecond: number;
  connections: number;
  /** Sent once each, at the fixed rate, until they are used up. */
  likes: readonly LikePlan[];
  /** How long after the last answer events are waited for. */
  patienceMs: number;
}

export interface LikesResult {
  sent: number;
  errors: number;
  firstError: string | null;
  /** Likes answered whose event never came. */
  missing: number;
  /** Events of these likes that came more than once. */
  doubled: number;
  /** From the like's answer to the event on the receiver's socket; 0 where the event was first. */
  latencyMs: Spread;
  /** From the last answer to the last event. */
  drainMs: number;
  /** Likes answered a second, from the first to the last. */
  answeredPerSecond: number;
}

/** What came since the "count" order before: in all, and with its mark. */
export interface MessageCount {
  received: number;
  marked: number;
}

export type LiveOrder =
  | { type: "open"; sockets: readonly SocketPlan[] }
  | { type: "likes"; plan: LikesPlan }
  | { type: "count"; mark: string }
  | { type: "close" };

export type LiveReport =
  | { type: "opened" }
  | { type: "likes"; result: LikesResult }
  | { type: "count"; count: MessageCount }
  | { type: "closed" }
  | { type: "failed"; message: string };
