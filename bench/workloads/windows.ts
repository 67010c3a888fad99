// Feed windows written straight into Redis, as long reading would have left them: full, in Pixora's own shape, or in that
// of the bare program.
import { Redis } from "ioredis";
import { epochReaderOf } from "../../packages/api/src/feed/feed.epoch.ts";
import { type WindowKeys, windowKeys } from "../../packages/api/src/feed/feed.keys.ts";
import { writeNote } from "../../packages/api/src/feed/feed.note.ts";
import { windowCap } from "../../packages/api/src/feed/feed.window.ts";
import type { RedisClients } from "../../packages/api/src/platform/process/redis.ts";
import type { Bench } from "../harness/bench.ts";

const ttlMs = 3 * 24 * 3_600_000;
const commandsAtOnce = 2_000;

type PixoraKeys = (readerId: string) => WindowKeys;

/** The keys of windows on this Redis as it runs now. */
export async function keysOfWindows(bench: Bench, redis: Redis): Promise<PixoraKeys> {
  const clients: Pick<RedisClients, "cache"> = { cache: redis };
  const epoch = await epochReaderOf({ redis: clients as RedisClients }).readFresh();
  return (readerId) => windowKeys({ prefix: bench.redisPrefix, epoch, readerId });
}

/** Gives readers full windows on both sides. Which posts they hold is the same for all: their length is what counts. */
export async function fillWindows(bench: Bench, readerIds: readonly string[]): Promise<void> {
  const { rows } = await bench.pool.query<{ id: string }>("select id from posts order by id desc limit $1", [
    windowCap,
  ]);
  const redis = new Redis(bench.services.redisUrl);
  try {
    const keysOf = await keysOfWindows(bench, redis);
    const ids = rows.map((row) => row.id);
    const warmUntil = new Date(Date.now() + 2 * ttlMs);
    const text = writeNote({ warmUntilMs: warmUntil.getTime(), largeAuthorIds: [] });
    await bench.pool.query("insert into feed_readers select unnest($1::bigint[]), $2", [readerIds, warmUntil]);
    await bench.pool.query("vacuum analyze feed_readers");
    await redis.rpush("bench:newest-last", ...ids.toReversed());
    await redis.rpush("bench:newest-first", ...ids);
    for (let at = 0; at < readerIds.length; at += commandsAtOnce) {
      const pipeline = redis.pipeline();
      for (const readerId of readerIds.slice(at, at + commandsAtOnce)) {
        const { list, note } = keysOf(readerId);
        pipeline.copy("bench:newest-last", list).pexpire(list, ttlMs).set(note, text, "PX", ttlMs);
        pipeline.copy("bench:newest-first", `bare:feed:${readerId}`);
      }
      await pipeline.exec();
    }
  } finally {
    redis.disconnect();
  }
}

/** Of the readers' windows: how many have this post as their newest, and what an entry takes. */
export async function inspectWindows(
  bench: Bench,
  input: { readerIds: readonly string[]; postId: string },
): Promise<{ withPost: number; bytesPerEntry: number }> {
  const redis = new Redis(bench.services.redisUrl);
  try {
    const keysOf = await keysOfWindows(bench, redis);
    let [withPost, bytes, entries] = [0, 0, 0];
    for (const readerId of input.readerIds) {
      const { list, note } = keysOf(readerId);
      const [head, length, ofList, ofNote] = await Promise.all([
        redis.lindex(list, -1),
        redis.llen(list),
        redis.memory("USAGE", list),
        redis.memory("USAGE", note),
      ]);
      if (head === input.postId) withPost += 1;
      entries += length;
      bytes += (ofList ?? 0) + (ofNote ?? 0);
    }
    return { withPost, bytesPerEntry: bytes / entries };
  } finally {
    redis.disconnect();
  }
}
