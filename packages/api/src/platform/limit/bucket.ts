// Token buckets in this process: budgets that cost no round trip. Promises: a look-up and a little arithmetic a call,
// and bounded memory: the keys that were not used for longest are forgotten, which only ever gives back points.
import { LRUCache } from "lru-cache";

/** A bucket of `points` that fills up again, evenly, in `perSeconds`. */
export interface BucketSize {
  points: number;
  perSeconds: number;
}

export interface Buckets {
  /** Takes a point; answers 0, or, taking none, the milliseconds until there is one. */
  take(key: string, size: BucketSize): number;
  /** What `take` would answer. */
  peek(key: string, size: BucketSize): number;
  /** Takes a point, or as many as are said, as far as there are any. */
  charge(key: string, size: BucketSize, points?: number): void;
  giveBack(key: string, size: BucketSize): void;
}

/** What a bucket held at an instant. */
export interface Bucket {
  points: number;
  atMs: number;
}

/** Puts into a bucket what it has gained by now. */
export function fillBucket(bucket: Bucket, size: BucketSize, nowMs: number): void {
  const gained = ((nowMs - bucket.atMs) * size.points) / (size.perSeconds * 1_000);
  bucket.points = Math.min(size.points, bucket.points + gained);
  bucket.atMs = nowMs;
}

/** `nowMs` may be any clock that never goes back. */
export function createBuckets(input: { maxKeys: number; nowMs?: () => number }): Buckets {
  const { maxKeys, nowMs = () => performance.now() } = input;
  const buckets = new LRUCache<string, Bucket>({ max: maxKeys });

  function fill(key: string, size: BucketSize): Bucket {
    const now = nowMs();
    const known = buckets.get(key);
    if (known === undefined) {
      const bucket = { points: size.points, atMs: now };
      buckets.set(key, bucket);
      return bucket;
    }
    fillBucket(known, size, now);
    return known;
  }

  function waitMs(bucket: Bucket, size: BucketSize): number {
    if (bucket.points >= 1) return 0;
    return Math.ceil(((1 - bucket.points) * size.perSeconds * 1_000) / size.points);
  }

  return {
    take(key, size) {
      const bucket = fill(key, size);
      const wait = waitMs(bucket, size);
      if (wait === 0) bucket.points -= 1;
      return wait;
    },
    peek: (key, size) => waitMs(fill(key, size), size),
    charge(key, size, points = 1) {
      const bucket = fill(key, size);
      bucket.points = Math.max(0, bucket.points - points);
    },
    giveBack(key, size) {
      const bucket = fill(key, size);
      bucket.points = Math.min(size.points, bucket.points + 1);
    },
  };
}
