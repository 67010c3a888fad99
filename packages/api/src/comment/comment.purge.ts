// Takes away the comments of a post, or of a person, that is gone, in transactions of bounded length.
import { statement } from "@pixora/db";
import { purgeLikesOfComments } from "../like/like.purge.ts";
import type { Deps } from "../platform/deps.ts";
import { commitFacts } from "../platform/outbox.ts";
import { removeComment } from "./comment.service.ts";

// Newest first: replies go before the older comments they hang on, whose cascade would be as long as a thread.
const deleteComments = statement<never>(
  "comment.purgeOfPost",
  `delete from comments where id = any(array(
     select id from comments where post_id = $1 order by id desc limit 2000))`,
);

/** Deletes all comments of a deleted post. Moves no counter: they go with it. May be run again. */
export async function purgeComments(deps: Pick<Deps, "db">, input: { postId: string }): Promise<void> {
  while ((await deps.db.sql.run(deleteComments, [input.postId])) > 0);
}

const selectLiveOwn = statement<{ commentId: string; postId: string; parentId: string | null }>(
  "comment.liveOfUser",
  `select id as "commentId", post_id as "postId", parent_id as "parentId" from comments
   where author_id = $1 and deleted_at is null limit 200`,
);

/**
 * Deletes all comments of a person who can make no new ones, as if they had deleted each: counts stay exact, and what
 * live replies hang on stays as a placeholder, of nobody. Mentions of the person go too. The second time changes nothing.
 */
export async function purgeCommentsOfUser(
  deps: Pick<Deps, "db" | "wakeRelay">,
  input: { userId: string },
): Promise<void> {
  const { userId } = input;
  for (;;) {
    const own = await deps.db.sql.many(selectLiveOwn, [userId]);
    if (own.length === 0) break;
    // One transaction each: every one of them locks a post that others are commenting on.
    for (const comment of own) await commitFacts(deps, (tx) => removeComment(tx, comment));
  }
  await purgeRemains(deps, { userId });
  while ((await deps.db.sql.run(forgetMentions, [userId])) > 0);
}

const selectRemains = statement<{ id: string; isListed: boolean }>(
  "comment.remainsOfUser",
  `select id, listed_under_id is not null as "isListed" from comments where author_id = $1 limit 500`,
);

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

async function purgeRemains(deps: Pick<Deps, "db">, input: { userId: string }): Promise<void> {
  for (;;) {
    const remains = await deps.db.sql.many(selectRemains, [input.userId]);
    if (remains.length === 0) return;
    const commentIds = remains.map((row) => row.id);
    // A placeholder keeps the likes of others, as it does where a comment alone is deleted: its count is that of them.
    await purgeLikesOfComments(deps, { commentIds: remains.filter((row) => !row.isListed).map((row) => row.id) });
    await deps.db.inTransaction(async (tx) => {
      await tx.run(forgetAnswered, [commentIds]);
      await tx.run(forgetAuthor, [commentIds]);
      await tx.run(deleteUnlisted, [commentIds]);
    });
  }
}

const forgetMentions = statement<never>(
  "comment.forgetMentions",
  `update comments set mention_ids = array_remove(mention_ids, $1)
   where id = any(array(select id from comments where mention_ids @> array[$1::bigint] limit 500))`,
);
