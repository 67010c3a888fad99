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
//   (4) the delay has passed (pace.ts)
//   (5) the refusal is final, or the session has ended and the stream was that session's: nothing follows
//
// A connection that says it must be left (the server is going, the token is dying) serves the stream until the next one has
// spoken: "open" holds both meanwhile. A stream whose events have no ids tells the app after a gap that it missed some.
//
// From every state: another session takes the place of this one ──▶ opening; the client is closed, or the app
// unsubscribes ──▶ over; the page is put aside ──▶ waiting. A state is an object, and a stream has one at a time: what was begun in a state that has been
// left, and answers late, finds another there and is not heard.
import type { AppRouter } from "@pixora/api";
import { TRPCClientError, type TRPCLink } from "@trpc/client";
import { observable } from "@trpc/server/observable";
import type { ConnectionInside } from "./connection.ts";
import { ConnectionError, isAnswerError, isConnectionError, isPixoraError } from "./errors.ts";
import { createPace } from "./pace.ts";
import { metaOf } from "./procedure.meta.ts";
import { createPosition, type LastEventStore } from "./resume.position.ts";
import {
  type Envelope,
  end,
  enter,
  type Failure,
  isIn,
  type Judging,
  letGo,
  type Open,
  type Opening,
  report,
  type State,
  type Stream,
} from "./resume.stream.ts";
import type { Tokens } from "./session.store.ts";
import type { SessionInside } from "./session.ts";

const maxAskedWaitMs = 60_000;
/** A stream that held this long starts its next row of attempts from the shortest delay. */
const healthyAfterMs = 10_000;

/** What a connection has to say that it is open: a silent one is given up for the next. */
const openWithinMs = 15_000;

export interface ResumeLink {
  link: TRPCLink<AppRouter>;
  /** Lets go of all connections, as a page must that the browser sets aside. */
  rest(): void;
  /** Opens what rests, and tries at once what waits for its next attempt. */
  wake(): void;
}

export function resumeLink(input: {
  session: SessionInside;
  connection: ConnectionInside;
  lastEvent?: LastEventStore | undefined;
  /** Aborted by the client's `close`: streams complete and are not opened again. */
  closed: AbortSignal;
}): ResumeLink {
  const { session, connection: status, lastEvent, closed } = input;
  const pace = createPace();
  const streams = new Set<Stream>();
  const link: TRPCLink<AppRouter> =
    () =>
    ({ op, next }) => {
      if (op.type !== "subscription") return next(op);
      const isResumable = metaOf(op.path).isResumable === true;
      return observable((observer) => {
        const position = isResumable ? createPosition({ session, lastEvent, input: op.input }) : null;
        const stream: Stream = {
          ...{ session, status, pace, op, next, observer, position },
          ...{ state: { name: "opening" }, failures: 0, hasGap: false, wasSignedIn: false },
        };
        const onClosed = () => end(stream);
        const stopWatching = session.onSwitch(() => open(stream));
        closed.addEventListener("abort", onClosed, { once: true });
        streams.add(stream);
        open(stream);
        return () => {
          stopWatching();
          closed.removeEventListener("abort", onClosed);
          streams.delete(stream);
          enter(stream, { name: "over" });
        };
      });
    };
  return {
    link,
    rest() {
      for (const stream of streams) {
        const { state } = stream;
        if (state.name === "over") continue;
        stream.hasGap ||= state.name === "open" && state.isLive;
        enter(stream, { name: "waiting" });
      }
    },
    wake() {
      for (const stream of streams) if (stream.state.name === "waiting") open(stream);
    },
  };
}

function open(stream: Stream): void {
  const opening = enter(stream, { name: "opening" });
  connect(stream, opening).catch((cause) => fail(stream, opening, cause));
}

/** Ends the stream with what was thrown in a state, as by the app's store of tokens, unless that state has been left. */
function fail(stream: Stream, state: State, cause: Failure): void {
  if (isIn(stream, state)) stream.observer.error(cause);
}

/** Opens a connection; from an open one, beside it. */
async function connect(stream: Stream, from: Opening | Open): Promise<void> {
  const { session, position, op } = stream;
  const startedWith = await session.tokens();
  if (!isIn(stream, from)) return;
  // A session that has ended takes its streams along: none goes on as a stranger's. The server tells onEvent so.
  if (stream.wasSignedIn && startedWith === null && position === null) return end(stream);
  stream.wasSignedIn = startedWith !== null;
  const input = position === null ? op.input : await position.inputNow();
  if (!isIn(stream, from)) return;
  const earlier = from.name === "open" ? from : undefined;
  const mine: Open = enter(stream, { name: "open", startedAtMs: Date.now(), startedWith, isLive: false, earlier });
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
  const isEarlier = stream.state.name === "open" && stream.state.earlier === mine;
  if (!isIn(stream, mine) && !isEarlier) return;
  if (!isEarlier) hear(stream, mine, envelope);
  // The end of one connection is not the end of the stream; how it is doing, the app is told in another place.
  if (!isIn(stream, mine) && !isEarlier) return;
  if ("type" in result && (result.type === "stopped" || result.type === "state")) return;
  const id = position !== null && "id" in result ? result.id : undefined;
  if (id !== undefined && position?.advance({ ...result, id }) === false) return;
  if ("data" in result) tellOfGap(stream);
  observer.next(envelope);
  if (id !== undefined) position?.keep(id);
}

/** Says, before the first event after a gap, that others may have been missed. Over SSE, a refusal has a beginning, too. */
function tellOfGap(stream: Stream): void {
  const { hasGap, observer, op } = stream;
  stream.hasGap = false;
  const { afterGap } = metaOf(op.path);
  if (hasGap && afterGap !== undefined) observer.next({ result: { type: "data", data: { type: afterGap } } });
}

/** Takes what a connection says of itself: that it is open, or that it must be left. */
function hear(stream: Stream, mine: Open, envelope: Envelope): void {
  const { result } = envelope;
  if ("type" in result && result.type === "state" && result.state === "connecting") {
    if (mine.isLive) connect(stream, mine).catch((cause) => fail(stream, mine, cause));
    else judge(stream, mine, null);
    return;
  }
  if (mine.isLive || !hasSpoken(stream, envelope)) return;
  mine.isLive = true;
  clearTimeout(mine.timer);
  if (mine.earlier !== undefined) letGo(mine.earlier);
  mine.earlier = undefined;
  stream.failures = 0;
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
  if (stream.state.name === "open" && stream.state.earlier === mine) {
    // It went before the next one had spoken.
    stream.state.earlier = undefined;
    stream.hasGap = true;
    report(stream);
    return;
  }
  if (!isIn(stream, mine)) return;
  stream.hasGap ||= mine.isLive || mine.earlier !== undefined;
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
  stream.failures += 1;
  const hasHeld = mine.isLive && Date.now() - mine.startedAtMs > healthyAfterMs;
  const delayMs = Math.max(stream.pace.waitMs({ hasHeld }), askedWaitMsOf(error));
  enter(stream, { name: "waiting", timer: setTimeout(() => open(stream), delayMs) });
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
