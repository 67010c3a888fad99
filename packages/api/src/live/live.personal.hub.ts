// The hub of personal streams, one a process: hints wake it, it reads what all woken streams missed in one query, and
// puts events into their mailboxes. Promises: each stream gets its person's log in order, without gap or repeat; a lost
// hint delays by a few seconds at most; a stream whose session has ended hears session.revoked and nothing more.

import { parsePersonHint, parseRevokedHint, personHintChannel, revokedHintChannel } from "../log/log.hint.ts";
import type { Deps } from "../platform/process/deps.ts";
import { onePerDeps } from "../platform/process/per-deps.ts";
import { sweepStreams } from "./live.personal.read.ts";
import { isBehind, type PersonalStream, readRound, sayRevoked } from "./live.personal.round.ts";
import { createStreamRegister, type StreamRegister } from "./live.register.ts";

export interface LiveHub {
  add(stream: PersonalStream): void;
  remove(stream: PersonalStream): void;
  /** The stream has emptied its mailbox: if it was too far behind, it is read for again. */
  release(stream: PersonalStream): void;
}

type HubDeps = Pick<Deps, "db" | "pubsub" | "log" | "storage" | "clock">;

const sweepEveryMs = 3_000;
const retryAfterMs = 500;
/** Streams that one query reads, and that one query compares. */
const streamsPerRead = 500;
const streamsPerSweep = 5_000;
/** A reader this far behind is read for again when it has caught up. */
const maxWaiting = 200;

/** The hub of a process. It listens from its first stream on, for as long as the process lives. */
export const liveHubOf = onePerDeps(createHub);

function createHub(deps: HubDeps): LiveHub {
  const register = createStreamRegister<PersonalStream>((stream) => stream.userId);
  const reader = createReader(deps, register);
  const check = createCheck(deps, reader);
  wakeByHints(deps, { register, check, wake: reader.wake });
  wakeBySweeps(deps, { register, check });
  return {
    add(stream) {
      register.add(stream);
      reader.wake(stream);
    },
    remove: register.remove,
    release: reader.release,
  };
}

/** Reads for woken streams, a round at a time; what a tick, or the round before, wakes is read together. */
function createReader(deps: HubDeps, register: StreamRegister<PersonalStream>) {
  const woken = new Set<PersonalStream>();
  // Slow readers: woken again when they have caught up.
  const held = new WeakSet<PersonalStream>();
  let isReading = false;

  function wake(stream: PersonalStream): void {
    woken.add(stream);
    if (isReading) return;
    isReading = true;
    setImmediate(readRounds);
  }

  function takeRound(): PersonalStream[] {
    const round: PersonalStream[] = [];
    for (const stream of woken) {
      if (round.length === streamsPerRead) break;
      woken.delete(stream);
      if (stream.mailbox.size >= maxWaiting) held.add(stream);
      else if (register.has(stream)) round.push(stream);
    }
    return round;
  }

  function end(stream: PersonalStream, seq: string | undefined): void {
    if (!register.has(stream)) return;
    sayRevoked(stream, seq);
    stream.mailbox.close();
    register.remove(stream);
  }

  async function readRounds(): Promise<void> {
    while (woken.size > 0) {
      const round = takeRound();
      if (round.length === 0) continue;
      try {
        await readRound(deps, round, { wake: (stream) => woken.add(stream), end });
      } catch (error) {
        deps.log.warn({ err: error }, "open streams wait for the database");
        for (const stream of round) woken.add(stream);
        await new Promise((resolve) => setTimeout(resolve, retryAfterMs));
      }
    }
    isReading = false;
  }

  return {
    wake,
    end,
    release(stream: PersonalStream): void {
      if (held.delete(stream)) wake(stream);
    },
  };
}

type Check = (streams: readonly PersonalStream[]) => void;

/** Compares streams with the database: those of ended sessions end, however slowly they are read; others may be behind. */
function createCheck(deps: HubDeps, reader: Pick<ReturnType<typeof createReader>, "wake" | "end">): Check {
  async function checkPart(streams: readonly PersonalStream[]): Promise<void> {
    const states = await sweepStreams(deps, { streams });
    streams.forEach((stream, index) => {
      const found = states.get(index);
      if (found?.isSessionLive !== true) reader.end(stream, found?.seq);
      else if (isBehind(stream, found.seq)) reader.wake(stream);
    });
  }

  async function checkAll(streams: readonly PersonalStream[]): Promise<void> {
    for (let start = 0; start < streams.length; start += streamsPerSweep) {
      await checkPart(streams.slice(start, start + streamsPerSweep));
    }
  }

  return (streams) => {
    if (streams.length === 0) return;
    checkAll(streams).catch((error) => deps.log.warn({ err: error }, "open streams could not be compared"));
  };
}

interface Wakened {
  register: StreamRegister<PersonalStream>;
  check: Check;
  wake: (stream: PersonalStream) => void;
}

function wakeByHints(deps: HubDeps, { register, check, wake }: Wakened): void {
  deps.pubsub.subscribe(personHintChannel, (message) => {
    for (const { userId, seq } of parsePersonHint(message)) {
      for (const stream of register.of(userId)) if (isBehind(stream, seq)) wake(stream);
    }
  });
  deps.pubsub.subscribe(revokedHintChannel, (message) => {
    const hint = parseRevokedHint(message);
    if (hint === null) return;
    const { userId, sessionId } = hint;
    check(register.of(userId).filter((stream) => sessionId === null || sessionId === stream.sessionId));
  });
}

/** Hints may be lost: every few seconds, and after each reconnection, all streams are compared with the database. */
function wakeBySweeps(deps: HubDeps, { register, check }: Omit<Wakened, "wake">): void {
  const checkAll = () => check(register.all());
  deps.pubsub.onReconnect(checkAll);
  setInterval(checkAll, sweepEveryMs).unref();
}
