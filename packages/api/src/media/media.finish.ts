// The moment a picture is ready or has failed: the row, the event in its owner's log and the facts that are done, in one
// transaction. Promise: its owner hears of each exactly once.
import { statement, type Tx } from "@pixora/db";
import { appendLiveEvents, type LivePosition, lockLiveHeads } from "../log/log.head.ts";
import { hintPeople } from "../log/log.hint.ts";
import { recordDone } from "../platform/outbox.ts";
import type { Deps } from "../platform/process/deps.ts";
import type { MediaState } from "./media.schema.ts";

export type MediaOutcome =
  | {
      state: "ready";
      placeholder: string;
      variants: readonly (readonly [width: number, height: number])[];
      isAnimated: boolean;
    }
  | { state: "failed"; reason: string };

const lockMedia = statement<{ ownerId: string; state: MediaState }>(
  "media.lockMedia",
  `select owner_id as "ownerId", state from media where id = $1 and deleted_at is null for no key update`,
);

const markReady = statement<never>(
  "media.markReady",
  `update media set state = 'ready', reason = null, width = $2, height = $3, placeholder = $4, variants = $5,
                    is_animated = $6
   where id = $1`,
);

const markFailed = statement<never>("media.markFailed", `update media set state = 'failed', reason = $2 where id = $1`);

/**
 * Ends a picture's way, tells its owner, and records the facts of `media.makeVariants` done. Answers false, and only
 * records, where the way had ended before (the second time) or the picture is gone. Only one that failed can still become
 * ready: when its dead letter is replayed.
 */
export async function finishMedia(
  deps: Pick<Deps, "db" | "pubsub">,
  input: { mediaId: string; outcome: MediaOutcome; factIds: readonly string[] },
): Promise<boolean> {
  const { mediaId, outcome, factIds } = input;
  const positions = await deps.db.inTransaction(async (tx) => {
    const media = await tx.maybe(lockMedia, [mediaId]);
    const appended =
      media !== null && canEndAs(outcome, media.state)
        ? await endWay(tx, { mediaId, ownerId: media.ownerId, outcome })
        : null;
    recordDone(tx, { job: "media.makeVariants", factIds });
    return appended;
  });
  if (positions === null) return false;
  hintPeople(deps, { positions });
  return true;
}

function canEndAs(outcome: MediaOutcome, state: MediaState): boolean {
  return state === "pending" || state === "processing" || (state === "failed" && outcome.state === "ready");
}

async function endWay(
  tx: Tx,
  input: { mediaId: string; ownerId: string; outcome: MediaOutcome },
): Promise<LivePosition[]> {
  const { mediaId, ownerId, outcome } = input;
  await lockLiveHeads(tx, { userIds: [ownerId] });
  if (outcome.state === "failed") await tx.run(markFailed, [mediaId, outcome.reason]);
  else {
    const [width, height] = outcome.variants.at(-1) ?? [null, null];
    const { placeholder, variants, isAnimated } = outcome;
    await tx.run(markReady, [mediaId, width, height, placeholder, JSON.stringify(variants), isAnimated]);
  }
  return appendLiveEvents(tx, {
    events: [{ userId: ownerId, type: `media.${outcome.state}`, payload: { mediaId } }],
  });
}
