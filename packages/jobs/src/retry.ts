// Runs a list of facts until each of them is taken or given up: a failing list is halved until the bad facts are alone.
// Promises: one bad fact holds up no good one; a store that is away costs no attempt.

/** The process is about to stop: what was not taken goes back. */
export class CancelledError extends Error {
  override name = "CancelledError";
}

/** Failures that say nothing of a fact. */
export interface StoreFailures {
  /** PostgreSQL or Redis is away: the work waits for as long as that lasts. */
  isStoreAway: (error: unknown) => boolean;
  /** PostgreSQL is busy: the work gets many more tries, but not for ever, since the work may be what is slow. */
  isStoreBusy: (error: unknown) => boolean;
}

const maxBusyTries = 20;

/** Runs `work` until it succeeds, or fails for another reason than a store. Throws CancelledError. */
export async function runPatiently<T>(
  work: () => Promise<T>,
  input: StoreFailures & { signal: AbortSignal; onWait: (error: unknown) => void },
): Promise<T> {
  let busyTries = 0;
  for (let waitMs = 100; ; waitMs = Math.min(waitMs * 2, 2_000)) {
    if (input.signal.aborted) throw new CancelledError();
    try {
      return await work();
    } catch (error) {
      if (input.isStoreBusy(error)) busyTries += 1;
      else if (!input.isStoreAway(error)) throw error;
      if (busyTries >= maxBusyTries) throw error;
      input.onWait(error);
      await pauseUnlessAborted(waitMs * (0.5 + Math.random() / 2), input.signal);
    }
  }
}

/**
 * Runs all facts together; where that fails, each half, down to single facts. Those that fail alone are tried again,
 * together, until `attempts` are used up. Answers the facts that were never taken, each with its last error.
 */
export async function tryFacts<F>(
  facts: readonly F[],
  input: { attempts: number; run: (facts: F[]) => Promise<void>; signal: AbortSignal },
): Promise<{ fact: F; error: unknown }[]> {
  let failed = await runOrHalve([...facts], input.run);
  for (let attempt = 2; attempt <= input.attempts && failed.length > 0; attempt += 1) {
    await pauseUnlessAborted(100 * 4 ** (attempt - 2), input.signal);
    if (input.signal.aborted) throw new CancelledError();
    failed = await runOrHalve(
      failed.map((failure) => failure.fact),
      input.run,
    );
  }
  return failed;
}

async function runOrHalve<F>(facts: F[], run: (facts: F[]) => Promise<void>): Promise<{ fact: F; error: unknown }[]> {
  const [only] = facts;
  if (only === undefined) return [];
  try {
    await run(facts);
    return [];
  } catch (error) {
    if (error instanceof CancelledError) throw error;
    if (facts.length === 1) return [{ fact: only, error }];
    const middle = Math.ceil(facts.length / 2);
    return [...(await runOrHalve(facts.slice(0, middle), run)), ...(await runOrHalve(facts.slice(middle), run))];
  }
}

/** Waits, or less where the signal is or gets aborted. */
export function pauseUnlessAborted(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener("abort", end, { once: true });
  });
}
