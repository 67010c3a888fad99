// Times of the demo data, as milliseconds since 1970, and ids that carry them.
// Promises: nothing lies in the future of `nowMs`; no two ids of a kind are equal; an id and its row tell the same instant.
import { idAt } from "@pixora/db";
import type { Random } from "./random.ts";

export const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;

/** Something that happened. */
export interface Dated {
  /** 0 until `giveIds` has been there. */
  id: bigint;
  atMs: number;
}

/**
 * Gives the things of one kind ids of their instants, and answers them oldest first. Within a millisecond the sequence
 * rises, as next_id() counts it.
 */
export function giveIds<Thing extends Dated>(things: readonly Thing[]): Thing[] {
  const ordered = things.toSorted((a, b) => a.atMs - b.atMs);
  let lastMs = Number.NaN;
  let sequence = 0n;
  for (const thing of ordered) {
    sequence = thing.atMs === lastMs ? sequence + 1n : 0n;
    lastMs = thing.atMs;
    thing.id = idAt(new Date(lastMs)) | sequence;
  }
  return ordered;
}

/** A moment after `afterMs`, about `meanMs` later on average, and before `nowMs`; null where there is no room left. */
export function momentAfter(random: Random, span: { afterMs: number; meanMs: number; nowMs: number }): number | null {
  const roomMs = span.nowMs - span.afterMs - 1;
  if (roomMs < 1) return null;
  const waitMs = random.exponential(span.meanMs);
  // Where the wait would end in the future, any moment since is as good.
  return span.afterMs + 1 + Math.floor(waitMs < roomMs ? waitMs : random.next() * roomMs);
}
