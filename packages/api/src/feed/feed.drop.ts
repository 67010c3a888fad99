// Deletes windows that no longer agree with whom their readers follow, mute or block. Runs in the worker; the mutations
// themselves have tried it already (dropWindows), this is what makes it certain.
import { maxId, type Sql, statement } from "@pixora/db";
import type { FactOf } from "@pixora/jobs";
import { recordDone } from "../platform/outbox.ts";
import type { Deps } from "../platform/process/deps.ts";
import { withinEpoch } from "./feed.epoch.ts";
import { windowKeys } from "./feed.keys.ts";

type DropDeps = Pick<Deps, "db" | "redis">;
type DropFact = FactOf<"feed.dropWindows">;

/** Followers whose windows go with one statement and one round of Redis. */
const chunkSize = 5_000;

/** Deletes the windows of those whom the facts concern. Doing it again does no harm. Rejects while Redis is away. */
export async function dropWindowsOfFacts(deps: DropDeps, input: { facts: DropFact[] }): Promise<void> {
  const { facts } = input;
  await dropWindowsSurely(deps, { readerIds: [...new Set(facts.flatMap(readersOf))] });
  for (const fact of facts) {
    if ("userId" in fact.payload) await dropWindowsOfFollowers(deps, { authorId: fact.payload.userId });
  }
  const factIds = facts.map((fact) => fact.id);
  await deps.db.inTransaction(async (tx) => recordDone(tx, { job: "feed.dropWindows", factIds }));
}

function readersOf(fact: DropFact): string[] {
  switch (fact.fact) {
    case "feed.pullSwitched":
    case "post.headMended":
      return [];
    case "follow.accepted":
      return [fact.payload.targetId];
    case "block.created":
      return [fact.payload.actorId, fact.payload.targetId];
    default:
      return [fact.payload.actorId];
  }
}

const selectFollowers = statement<{ id: string; readerId: string }>(
  "feed.selectFollowerChunk",
  `select id, follower_id as "readerId" from follows
   where followee_id = $1 and id < $2 order by id desc limit $3`,
);

/** Deletes the windows of everyone who follows an author, a bounded part at a time. */
export async function dropWindowsOfFollowers(deps: DropDeps, input: { authorId: string }): Promise<void> {
  let beforeId = maxId;
  for (;;) {
    const rows = await readFollowers(deps.db.sql, { authorId: input.authorId, beforeId });
    const last = rows.at(-1);
    if (last === undefined) return;
    await dropWindowsSurely(deps, { readerIds: rows.map((row) => row.readerId) });
    beforeId = last.id;
  }
}

function readFollowers(sql: Sql, input: { authorId: string; beforeId: string }) {
  return sql.many(selectFollowers, [input.authorId, input.beforeId, chunkSize]);
}

/** Deletes these readers' windows. Rejects while Redis is away. */
export async function dropWindowsSurely(deps: DropDeps, input: { readerIds: readonly string[] }): Promise<void> {
  if (input.readerIds.length === 0) return;
  const { cache, prefix } = deps.redis;
  await withinEpoch(deps, async (epoch) => {
    const keys = input.readerIds.map((readerId) => windowKeys({ prefix, epoch, readerId }));
    await Promise.all(keys.map(({ list, note }) => cache.unlink(list, note)));
  });
}

const selectIsNamed = statement<{ isNamed: boolean }>(
  "feed.checkIsNamed",
  `select exists (select from author_heads where author_id = $1 and last_pulled_id > 0) as "isNamed"`,
);

/**
 * Deletes the windows that name a large account which is going, while its followers are still known: no window that is
 * built from then on names it. The second time does no harm. Rejects while Redis is away.
 */
export async function dropWindowsNaming(deps: DropDeps, input: { userId: string }): Promise<void> {
  const { isNamed } = await deps.db.sql.one(selectIsNamed, [input.userId]);
  if (isNamed) await dropWindowsOfFollowers(deps, { authorId: input.userId });
}
