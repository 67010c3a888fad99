// Removing a post by a decision of the moderators, and bringing it back. Promises: all that hangs on it stays (likes,
// comments, pictures, places in feeds), its author's count falls and rises with it, and what its author deletes by then
// stays deleted.
import { statement, type Tx } from "@pixora/db";
import { reviseTags } from "../hashtag/hashtag.rows.ts";
import { insertFacts } from "../platform/outbox.ts";
import { lockPeople, moveUserCounts } from "../user/user.counter.ts";
import { lockAuthorHead, raisePostRev } from "./post.counter.ts";

const selectAuthor = statement<{ authorId: string }>(
  "post.selectAuthorForRemoval",
  `select author_id as "authorId" from posts where id = $1`,
);
const lockRemoval = statement<{ removedBy: string | null }>(
  "post.lockRemoval",
  `select removed_by as "removedBy" from posts where id = $1 and deleted_at is null for no key update`,
);
const updateRemoval = statement<never>("post.updateRemoval", `update posts set removed_by = $2 where id = $1`);

/**
 * Sets the decision that keeps a post removed; null: none does. The second time changes nothing, and nothing happens to
 * a post that its author has deleted.
 */
export async function setPostRemoval(tx: Tx, input: { postId: string; decisionId: string | null }): Promise<void> {
  const { postId, decisionId } = input;
  const post = await tx.maybe(selectAuthor, [postId]);
  if (post === null) return;
  const { authorId } = post;
  await lockPeople(tx, { ids: [authorId] });
  await lockAuthorHead(tx, { userId: authorId });
  const before = await tx.maybe(lockRemoval, [postId]);
  if (before === null || before.removedBy === decisionId) return;
  await tx.run(updateRemoval, [postId, decisionId]);
  await reviseTags(tx, { postIds: [postId] });
  // One decision took the place of another: nobody sees a change.
  if (before.removedBy !== null && decisionId !== null) return;
  await moveUserCounts(tx, { userId: authorId, posts: decisionId === null ? 1 : -1 });
  await raisePostRev(tx, { postId });
  const fact = decisionId === null ? "post.restored" : "post.removed";
  await insertFacts(tx, { facts: [{ fact, payload: { postId, authorId } }] });
}
