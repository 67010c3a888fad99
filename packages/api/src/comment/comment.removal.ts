// Removing a comment by a decision of the moderators, and bringing it back. Promises: its text and its place stay, it
// counts no more, and what its author deletes by then stays deleted.
import { statement, type Tx } from "@pixora/db";
import { insertFactsSql } from "../platform/outbox.ts";
import { lockPostCounts, movePostCommentsSql } from "../post/post.counter.ts";
import { lockCommentCounts } from "./comment.counter.ts";
import { factOfComment } from "./comment.service.ts";

const selectPlace = statement<{ postId: string; parentId: string | null }>(
  "comment.selectPlaceForRemoval",
  `select post_id as "postId", parent_id as "parentId" from comments where id = $1`,
);

// $2 is the decision that stands, null for none. Only a change between none and one moves counts and is a fact.
function moveStatement(name: string, { from, delta, fact }: Move) {
  return statement<never>(
    name,
    `with moved as (
       update comments set removed_by = $2::bigint
       where id = $1 and deleted_at is null and removed_by is ${from}
       returning id, post_id, author_id, parent_id
     ), own_moved as (
       update comment_counts counts set rev = counts.rev + 1 from moved where counts.comment_id = moved.id
     ), top_moved as (
       update comment_counts counts set reply_count = counts.reply_count + ${delta}, rev = counts.rev + 1
       from moved where counts.comment_id = moved.parent_id
     ), post_moved as (
       ${movePostCommentsSql(`(select post_id, ${delta} as delta from moved)`)}
     ), facts as (
       ${insertFactsSql(factOfComment(fact, "moved"))}
     )
     select from moved`,
  );
}

interface Move {
  from: "null" | "not null";
  delta: 1 | -1;
  fact: "comment.removed" | "comment.restored";
}

const removeStatement = moveStatement("comment.setRemoved", { from: "null", delta: -1, fact: "comment.removed" });
const restoreStatement = moveStatement("comment.setRestored", { from: "not null", delta: 1, fact: "comment.restored" });
const passOnStatement = statement<never>(
  "comment.passRemovalOn",
  `update comments set removed_by = $2 where id = $1 and deleted_at is null and removed_by is distinct from $2`,
);

/**
 * Sets the decision that keeps a comment removed; null: none does. The second time changes nothing, and nothing happens
 * to a comment that its author has deleted.
 */
export async function setCommentRemoval(
  tx: Tx,
  input: { commentId: string; decisionId: string | null },
): Promise<void> {
  const { commentId, decisionId } = input;
  const place = await tx.maybe(selectPlace, [commentId]);
  if (place === null) return;
  await lockPostCounts(tx, { postId: place.postId });
  await lockCommentCounts(tx, { commentIds: [commentId, ...(place.parentId === null ? [] : [place.parentId])] });
  if (decisionId === null) {
    await tx.run(restoreStatement, [commentId, null]);
    return;
  }
  await tx.run(removeStatement, [commentId, decisionId]);
  await tx.run(passOnStatement, [commentId, decisionId]);
}
