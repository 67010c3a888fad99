// Sets and unsets relations (post likes, comment likes, bookmarks) in micro-batches: one statement for all calls that
// came while the last one ran. Promises: every answer is given after commit and is the state after its call.
import { sqlState } from "@pixora/db";
import { AppError } from "../call/errors.ts";
import type { Deps } from "../process/deps.ts";
import { createRelationQueue, type RelationCall, type Settled } from "./relation.queue.ts";
import type { ReadRow, RelationStatements, SetRow } from "./relation.sql.ts";

/** The state after a call, or that its target is hidden from the actor (or is not there). */
export type RelationOutcome = { isVisible: true; count: number | null; rev: number | null } | { isVisible: false };

export type SetRelation = (call: RelationCall) => Promise<RelationOutcome>;

type Outcomes = (Settled<RelationOutcome> | undefined)[];

const hidden: Settled<RelationOutcome> = { answer: { isVisible: false } };

const maxRuns = 6;
/** The target went while the statement ran, or rivals met: the whole statement may simply run again. */
const rerunStates = new Set(["23503", "40P01", "40001"]);
const waitStates = new Set(["55P03", "57014"]);

/**
 * A function that sets or unsets one relation. The second time changes nothing and answers the present state. Throws
 * auth.sessionRevoked or auth.suspended for a call in a session that does not live: nothing is set then.
 * Calls only meet within one such function: make one a process and kind (onePerDeps).
 */
export function createRelationBatcher(
  deps: Pick<Deps, "db" | "clock" | "wakeRelay">,
  statements: RelationStatements,
): SetRelation {
  async function setOnce(calls: readonly RelationCall[]): Promise<Outcomes> {
    const values = [
      calls.map((c) => c.actorId),
      calls.map((c) => c.targetId),
      calls.map((c) => c.isSet),
      calls.map((c) => c.sessionId),
    ];
    const rows = await rerun(() => deps.db.sql.many(statements.set, [...values, deps.clock.now()]));
    if (rows.some((row) => row.is_changed)) deps.wakeRelay();
    const same = rows.filter((row) => !row.is_changed && row.refusal === null);
    const present =
      same.length === 0
        ? []
        : await deps.db.sql.many(statements.read, [same.map((row) => row.actor_id), same.map((row) => row.target_id)]);
    return joinOutcomes(calls, { rows, present });
  }

  // Another process may set the same pair the other way in this very moment: a call that was *already so* in a snapshot
  // older than that has no true answer yet, and runs again.
  async function setUntilAnswered(calls: readonly RelationCall[]): Promise<Settled<RelationOutcome>[]> {
    const outcomes = await setOnce(calls);
    for (let run = 1; run < maxRuns; run += 1) {
      const open = calls.flatMap((call, index) => (outcomes[index] === undefined ? [{ call, index }] : []));
      if (open.length === 0) break;
      const again = await setOnce(open.map(({ call }) => call));
      for (const [at, { index }] of open.entries()) outcomes[index] = again[at];
    }
    return outcomes.map((outcome) => outcome ?? { error: new Error(`${statements.set.name}: rivals did not settle`) });
  }

  async function setOneByOne(calls: readonly RelationCall[]): Promise<Settled<RelationOutcome>[]> {
    const blocked = new Map<string, unknown>();
    const settled: Settled<RelationOutcome>[] = [];
    for (const call of calls) {
      if (blocked.has(call.targetId)) {
        settled.push({ error: blocked.get(call.targetId) });
        continue;
      }
      try {
        settled.push(...(await setUntilAnswered([call])));
      } catch (error) {
        settled.push({ error });
        // A target that someone else holds locked costs seconds of waiting: once is enough for all its calls.
        if (waitStates.has(sqlState(error) ?? "")) blocked.set(call.targetId, error);
      }
    }
    return settled;
  }

  return createRelationQueue(async (calls) => {
    try {
      return await setUntilAnswered(calls);
    } catch (error) {
      if (calls.length === 1 || !isOfOneCall(error)) throw error;
      return setOneByOne(calls);
    }
  });
}

/** The database refused the statement, perhaps for one call in it; not so when the database itself is away. */
function isOfOneCall(error: unknown): boolean {
  const state = sqlState(error) ?? "";
  // Network errors (EPIPE, ECONNRESET) hold no digit; classes 08, 53 and 57P are a database that is away or full.
  return /^[0-9A-Z]{5}$/.test(state) && /\d/.test(state) && !/^(08|53|57P)/.test(state);
}

async function rerun<T>(work: () => Promise<T>): Promise<T> {
  for (let run = 1; ; run += 1) {
    try {
      return await work();
    } catch (error) {
      if (run >= maxRuns || !rerunStates.has(sqlState(error) ?? "")) throw error;
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 5 * 2 ** run));
    }
  }
}

/** In the order of the calls; undefined for a call whose pair has meanwhile been set the other way. */
function joinOutcomes(calls: readonly RelationCall[], read: { rows: SetRow[]; present: ReadRow[] }): Outcomes {
  const rows = new Map(read.rows.map((row) => [keyOf(row), row]));
  const present = new Map(read.present.map((row) => [keyOf(row), row]));
  return calls.map((call) => {
    const key = keyOf({ actor_id: call.actorId, target_id: call.targetId });
    const row = rows.get(key);
    if (row === undefined) return hidden;
    if (row.refusal !== null) return { error: new AppError(row.refusal) };
    if (row.is_changed) return { answer: { isVisible: true, count: row.count, rev: row.rev } };
    const now = present.get(key);
    // Its target was removed between the two statements.
    if (now === undefined) return hidden;
    return now.is_set === call.isSet ? { answer: { isVisible: true, count: now.count, rev: now.rev } } : undefined;
  });
}

function keyOf(pair: { actor_id: string; target_id: string }): string {
  return `${pair.target_id}/${pair.actor_id}`;
}
