// A steady load of likes, comments, follows and posts, with home feeds read beside it, and a record of what was answered: each call is given up to the SDK's own
// retries, and noted as acknowledged, refused or hung. One thing has at most one call under way.
import { isConnectionError, isPixoraError } from "@pixora/client";
import type { Person } from "./crowd.ts";
import { chooseDeed, type Deed, type Entry } from "./deed.ts";
import type { Random } from "./random.ts";

export interface LoadReport {
  sent: number;
  acknowledged: number;
  /** Given up by the SDK because no server answered in time: whether it took effect is not known. */
  unanswered: number;
  /** Refused in a way that no such call should be. */
  wrong: string[];
  /** Not settled in `hangsAfterMs`. */
  hung: number;
  /** How long the slowest call took, the SDK's own retries included. */
  slowestMs: number;
  entries: Entry[];
}

export interface Load {
  /** Calls under way. */
  inFlight(): number;
  report(): LoadReport;
  /** Sends no more; resolves when all calls have settled or hang. */
  stop(): Promise<LoadReport>;
}

/** The SDK gives up long before. */
const hangsAfterMs = 90_000;
/** A home feed is read beside so many of the deeds. */
const readShare = 0.25;
/** While nobody answers, calls pile up to here. */
const maxInFlight = 300;
/** A call whose connection was cut may still take effect for as long as a server waits for PostgreSQL. */
const restMs = 12_000;

export interface LoadInput {
  name: string;
  people: readonly Person[];
  perSecond: number;
  random: Random;
}

/** Starts the load. */
export function startLoad(input: LoadInput): Load {
  const counts = { sent: 0, acknowledged: 0, unanswered: 0, hung: 0, slowestMs: 0 };
  const wrong: string[] = [];
  const entries = new Map<string, Entry>();
  const busy = new Set<Entry>();
  const running = new Set<Promise<void>>();

  /** Counts how a call ended; answers whether it was acknowledged. */
  async function settle(name: string, call: () => Promise<unknown>): Promise<boolean> {
    const startedAtMs = performance.now();
    const outcome = await Promise.race([
      call().then(
        () => "acknowledged" as const,
        (error: unknown) => error,
      ),
      new Promise<"hung">((resolve) => setTimeout(resolve, hangsAfterMs, "hung").unref()),
    ]);
    counts.slowestMs = Math.max(counts.slowestMs, performance.now() - startedAtMs);
    if (outcome === "acknowledged") counts.acknowledged += 1;
    else if (outcome === "hung") counts.hung += 1;
    else if (isUnanswered(outcome)) counts.unanswered += 1;
    else wrong.push(`${name}: ${outcome}`);
    return outcome === "acknowledged";
  }

  async function settleDeed({ entry, makes, call }: Deed): Promise<void> {
    entry.stands = (await settle(entry.table, call)) ? makes : null;
  }

  /** Somebody opens the app: their feed's window is made, and later deeds have to reach it. */
  function readFeed(): void {
    const { pixora } = input.random.pick(input.people).devices[1];
    const run = settle("feed.home", () => pixora.feed.home.query({})).then(() => void running.delete(run));
    counts.sent += 1;
    running.add(run);
  }

  function send(): void {
    if (running.size >= maxInFlight) return;
    if (input.random.next() < readShare) readFeed();
    const deed = chooseDeed({ ...input, entries, busy, serial: counts.sent });
    if (deed === null) return;
    counts.sent += 1;
    busy.add(deed.entry);
    const run = settleDeed(deed).finally(() => {
      setTimeout(() => busy.delete(deed.entry), restMs).unref();
      running.delete(run);
    });
    running.add(run);
  }

  const timer = setInterval(send, 1_000 / input.perSecond);
  const report = (): LoadReport => ({ ...counts, wrong, entries: [...entries.values()] });
  return {
    inFlight: () => running.size,
    report,
    async stop() {
      clearInterval(timer);
      await Promise.all(running);
      return report();
    },
  };
}

/** The server was away, or said that its stores were, for longer than the SDK tries. */
function isUnanswered(error: unknown): boolean {
  return isConnectionError(error) || isPixoraError(error, "service.unavailable");
}
