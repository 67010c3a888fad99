// The queue of the micro-batch: calls that arrive while a batch runs go together in the next one, one batch at a time.
// Promises: equal calls of a session that wait together share one answer; any other call for the same pair waits for the
// next batch; calls of one pair keep the order of their arrival.

/** "This person has (or has not) this relation to this target." */
export interface RelationCall {
  actorId: string;
  targetId: string;
  isSet: boolean;
  /** The session that it came in, which must live; null for a call that no session makes. */
  sessionId: string | null;
}

/** What became of one call of a batch. */
export type Settled<Answer> = { answer: Answer } | { error: unknown };

interface Waiter<Answer> {
  resolve: (answer: Answer) => void;
  reject: (error: unknown) => void;
}

interface Group<Answer> {
  call: RelationCall;
  waiters: Waiter<Answer>[];
}

const maxCalls = 256;

/** Locks are taken in the order of a batch: by target, then by actor. Ids have no leading zeros. */
export function compareCalls(one: RelationCall, other: RelationCall): number {
  return compareIds(one.targetId, other.targetId) || compareIds(one.actorId, other.actorId);
}

function compareIds(one: string, other: string): number {
  return one.length - other.length || (one < other ? -1 : Number(one > other));
}

/**
 * Gives `run` one batch after the other, each sorted and of at most 256 different pairs, and every caller the answer
 * to its own call. `run` answers in the order of its calls; what it throws reaches all callers of the batch.
 */
export function createRelationQueue<Answer>(
  run: (calls: RelationCall[]) => Promise<Settled<Answer>[]>,
): (call: RelationCall) => Promise<Answer> {
  // A pair's groups stand in the order of their arrival; the map keeps the pairs in the order of theirs.
  const waiting = new Map<string, Group<Answer>[]>();
  let isRunning = false;

  function takeBatch(): Group<Answer>[] {
    const batch: Group<Answer>[] = [];
    const rest: [string, Group<Answer>[]][] = [];
    for (const [pair, groups] of waiting) {
      const group = groups.shift();
      if (group !== undefined) batch.push(group);
      waiting.delete(pair);
      if (groups.length > 0) rest.push([pair, groups]);
      if (batch.length === maxCalls) break;
    }
    // What is left of a pair goes behind the other pairs, so that nobody starves.
    for (const [pair, groups] of rest) waiting.set(pair, groups);
    return batch.sort((one, other) => compareCalls(one.call, other.call));
  }

  async function runBatches(): Promise<void> {
    while (waiting.size > 0) {
      const batch = takeBatch();
      const settled = await run(batch.map((group) => group.call)).catch((error: unknown) =>
        batch.map(() => ({ error })),
      );
      batch.forEach((group, index) => {
        settle(group, settled[index] ?? { error: new Error("a batch left a call unanswered") });
      });
    }
    isRunning = false;
  }

  return (call) =>
    new Promise((resolve, reject) => {
      const pair = `${call.targetId}/${call.actorId}`;
      const groups = waiting.get(pair) ?? [];
      const last = groups.at(-1);
      if (last?.call.isSet === call.isSet && last.call.sessionId === call.sessionId)
        last.waiters.push({ resolve, reject });
      else groups.push({ call, waiters: [{ resolve, reject }] });
      waiting.set(pair, groups);
      if (isRunning) return;
      isRunning = true;
      // The calls of one HTTP request arrive in one turn of the loop: they should start together.
      setImmediate(runBatches);
    });
}

function settle<Answer>(group: Group<Answer>, settled: Settled<Answer>): void {
  for (const waiter of group.waiters) {
    if ("error" in settled) waiter.reject(settled.error);
    else waiter.resolve(settled.answer);
  }
}
