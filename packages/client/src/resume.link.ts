// Streams that outlive connections, servers and tokens. A resumable one (`live.onEvent`) carries its last id from
// connection to connection (and through the app's storage from start to start), and drops what it has delivered already.
// Where another person signs in, it begins anew as theirs.
//
//   subscribe ──▶ opening ──▶ open ──▶ judging ──▶ waiting ──▶ opening …
//                    │      (1)    (2)  │     (3)        (4)
//                    └──────────────────┴─────────────▶ over (5)
//
//   (1) it is known who is signed in and after which event the stream goes on
//   (2) the connection has ended, or failed
//   (3) another attempt may succeed
//   (4) the delay has passed; it doubles from attempt to attempt until one has held for a while
//   (5) the refusal is final, or the session has ended and the stream was that session's: nothing follows
//
// From every state: another session takes the place of this one ──▶ opening; the client is closed, or the app
// unsubscribes ──▶ over. A state is an object, and a stream has one at a time: what was begun in a state that has been
// left, and answers late, finds another there and is not heard.
import type { AppRouter } from "@pixora/api";
import { type Operation, TRPCClientError, type TRPCLink } from "@trpc/client";
import { observable, type Unsubscribable } from "@trpc/server/observable";
import type { ConnectionInside } from "./connection.ts";
import { ConnectionError, isAnswerError, isConnectionError, isPixoraError } from "./errors.ts";
import { metaOf } from "./procedure.meta.ts";
import { createPosition, type LastEventStore, type Position } from "./resume.position.ts";
import type { Tokens } from "./session.store.ts";
import type { SessionInside } from "./session.ts";

const firstDelayMs = 100;
const maxDelayMs = 5_000;
const maxAskedWaitMs = 60_000;
/** A stream that held this long starts its next row of attempts from the shortest delay. */
const healthyAfterMs = 10_000;

/** What a connection has to say that it is open: a silent one is given up for the next. */
const openWithinMs = 15_000;

type Failure = TRPCClientError<AppRouter>;
/** tRPC names the two ends of a link in the link's type alone. */
type Pass = Parameters<ReturnType<TRPCLink<AppRouter>>>[0];
type Connection = ReturnType<Pass["next"]>;
type Observer = Parameters<Connection["subscribe"]>[0];
type Envelope = Parameters<NonNullable<Observer["next"]>>[0];

type Opening = { name: "opening" };
type Open = {
  name: "open";
  startedAtMs: number;
  startedWith: Tokens | null;
  /** Whether it has spoken. */
  isLive: boolean;
  /** Runs until then. */
  timer?: ReturnType<typeof setTimeout>;
  connection?: Unsubscribable;
};
type Judging = { name: "judging" };
type Waiting = { name: "waiting"; timer: ReturnType<typeof setTimeout> };
type Over = { name: "over" };
type State = Opening | Open | Judging | Waiting | Over;

interface Stream {
  readonly session: SessionInside;
  readonly status: ConnectionInside;
  readonly op: Operation;
  readonly next: (op: Operation) => Connection;
  readonly observer: Required<Observer>;
  /** Null for a stream whose events have no ids. */
  readonly position: Position | null;
  state: State;
  /** Attempts since a connection last held for a while. */
  attempts: number;
  /** Whether the last connection was somebody's. */
  wasSignedIn: boolean;
}

export function resumeLink(input: {
  session: SessionInside;
  connection: ConnectionInside;
  lastEvent?: LastEventStore | undefined;
  /** Aborted by the client's `close`: streams complete and are not opened again. */
  closed: AbortSignal;
}): TRPCLink<AppRouter> {
  const { session, connection: status, lastEvent, closed } = input;
  return () =>
    ({ op, next }) => {
      if (op.type !== "subscription") return next(op);
      const isResumable = metaOf(op.path).isResumable === true;
      return observable((observer) => {
        const position = isResumable ? createPosition({ session, lastEvent, input: op.input }) : null;
        const state: Opening = { name: "opening" };
        const stream: Stream = {
          session,
          status,
          op,
          next,
          observer,
          position,
          state,
          attempts: 0,
          wasSignedIn: false,
        };
        const onClosed = () => end(stream);
        const stopWatching = session.onSwitch(() => open(stream));
        closed.addEventListener("abort", onClosed, { once: true });
        open(stream);
        return () => {
          stopWatching();
          closed.removeEventListener("abort", onClosed);
          enter(stream, { name: "over" });
        };
      });
    };
}

/** The one way from state to state: what the old one holds is let go. */
function enter<Next extends State>(stream: Stream, next: Next): Next {
  const left = stream.state;
  stream.state = next;
  report(stream);
  if (left.name === "waiting") clearTimeout(left.timer);
  if (left.name === "open") {
    clearTimeout(left.timer);
    left.connection?.unsubscribe();
  }
  return next;
}

/** Says how the stream is doing. One attempt that fails is a drop; from the second on the network is away. */
function report(stream: Stream): void {
  const { state } = stream;
  if (state.name === "over") stream.status.report(stream, "idle");
  else if (state.name === "open" && state.isLive) stream.status.report(stream, "live");
  else stream.status.report(stream, stream.attempts > 1 ? "offline" : "connecting");
}

function isIn(stream: Stream, state: State): boolean {
  return stream.state === state;
}

function end(stream: Stream): void {
  enter(stream, { name: "over" });
  stream.observer.complete();
}

function open(stream: Stream): void {
  const opening = enter(stream, { name: "opening" });
  connect(stream, opening).catch((cause) => fail(stream, opening, cause));
}

/** Ends the stream with what was thrown in a state, as by the app's store of tokens, unless that state has been left. */
function fail(stream: Stream, state: State, cause: Failure): void {
  if (isIn(stream, state)) stream.observer.error(cause);
}

async function connect(stream: Stream, opening: Opening): Promise<void> {
  const { session, position, op } = stream;
  const startedWith = await session.tokens();
  if (!isIn(stream, opening)) return;
  // A session that has ended takes its streams along: none goes on as a stranger's. The server tells onEvent so.
  if (stream.wasSignedIn && startedWith === null && position === null) return end(stream);
  stream.wasSignedIn = startedWith !== null;
  const input = position === null ? op.input : await position.inputNow();
  if (!isIn(stream, opening)) return;
  const mine: Open = enter(stream, { name: "open", startedAtMs: Date.now(), startedWith, isLive: false });
  mine.timer = setTimeout(() => judge(stream, mine, stayedSilent()), openWithinMs);
  try {
    mine.connection = stream.next({ ...op, input }).subscribe({
      next: (envelope) => deliver(stream, mine, envelope),
      error: (error) => judge(stream, mine, error),
      complete: () => judge(stream, mine, null),
    });
  } catch (cause) {
    return fail(stream, mine, cause as Failure);
  }
  // What came while it subscribed may have moved the stream on.
  if (!isIn(stream, mine)) mine.connection.unsubscribe();
}

function deliver(stream: Stream, mine: Open, envelope: Envelope): void {
  const { position, observer } = stream;
  const { result } = envelope;
  if (isIn(stream, mine)) hear(stream, mine, envelope);
  // The end of one connection is not the end of the stream.
  if (!isIn(stream, mine) || ("type" in result && result.type === "stopped")) return;
  const id = position !== null && "id" in result ? result.id : undefined;
  if (id !== undefined && position?.advance({ ...result, id }) === false) return;
  observer.next(envelope);
  if (id !== undefined) position?.keep(id);
}

/** Takes what a connection says of itself: that it is open, or that it has lost the network and seeks it. */
function hear(stream: Stream, mine: Open, envelope: Envelope): void {
  const { result } = envelope;
  if (hasSpoken(stream, envelope)) mine.isLive = true;
  else if ("type" in result && result.type === "state" && result.state === "connecting") mine.isLive = false;
  if (mine.isLive) clearTimeout(mine.timer);
  report(stream);
}

/** A stream whose events have ids says `ready` by itself; of another, the server says only that it has begun. */
function hasSpoken({ position }: Stream, { result }: Envelope): boolean {
  return "data" in result || (position === null && "type" in result && result.type === "started");
}

function stayedSilent(): Failure {
  return TRPCClientError.from(new ConnectionError(`the stream did not open within ${openWithinMs / 1_000} s`));
}

function judge(stream: Stream, mine: Open, error: Failure | null): void {
  if (!isIn(stream, mine)) return;
  const judging = enter(stream, { name: "judging" });
  decide(stream, { mine, judging, error }).catch((cause) => fail(stream, judging, cause));
}

async function decide(
  stream: Stream,
  { mine, judging, error }: { mine: Open; judging: Judging; error: Failure | null },
): Promise<void> {
  const isFinal = error !== null && !(await mayResume(stream.session, { error, startedWith: mine.startedWith }));
  if (!isIn(stream, judging)) return;
  if (isFinal) return stream.observer.error(error);
  const hasHeld = Date.now() - mine.startedAtMs > healthyAfterMs;
  stream.attempts = hasHeld ? 1 : stream.attempts + 1;
  enter(stream, {
    name: "waiting",
    timer: setTimeout(() => open(stream), Math.max(delayMsOf(stream.attempts), askedWaitMsOf(error))),
  });
}

function delayMsOf(attempts: number): number {
  return Math.min(firstDelayMs * 2 ** (attempts - 1), maxDelayMs) * (0.5 + Math.random() / 2);
}

/** How long a proxy asks to be left alone. What asks for hours is looked at again each minute. */
function askedWaitMsOf(error: Failure | null): number {
  return isAnswerError(error) ? Math.min(error.cause.retryAfterMs ?? 0, maxAskedWaitMs) : 0;
}

/** Whether another attempt may succeed. Forgets the tokens of a session that has ended. */
async function mayResume(
  session: SessionInside,
  { error, startedWith }: { error: Failure; startedWith: Tokens | null },
): Promise<boolean> {
  if (isConnectionError(error)) return true;
  if (isAnswerError(error)) return error.cause.mayPass;
  if (!isPixoraError(error)) return false;
  switch (error.data.appCode) {
    case "auth.tokenExpired": {
      const tokens = await session.tokens();
      return tokens !== null && (await session.renew(tokens.accessToken).catch(() => true));
    }
    case "auth.sessionRevoked":
    case "auth.tokenInvalid":
      if (startedWith !== null) await session.forget(startedWith);
      return false;
    case "service.unavailable":
    case "limit.exceeded":
    case "internal":
      return true;
    default:
      return false;
  }
}
