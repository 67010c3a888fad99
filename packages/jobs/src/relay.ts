// The relay: claims facts from the outbox, stamps them, and hands on the jobs that they cause, each with a list of facts:
// to this process, where the job is short and there is room, or else to its queue in Redis.
// Promises: a crash, an emptied Redis or a lost job repeats facts, perhaps in other batches, and loses none; several
// relays at once are safe.

import type { DirectJobs } from "./direct.ts";
import { type FactJobName, maxFactsOf } from "./jobs.ts";
import type { JobsLog } from "./log.ts";
import {
  type ClaimedFact,
  claimNew,
  claimStale,
  forgetDone,
  forgetOrphans,
  missingJobs,
  type OutboxDb,
  restamp,
  unstamp,
  unstampAll,
} from "./outbox.ts";
import type { FactJobRequest, Producer } from "./producer.ts";

export interface RelayInput {
  db: OutboxDb;
  producer: Producer;
  log: JobsLog;
  /** Calls the listener when facts were committed; best effort. The answer ends it. */
  onWake: (listener: () => void) => () => void;
  /** Takes jobs in this process; without it, Redis carries all of them. */
  direct?: Pick<DirectJobs, "reserve" | "heldFactIds">;
  /** How long facts are gathered before a round; what comes during it goes together in the next. */
  groupMs?: number;
  /** Facts in one job. */
  maxFacts?: number;
  /** How often the outbox is looked at without being woken. */
  pollMs?: number;
  /** After this long, a relayed fact that is not finished is relayed again. */
  staleMs?: number;
  /** The same for facts that no queue has: they were taken in this process, or it was killed before it handed them on. */
  directStaleMs?: number;
}

export interface Relay {
  /** Resolves when the loop has ended; facts that were claimed and not relayed are free again. */
  close(): Promise<void>;
}

const claimLimit = 1_000;
const orphansEveryMs = 60_000;

/** Starts relaying; never throws: while a store is away it tries again at each poll. */
export function startRelay(input: RelayInput): Relay {
  const { groupMs = 3, pollMs = 1_000 } = input;
  const bell = createBell();
  const stopListening = input.onWake(bell.ring);
  input.producer.onConnect(bell.ring);
  const rounds = createRounds(input);
  let isClosed = false;
  let isFailing = false;

  async function runRounds(): Promise<void> {
    while (!isClosed) {
      await bell.wait(pollMs);
      // A little patience makes one job of many facts.
      await pause(groupMs);
      try {
        await rounds.runRound(() => isClosed);
        if (isFailing) input.log.info({}, "the relay works again");
        isFailing = false;
      } catch (error) {
        if (!isFailing) input.log.warn({ err: error }, "the relay waits for a store");
        isFailing = true;
        if (!isClosed) await pause(Math.min(pollMs, 250));
      }
    }
  }

  const ended = runRounds();
  return {
    async close() {
      isClosed = true;
      stopListening();
      bell.ring();
      await ended;
    },
  };
}

/** One round: what was lost or has grown stale, once a poll, then everything new. */
function createRounds(input: RelayInput) {
  const { db, producer, direct, log, maxFacts = 200, pollMs = 1_000, staleMs = 60_000, directStaleMs = 20_000 } = input;
  const earlyMs = Math.max(0, staleMs - directStaleMs);
  let nextUpkeepMs = 0;
  let nextOrphansMs = performance.now() + orphansEveryMs;

  // Facts are stamped before they are handed on: one trip, and no transaction that waits for Redis. What a process that
  // is killed in between had claimed is stale soon.
  async function relay(claiming: Promise<ClaimedFact[]>, { mayTakeHere = true } = {}): Promise<number> {
    const claimed = await claiming;
    if (claimed.length === 0) return 0;
    let queued: string[];
    try {
      queued = await hand(groupByJob(claimed, maxFacts), mayTakeHere);
    } catch (error) {
      // The next round asks first whether Redis is back.
      nextUpkeepMs = 0;
      await unstamp(db.query, { factIds: claimed.map((fact) => fact.id) });
      throw error;
    }
    await restamp(db.query, { factIds: queued, earlyMs: 0 });
    const finished = claimed.filter((fact) => missingJobs(fact).length === 0).map((fact) => fact.id);
    await forgetDone(db.query, { factIds: finished });
    return claimed.length;
  }

  /** Gives jobs to this process as far as it has room, and the others to Redis. Answers the facts that only Redis has. */
  async function hand(requests: readonly FactJobRequest[], mayTakeHere: boolean): Promise<string[]> {
    const taker = mayTakeHere ? direct : undefined;
    const given = requests.map((request) => ({ request, reservation: taker?.reserve(request) ?? null }));
    const carried = given.filter(({ reservation }) => reservation === null).map(({ request }) => request);
    try {
      if (carried.length > 0) await producer.add(carried);
    } catch (error) {
      for (const { reservation } of given) reservation?.release();
      throw error;
    }
    for (const { reservation } of given) reservation?.start();
    const taken = new Set(given.flatMap(({ request, reservation }) => (reservation === null ? [] : idsOf(request))));
    return carried.flatMap(idsOf).filter((id) => !taken.has(id));
  }

  async function keepUp(isClosed: () => boolean): Promise<void> {
    const nowMs = performance.now();
    if (nowMs < nextUpkeepMs) return;
    // As long as Redis does not answer this, nothing is claimed.
    if (await producer.hasLostJobs()) {
      log.info({}, "redis is another one or was emptied: unfinished facts are relayed again");
      await unstampAll(db.query);
    }
    nextUpkeepMs = nowMs + pollMs;
    // Slow is not killed.
    const slow = direct?.heldFactIds({ longerThanMs: directStaleMs / 4 }) ?? [];
    await restamp(db.query, { factIds: slow, earlyMs });
    const stale = { limit: claimLimit, staleMs, earlyMs };
    // By way of Redis, which notices when they kill their worker. Taken here, they would kill one after the other, uncounted.
    const byRedis = { mayTakeHere: false };
    while (!isClosed() && (await relay(claimStale(db.query, stale), byRedis)) === claimLimit);
    if (nowMs < nextOrphansMs) return;
    nextOrphansMs = nowMs + orphansEveryMs;
    await forgetOrphans(db.query);
  }

  return {
    async runRound(isClosed: () => boolean): Promise<void> {
      await keepUp(isClosed);
      while (!isClosed() && (await relay(claimNew(db.query, { limit: claimLimit, earlyMs }))) === claimLimit);
    },
  };
}

function idsOf(request: FactJobRequest): string[] {
  return request.payload.facts.map((fact) => fact.id);
}

/** Makes the jobs of claimed facts, each with a list of at most `maxFacts`, or fewer where the job says so. */
export function groupByJob(claimed: readonly ClaimedFact[], maxFacts: number): FactJobRequest[] {
  const lists = new Map<FactJobName, FactJobRequest["payload"]["facts"][]>();
  for (const fact of claimed) {
    for (const job of missingJobs(fact)) {
      const ofJob = lists.get(job) ?? [];
      lists.set(job, ofJob);
      const last = ofJob.at(-1);
      const entry = { id: fact.id, fact: fact.fact, payload: fact.payload };
      if (last === undefined || last.length >= Math.min(maxFacts, maxFactsOf(job))) ofJob.push([entry]);
      else last.push(entry);
    }
  }
  return [...lists].flatMap(([job, ofJob]) => ofJob.map((facts) => ({ job, payload: { facts } })));
}

/** Wakes one sleeper; a ring while nobody sleeps makes the next wait end at once. */
function createBell() {
  let hasRung = false;
  let wakeSleeper: (() => void) | null = null;
  return {
    ring(): void {
      hasRung = true;
      wakeSleeper?.();
    },
    async wait(timeoutMs: number): Promise<void> {
      if (!hasRung) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, timeoutMs);
          wakeSleeper = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      wakeSleeper = null;
      hasRung = false;
    },
  };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
