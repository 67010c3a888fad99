// Rules and writes of comments: create, edit, delete. Promises: comment and reply counts equal the live rows, a deleted
// comment keeps its place only while live replies need it, and every change stores its fact.
// Locks: the post's counters serialize who comes and goes in its threads; a comment's own counters, its edits.
import { statement, type Tx } from "@pixora/db";
import type { FactName } from "@pixora/jobs";
import { AppError } from "../platform/call/errors.ts";
import { onceByKey } from "../platform/call/idempotency.ts";
import { ok } from "../platform/call/wire.ts";
import { commitFacts, insertFacts, insertFactsSql } from "../platform/outbox.ts";
import type { Deps } from "../platform/process/deps.ts";
import { lockPostCounts, movePostCommentsSql } from "../post/post.counter.ts";
import { resolveMentions } from "../user/user.mention.ts";
import { commentIsVisible } from "../visibility/comment.visibility.ts";
import { postIsVisible } from "../visibility/post.visibility.ts";
import { readStanding } from "./comment.access.ts";
import { lockCommentCounts, raiseCommentRev } from "./comment.counter.ts";
import type { CommentView } from "./comment.schema.ts";
import { presentComment } from "./comment.view.ts";

interface NewComment {
  actorId: string;
  postId: string;
  text: string;
  parentId?: string | null | undefined;
}

/**
 * Comments on a post, or answers one of its comments: a reply stands under the top comment of the thread. The second
 * time with the same `idempotencyKey` answers the first comment as it is now.
 * Throws post.notFound, comment.notFound for what cannot be answered, idempotency.reused.
 */
export async function createComment(
  deps: Pick<Deps, "db" | "wakeRelay" | "storage">,
  input: NewComment & { idempotencyKey?: string | undefined },
): Promise<CommentView> {
  const { actorId, postId, text, parentId = null } = input;
  const made = await commitFacts(deps, (tx) =>
    onceByKey(tx, {
      userId: actorId,
      procedure: "comment.create",
      key: input.idempotencyKey,
      input: { postId, text, parentId },
      make: () => publishComment(tx, { actorId, postId, text, parentId }),
    }),
  );
  return presentComment(deps, { viewerId: actorId, commentId: made.id });
}

interface Place {
  /** The comment that is answered; null where there is none, or none that the actor may answer. */
  replyToId: string | null;
  replyToAuthorId: string | null;
  topId: string | null;
}

const viewer = "$3::bigint";

const selectPlace = statement<Place>(
  "comment.selectPlace",
  `select answered.id as "replyToId", answered.author_id as "replyToAuthorId",
          coalesce(answered.parent_id, answered.id) as "topId"
   from posts post join users post_author on post_author.id = post.author_id
   left join (comments answered join users author on author.id = answered.author_id)
     on answered.id = $2::bigint and answered.post_id = post.id
        and answered.deleted_at is null and answered.removed_by is null
        and ${commentIsVisible({ comment: "answered", author: "author", viewer })}
   where post.id = $1 and ${postIsVisible({ post: "post", author: "post_author", viewer })}`,
);

// Everything that a new comment moves, in one statement under the post's lock: a hot post is held for one round trip.
const insertCommentStatement = statement<{ id: string }>(
  "comment.insertComment",
  `with comment as (
     insert into comments (post_id, author_id, text, mention_ids, parent_id, reply_to_id, reply_to_author_id,
                           listed_under_id)
     values ($1, $2, $3, $4::bigint[], $5::bigint, $6::bigint, $7::bigint, coalesce($5::bigint, $1))
     returning id, post_id, author_id, parent_id
   ), counts as (
     insert into comment_counts (comment_id, top_post_id)
     select id, case when parent_id is null then post_id end from comment
   ), post_moved as (
     ${movePostCommentsSql("(select post_id, 1 as delta from comment)")}
   ), top_moved as (
     update comment_counts top set reply_count = top.reply_count + 1, rev = top.rev + 1
     from comment where top.comment_id = comment.parent_id
   ), facts as (
     ${insertFactsSql(factOfComment("comment.created", "comment"))}
   )
   select id from comment`,
);

/** SQL text: the fact of each row (id, post_id, author_id). */
export function factOfComment(fact: Extract<FactName, `comment.${string}`>, rows: string): string {
  return `select '${fact}', jsonb_build_object('commentId', id::text, 'postId', post_id::text, 'authorId', author_id::text)
          from ${rows}`;
}

async function publishComment(tx: Tx, input: NewComment): Promise<string> {
  const { actorId, postId, text, parentId = null } = input;
  const mentionIds = await resolveMentions(tx, { authorId: actorId, text });
  const counts = await lockPostCounts(tx, { postId });
  // Looked at under the lock, so that what is answered cannot go meanwhile.
  const place = counts === null ? null : await tx.maybe(selectPlace, [postId, parentId, actorId]);
  if (place === null) throw new AppError("post.notFound");
  if (parentId !== null && place.replyToId === null) throw new AppError("comment.notFound");
  const values = [postId, actorId, text, mentionIds, place.topId, place.replyToId, place.replyToAuthorId];
  return (await tx.one(insertCommentStatement, values)).id;
}

/**
 * Edits one's own comment. The second time changes nothing, nor does the text that stands already.
 * Throws comment.forbidden for a comment of others and for one that was removed, comment.notFound for one that is deleted or not to be seen.
 */
export async function updateComment(
  deps: Pick<Deps, "db" | "wakeRelay" | "storage">,
  input: { actorId: string; commentId: string; text: string },
): Promise<CommentView> {
  const { actorId, commentId } = input;
  await commitFacts(deps, async (tx) => {
    const standing = await readStanding(tx, { viewerId: actorId, commentId });
    if (standing.isDeleted || !standing.isVisible) throw new AppError("comment.notFound");
    if (!standing.isAuthor || standing.isRemoved) throw new AppError("comment.forbidden");
    await editComment(tx, { ...input, postId: standing.postId });
  });
  return presentComment(deps, { viewerId: actorId, commentId });
}

const selectText = statement<{ text: string; isRemoved: boolean }>(
  "comment.selectText",
  `select text, removed_by is not null as "isRemoved" from comments where id = $1 and deleted_at is null`,
);

const updateTextStatement = statement<never>(
  "comment.updateText",
  `update comments set text = $2, mention_ids = $3::bigint[], edited_at = clock_timestamp() where id = $1`,
);

async function editComment(
  tx: Tx,
  input: { actorId: string; commentId: string; postId: string; text: string },
): Promise<void> {
  const { actorId, commentId, postId, text } = input;
  const mentionIds = await resolveMentions(tx, { authorId: actorId, text });
  await lockCommentCounts(tx, { commentIds: [commentId] });
  const before = await tx.maybe(selectText, [commentId]);
  if (before === null) throw new AppError("comment.notFound");
  if (before.isRemoved) throw new AppError("comment.forbidden");
  if (before.text === text) return;
  await tx.run(updateTextStatement, [commentId, text, mentionIds]);
  await raiseCommentRev(tx, { commentId });
  await insertFacts(tx, { facts: [{ fact: "comment.updated", payload: { commentId, postId, authorId: actorId } }] });
}

// One statement under the locks: the row loses its text at once; lists and ranking lose what no reply needs. A reply that
// moderators removed counts no more, yet it may come back: its top comment keeps the place.
const hasReplies = (comment: string, but: string) => `exists (
       select from comments other where other.parent_id = ${comment}.id and other.id <> ${but}.id
         and other.deleted_at is null)`;

const removeCommentStatement = statement<never>(
  "comment.removeComments",
  `with removed as (
     update comments comment set deleted_at = clock_timestamp(), text = '', mention_ids = '{}',
       listed_under_id = case when counts.reply_count > 0 or ${hasReplies("comment", "comment")}
                              then comment.listed_under_id end
     from comment_counts counts
     where comment.id = $1 and counts.comment_id = comment.id and comment.deleted_at is null
     returning comment.id, comment.post_id, comment.author_id, comment.parent_id, comment.listed_under_id,
               case when comment.removed_by is null then 1 else 0 end as counted
   ), own_moved as (
     update comment_counts counts set rev = counts.rev + 1,
       top_post_id = case when removed.listed_under_id is null then null else counts.top_post_id end
     from removed where counts.comment_id = removed.id
   ), emptied as (
     select top.id from removed join comments top on top.id = removed.parent_id
       join comment_counts counts on counts.comment_id = top.id
     where top.deleted_at is not null and counts.reply_count = removed.counted and not ${hasReplies("top", "removed")}
   ), top_moved as (
     update comment_counts counts set reply_count = counts.reply_count - removed.counted, rev = counts.rev + 1,
       top_post_id = case when counts.comment_id in (select id from emptied) then null else counts.top_post_id end
     from removed where counts.comment_id = removed.parent_id
   ), placeholder_gone as (
     update comments top set listed_under_id = null from emptied where top.id = emptied.id
   ), post_moved as (
     ${movePostCommentsSql("(select post_id, -counted as delta from removed)")}
   ), facts as (
     ${insertFactsSql(factOfComment("comment.deleted", "removed"))}
   )
   select from removed`,
);

/**
 * Deletes a comment: its author may, and so may the post's. It stays as a placeholder while it has live replies; a
 * placeholder goes with the last of them. The second time changes nothing.
 * Both may where they do not see it any more. Throws comment.forbidden for others who see it, else comment.notFound.
 * `isModerator` may delete any.
 */
export async function deleteComment(
  deps: Pick<Deps, "db" | "wakeRelay">,
  input: { actorId: string; commentId: string; isModerator?: boolean },
): Promise<{ ok: true }> {
  const { actorId, commentId, isModerator = false } = input;
  await commitFacts(deps, async (tx) => {
    const standing = await readStanding(tx, { viewerId: actorId, commentId });
    // Whose it is, and below whose post it stands, decides; not whether they see it.
    const mayDelete = standing.isAuthor || standing.isPostAuthor || isModerator;
    const isFound = standing.isVisible && !standing.isDeleted;
    if (!mayDelete) throw new AppError(isFound ? "comment.forbidden" : "comment.notFound");
    if (standing.isDeleted) return;
    await removeComment(tx, { commentId, postId: standing.postId, parentId: standing.parentId });
  });
  return ok;
}

/** Deletes a comment, whoever asks, with its fact. The second time changes nothing. */
export async function removeComment(
  tx: Tx,
  input: { commentId: string; postId: string; parentId: string | null },
): Promise<void> {
  const { commentId, postId, parentId } = input;
  await lockPostCounts(tx, { postId });
  await lockCommentCounts(tx, { commentIds: [commentId, ...(parentId === null ? [] : [parentId])] });
  await tx.run(removeCommentStatement, [commentId]);
}
