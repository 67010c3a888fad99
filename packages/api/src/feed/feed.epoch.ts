// Which Redis this is: a name that changes with every restart and failover, and with it all keys of windows. What
// another Redis, or this one before its crash, kept is then never read, however complete it looks.
import { createHash } from "node:crypto";
import { RedisAwayError } from "@pixora/jobs";
import type { Redis } from "ioredis";
import type { Deps } from "../platform/process/deps.ts";
import { onePerDeps } from "../platform/process/per-deps.ts";

export interface EpochReader {
  /** The epoch of the present connection; null while there is none. Asks Redis once a connection. */
  current(): Promise<string | null>;
  /** Asks Redis again. Rejects when Redis is away. */
  readFresh(): Promise<string>;
}

/** The reader of the epoch that belongs to these deps. */
export const epochReaderOf = onePerDeps((deps: Pick<Deps, "redis">) => createEpochReader(deps.redis.cache));

/** Reads the epoch through this client, and forgets it when the connection ends. */
function createEpochReader(redis: Redis): EpochReader {
  let known: Promise<string> | null = null;
  redis.on("close", () => {
    known = null;
  });
  return {
    async current() {
      if (redis.status !== "ready") return null;
      const reading = known ?? readEpoch(redis);
      known = reading;
      try {
        return await reading;
      } catch {
        if (known === reading) known = null;
        return null;
      }
    },
    readFresh: () => readEpoch(redis),
  };
}

async function readEpoch(redis: Redis): Promise<string> {
  const answers = (await redis.pipeline().info("server").info("replication").exec()) ?? [];
  const failure = answers.find(([error]) => error !== null)?.[0];
  if (failure) throw failure;
  const [server, replication] = answers.map(([, text]) => String(text));
  const names = [/run_id:(\w+)/.exec(server ?? "")?.[1], /master_replid:(\w+)/.exec(replication ?? "")?.[1]];
  if (names.includes(undefined)) throw new Error("redis does not tell its run id and replication id");
  return createHash("sha256").update(names.join("/")).digest("base64url").slice(0, 8);
}

const maxEpochs = 5;

/**
 * Runs work that writes keys of an epoch, again if Redis was another one by its end: what was written to the keys of the
 * one before is nowhere. Rejects while Redis is away.
 */
export async function withinEpoch(deps: Pick<Deps, "redis">, work: (epoch: string) => Promise<void>): Promise<void> {
  const { current, readFresh } = epochReaderOf(deps);
  let epoch = await current();
  if (epoch === null) throw new RedisAwayError("redis is not connected");
  for (let round = 0; round < maxEpochs; round += 1) {
    await work(epoch);
    const present = await readFresh();
    if (present === epoch) return;
    epoch = present;
  }
  throw new RedisAwayError("redis was another one after every write");
}
