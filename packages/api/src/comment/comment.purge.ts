// The rows of comments of a post, or of a person, that is gone, in transactions of bounded length. Comments of a person
// have likes, too: purge/purge.comment.ts takes both away.

import { type Sql, statement, type Tx } from "@pixora/db";
import { runInBatches } from "../platform/flow/run-in-batches.ts";
import { commitFacts } from "../platform/outbox.ts";
import type { Deps } from "../platform/process/deps.ts";
import { removeComment } from "./comment.service.ts";

// Newest first: replies go before the older comments they hang on, whose cascade would be as long as a thread.
const deleteComments = statement<never>(
  "comment.purgeOfPost",
  `delete from comments where id = any(array(
     select id from comments where post_id = $1 order by id desc limit 2000))`,
);

/** Deletes all comments of a deleted post. Moves no counter: they go with it. May be run again. */
export async function purgeComments(deps: Pick<Deps, "db">, input: { postId: string }): Promise<void> {
  await runInBatches(deps.db.sql, { statement: deleteComments, values: [input.postId] });
}

const selectLiveOwn = statement<{ commentId: string; postId: string; parentId: string | null }>(
  "comment.selectLiveOfUser",
  `select id as "commentId", post_id as "postId", parent_id as "parentId" from comments
   where author_id = $1 and deleted_at is null limit 200`,
);

/** Deletes the live comments of a person, as if they had deleted each: counts stay exact. May be run again. */
export async function deleteCommentsOfUser(
  deps: Pick<Deps, "db" | "wakeRelay">,
  input: { userId: string },
): Promise<void> {
  for (;;) {
    const own = await deps.db.sql.many(selectLiveOwn, [input.userId]);
    if (own.length === 0) return;
    // One transaction each: every one of them locks a post that others are commenting on.
    for (const comment of own) await commitFacts(deps, (tx) => removeComment(tx, comment));
  }
}

/** A deleted comment whose row still names its author. */
export interface CommentRemains {
  id: string;
  /** Live replies hang on it: the row stays, as a placeholder of nobody. */
  isListed: boolean;
}

const selectRemains = statement<CommentRemains>(
  "comment.selectRemainsOfUser",
  `select id, listed_under_id is not null as "isListed" from comments where author_id = $1 limit 500`,
);

/** What is left of a person's deleted comments; at most 500. */
export async function listRemainsOfUser(sql: Sql, input: { userId: string }): Promise<CommentRemains[]> {
  return sql.many(selectRemains, [input.userId]);
}

// A reply that answered one of them no longer says whom it answered. The thread's index leads there.
const forgetAnswered = statement<never>(
  "comment.forgetAnswered",
  `update comments reply set reply_to_author_id = null from comments answered
   where answered.id = any($1::bigint[]) and reply.parent_id = coalesce(answered.parent_id, answered.id)
     and reply.reply_to_id = answered.id`,
);
const forgetAuthor = statement<never>(
  "comment.forgetAuthor",
  `update comments set author_id = null where id = any($1::bigint[]) and listed_under_id is not null`,
);
const deleteUnlisted = statement<never>(
  "comment.deleteUnlisted",
  `delete from comments where id = any($1::bigint[]) and listed_under_id is null`,
);

/** Takes a person's name off deleted comments: placeholders stay, other rows go. The second time changes nothing. */
export async function removeRemains(tx: Tx, input: { commentIds: readonly string[] }): Promise<void> {
  await tx.run(forgetAnswered, [input.commentIds]);
  await tx.run(forgetAuthor, [input.commentIds]);
  await tx.run(deleteUnlisted, [input.commentIds]);
}

const forgetMentions = statement<never>(
  "comment.forgetMentions",
  `update comments set mention_ids = array_remove(mention_ids, $1)
   where id = any(array(select id from comments where mention_ids @> array[$1::bigint] limit 500))`,
);

/** Takes mentions of a person out of others' comments. May be run again. */
export async function forgetMentionsInComments(deps: Pick<Deps, "db">, input: { userId: string }): Promise<void> {
  await runInBatches(deps.db.sql, { statement: forgetMentions, values: [input.userId] });
}
