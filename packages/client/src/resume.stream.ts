// One stream of the link that resumes: the states it is in, and what leaving one lets go of. Promise: what was begun in a
// state that has been left holds no connection and no timer.
import type { AppRouter } from "@pixora/api";
import type { Operation, TRPCClientError, TRPCLink } from "@trpc/client";
import type { Unsubscribable } from "@trpc/server/observable";
import type { ConnectionInside } from "./connection.ts";
import type { Pace } from "./pace.ts";
import type { Position } from "./resume.position.ts";
import type { Tokens } from "./session.store.ts";
import type { SessionInside } from "./session.ts";

export type Failure = TRPCClientError<AppRouter>;
/** tRPC names the two ends of a link in the link's type alone. */
export type Pass = Parameters<ReturnType<TRPCLink<AppRouter>>>[0];
export type Connection = ReturnType<Pass["next"]>;
export type Observer = Parameters<Connection["subscribe"]>[0];
export type Envelope = Parameters<NonNullable<Observer["next"]>>[0];

export type Opening = { name: "opening" };
export type Open = {
  name: "open";
  startedAtMs: number;
  startedWith: Tokens | null;
  /** Whether it has spoken. */
  isLive: boolean;
  /** Runs until then. */
  timer?: ReturnType<typeof setTimeout>;
  connection?: Unsubscribable;
  /** The one before, which must be left, until this one has spoken. */
  earlier?: Open | undefined;
};
export type Judging = { name: "judging" };
/** Without a timer where the page has been put aside. */
export type Waiting = { name: "waiting"; timer?: ReturnType<typeof setTimeout> };
export type Over = { name: "over" };
export type State = Opening | Open | Judging | Waiting | Over;

export interface Stream {
  readonly session: SessionInside;
  readonly status: ConnectionInside;
  readonly pace: Pace;
  readonly op: Operation;
  readonly next: (op: Operation) => Connection;
  readonly observer: Required<Observer>;
  /** Null for a stream whose events have no ids. */
  readonly position: Position | null;
  state: State;
  /** Attempts that failed since events last arrived. */
  failures: number;
  /** Whether events may have been missed that nothing will bring. */
  hasGap: boolean;
  /** Whether the last connection was somebody's. */
  wasSignedIn: boolean;
}

/** The one way from state to state: what the old one holds is let go. */
export function enter<Next extends State>(stream: Stream, next: Next): Next {
  const left = stream.state;
  stream.state = next;
  report(stream);
  if (left.name === "waiting") clearTimeout(left.timer);
  if (left.name === "open" && !(next.name === "open" && next.earlier === left)) letGo(left);
  return next;
}

export function letGo(open: Open): void {
  clearTimeout(open.timer);
  open.connection?.unsubscribe();
  if (open.earlier !== undefined) letGo(open.earlier);
}

/** Says how the stream is doing. One attempt that fails is a drop; from the second on the network is away. */
export function report(stream: Stream): void {
  const { state } = stream;
  if (state.name === "over") stream.status.report(stream, "idle");
  else if (state.name === "open" && (state.isLive || state.earlier !== undefined)) stream.status.report(stream, "live");
  else stream.status.report(stream, stream.failures > 1 ? "offline" : "connecting");
}

export function isIn(stream: Stream, state: State): boolean {
  return stream.state === state;
}

export function end(stream: Stream): void {
  enter(stream, { name: "over" });
  stream.observer.complete();
}
