// The Redis keys of feed windows. Readers fall into buckets, and a bucket's keys share one hash tag, so that one script
// call reaches many readers in one cluster slot. Keys start with the epoch: another Redis, other keys.
import { idAt, instantOfId } from "@pixora/db";

/** Few enough that a range of followers fills a call, enough to spread over a cluster. A power of two. */
export const bucketCount = 16;

/** Characters of a reader's name in keys and in lists of readers: an id in hexadecimal. */
export const nameLength = 16;

/** SQL text, an aggregate: the names of readers, one after the other. Turned into text once, not for each reader. */
export function readerNamesSql(id: string): string {
  return `encode(string_agg(int8send(${id}), ''::bytea), 'hex')`;
}

/** A reader's name in keys. */
export function windowNameOf(readerId: string): string {
  return BigInt(readerId).toString(16).padStart(nameLength, "0");
}

export interface WindowKeys {
  /** The list of post ids, newest last. */
  list: string;
  /** What stands beside the list (feed.note.ts); a list without it is not to be trusted. */
  note: string;
}

/** The start of the keys of one bucket. */
export function bucketPrefix(input: { prefix: string; epoch: string; bucket: number }): string {
  return `${input.prefix}:{feed${input.bucket}}:${input.epoch}:`;
}

export function bucketOf(readerId: string): number {
  // 10,000 is a multiple of every bucket count up to 16: the last four digits decide.
  return Number(readerId.slice(-4)) % bucketCount;
}

export function windowKeys(input: { prefix: string; epoch: string; readerId: string }): WindowKeys {
  const list = bucketPrefix({ ...input, bucket: bucketOf(input.readerId) }) + windowNameOf(input.readerId);
  return { list, note: `${list}:n` };
}

/** Orders ids as numbers, newest first. They have no leading zeros. */
export function compareNewest(one: string, other: string): number {
  if (one === other) return 0;
  return other.length - one.length || (one < other ? 1 : -1);
}

export function isNewer(one: string, other: string): boolean {
  return compareNewest(one, other) < 0;
}

/** The smallest id that was made `ms` after the instant of `id`. */
export function idLater(id: string, ms: number): string {
  return idAt(new Date(instantOfId(BigInt(id)).getTime() + ms)).toString();
}
