// A worker of its own process, for a test: it takes likes as always, and dies of those of one post, at once and without a
// word, as from a fault in native code.
import { Pool } from "pg";
import { deleteFactsSql } from "../outbox.ts";
import { type JobHandlers, startWorkers } from "../worker.ts";
import { openOutboxDb } from "./harness.ts";
import { requireEnv } from "./services.ts";

const db = openOutboxDb(new Pool({ connectionString: requireEnv("DEADLY_DATABASE_URL"), max: 4 }));
const deadlyPostId = requireEnv("DEADLY_POST_ID");
const quiet = { error() {}, warn() {}, info() {}, debug() {} };

const takeLikes: JobHandlers["notification.notifyLikes"] = async ({ facts }) => {
  if (facts.some((fact) => fact.payload.postId === deadlyPostId)) process.exit(1);
  const factIds = facts.map((fact) => fact.id);
  await db.query({ name: "test.end", text: deleteFactsSql("$1::bigint[]") }, [factIds]);
};

startWorkers({
  redisUrl: requireEnv("DEADLY_REDIS_URL"),
  prefix: requireEnv("DEADLY_PREFIX"),
  queues: ["fast"],
  concurrency: 1,
  handlers: { "notification.notifyLikes": takeLikes } as JobHandlers,
  db,
  log: quiet,
  isStoreAway: () => false,
  isStoreBusy: () => false,
  // A death is noticed within a second, or this test would take minutes.
  lockMs: 900,
  stalledCheckMs: 300,
});
