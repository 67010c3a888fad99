// Keeps with each notification whether its receiver may see all of it: what lists leave out, counts leave out too.
// Promises: by the rule that lists are shown by, whatever took sight away or gave it back; marks, counts and logs move
// together; the second time changes nothing. What meets a notification in the making is found by the audit.
import { type Statement, statement, type Tx } from "@pixora/db";
import type { FactOf } from "@pixora/jobs";
import { appendLiveEvents, type LivePosition, lockLiveHeads } from "../log/log.head.ts";
import { hintPeople } from "../log/log.hint.ts";
import { recordDone } from "../platform/outbox.ts";
import type { Deps } from "../platform/process/deps.ts";
import { notificationSql } from "./notification.view.ts";
import { type RemovedRow, tellRemoved } from "./notification.write.ts";

/** Notifications that one transaction marks. */
const batchSize = 1_000;

const isShown = `coalesce(${notificationSql.isShown}, false)`;

interface StaleRow {
  id: string;
  receiverId: string;
}

/** Some of those among `ids`, a subquery of ids, whose mark is wrong. */
function selectStale(name: string, ids: string): Statement<StaleRow> {
  return statement(
    `notification.${name}`,
    `select n.id, n."receiverId" from notifications n ${notificationSql.joins}
     where n.id in (${ids}) and n."isHidden" = ${isShown} limit ${batchSize}`,
  );
}

// What people did, what stands on their posts and in their threads, and what speaks of their comments.
const selectStaleOfPeople = selectStale(
  "selectStaleOfPeople",
  `select id from notifications where "actorId" = any ($1::bigint[])
   union all
   select told.id from posts join notifications told on told."postId" = posts.id where posts.author_id = any ($1::bigint[])
   union all
   select told.id from comments join notifications told on told."commentId" = comments.id
   where comments.author_id = any ($1::bigint[])
   union all
   select told.id from comments top join comments reply on reply.parent_id = top.id
     join notifications told on told."commentId" = reply.id
   where top.author_id = any ($1::bigint[])`,
);

const selectStaleOfPairs = selectStale(
  "selectStaleOfPairs",
  `select told.id
   from unnest($1::bigint[], $2::bigint[]) as pair (viewer_id, author_id)
   join notifications told on told."receiverId" = pair.viewer_id
   left join posts on posts.id = told."postId"
   left join comments on comments.id = told."commentId"
   left join comments top on top.id = comments.parent_id
   where pair.author_id in (told."actorId", posts.author_id, comments.author_id, top.author_id)`,
);

const selectStaleOfPosts = selectStale(
  "selectStaleOfPosts",
  `select id from notifications where "postId" = any ($1::bigint[])`,
);

const selectStaleOfComments = selectStale(
  "selectStaleOfComments",
  `select id from notifications where "commentId" = any ($1::bigint[])`,
);

// Those that counts may be wrong by.
const selectStaleOfReceivers = selectStale(
  "selectStaleOfReceivers",
  `select id from notifications
   where "receiverId" > $1 and "receiverId" <= $2 and ("isHidden" or not read or not seen)`,
);

const markStatement: Statement<RemovedRow> = statement(
  "notification.markSight",
  `update notifications marked set "isHidden" = not judged.is_shown
   from (select n.id, ${isShown} as is_shown from notifications n ${notificationSql.joins}
         where n.id = any ($1::bigint[])) judged
   where marked.id = judged.id and marked."isHidden" = judged.is_shown
   returning marked.id, marked."receiverId", marked.read, marked.seen, marked."isHidden"`,
);

/** Marks what can be seen no more, or again, since these facts, moves counts and tells logs. The second time: nothing. */
export async function reviseSight(
  deps: Pick<Deps, "db" | "pubsub">,
  input: { facts: readonly FactOf<"notification.reviseSight">[] },
): Promise<void> {
  const { facts } = input;
  const people = facts.flatMap(({ payload }) => ("userId" in payload ? [payload.userId] : []));
  const comments = facts.flatMap(({ payload }) => ("commentId" in payload ? [payload.commentId] : []));
  const posts = facts.flatMap(({ payload }) =>
    "postId" in payload && !("commentId" in payload) ? [payload.postId] : [],
  );
  const pairs = facts.flatMap(sightsOf);
  if (people.length > 0) await reviseAll(deps, selectStaleOfPeople, [people]);
  if (posts.length > 0) await reviseAll(deps, selectStaleOfPosts, [posts]);
  if (comments.length > 0) await reviseAll(deps, selectStaleOfComments, [comments]);
  if (pairs.length > 0) await reviseAll(deps, selectStaleOfPairs, valuesOf(pairs));
  await deps.db.inTransaction(async (tx) =>
    recordDone(tx, { job: "notification.reviseSight", factIds: facts.map((fact) => fact.id) }),
  );
}

interface Sight {
  viewerId: string;
  authorId: string;
}

/**
 * Whose sight of whom a fact of two people moves. A follow moves the follower's alone: to look through all notifications
 * of somebody whom thousands follow, at each new follower, would take longer than following does.
 */
function sightsOf({ fact, payload }: FactOf<"notification.reviseSight">): Sight[] {
  if (!("targetId" in payload)) return [];
  const { actorId, targetId } = payload;
  const ofActor = { viewerId: actorId, authorId: targetId };
  const ofTarget = { viewerId: targetId, authorId: actorId };
  switch (fact) {
    case "follow.created":
    case "follow.deleted":
      return [ofActor];
    // Here it is who accepts that acts.
    case "follow.accepted":
      return [ofTarget];
    default:
      return [ofActor, ofTarget];
  }
}

function valuesOf(pairs: readonly Sight[]): [string[], string[]] {
  return [pairs.map(({ viewerId }) => viewerId), pairs.map(({ authorId }) => authorId)];
}

/** The same of all receivers of a range of ids, for the audit. Their streams hear of it when they next compare. */
export function reviseSightOfRange(deps: Pick<Deps, "db">, input: { afterId: string; lastId: string }): Promise<void> {
  return reviseAll(deps, selectStaleOfReceivers, [input.afterId, input.lastId]);
}

async function reviseAll(
  deps: Pick<Deps, "db"> & Partial<Pick<Deps, "pubsub">>,
  select: Statement<StaleRow>,
  values: unknown[],
): Promise<void> {
  for (let found = batchSize; found === batchSize; ) {
    const positions = await deps.db.inTransaction(async (tx) => {
      const stale = await tx.many(select, values);
      found = stale.length;
      if (found === 0) return [];
      await lockLiveHeads(tx, { userIds: stale.map((row) => row.receiverId) });
      // Judged anew under the locks.
      return tellMarked(tx, await tx.many(markStatement, [stale.map((row) => row.id)]));
    });
    if (deps.pubsub !== undefined) hintPeople({ pubsub: deps.pubsub }, { positions });
  }
}

// Who may see one again hears of it as of a new one, under its own id: nothing is pushed or mailed for that.
async function tellMarked(tx: Tx, rows: readonly RemovedRow[]): Promise<LivePosition[]> {
  const hidden = rows.filter((row) => row.isHidden).map((row) => ({ ...row, isHidden: false }));
  const gone = await tellRemoved(tx, hidden);
  const back = await appendLiveEvents(tx, {
    events: rows
      .filter((row) => !row.isHidden)
      .map((row) => ({
        userId: row.receiverId,
        type: "notification.created",
        payload: { id: row.id },
        unread: row.read ? 0 : 1,
        unseen: row.seen ? 0 : 1,
      })),
  });
  return [...gone, ...back];
}
