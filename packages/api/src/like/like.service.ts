// Likes of posts and comments: set, unset, list. Promises: setting twice counts once, every answer is the state after
// its call, and the count is that of the rows. Setting for an actor whose session does not live throws
// auth.sessionRevoked or auth.suspended.
import { type Statement, statement } from "@pixora/db";
import { z } from "zod";
import type { Actor } from "../platform/call/context.ts";
import { type CursorKind, cutPage, decodeCursor, encodeCursor } from "../platform/call/cursor.ts";
import { AppError } from "../platform/call/errors.ts";
import { idInput, type Page, type PageRequest } from "../platform/call/wire.ts";
import type { Deps } from "../platform/process/deps.ts";
import type { RelationOutcome } from "../platform/relation/relation.batch.ts";
import type { UserCard } from "../user/user.schema.ts";
import { presentUserCards } from "../user/user.view.ts";
import { postIsVisible } from "../visibility/post.visibility.ts";
import { commentIsLikable, commentLikesOf, commentTables, postLikesOf } from "./like.batch.ts";
import type { LikeInput, LikeView } from "./like.schema.ts";

interface PostTarget extends Partial<Actor> {
  actorId: string;
  postId: string;
}

interface CommentTarget extends Partial<Actor> {
  actorId: string;
  commentId: string;
}

/**
 * Likes a post or a comment; the second time changes nothing. Throws post.notFound, comment.notFound,
 * auth.sessionRevoked or auth.suspended.
 */
export async function createLike(deps: Deps, input: Actor & LikeInput): Promise<LikeView> {
  return input.postId === undefined ? likeComment(deps, input) : likePost(deps, input);
}

/**
 * Takes a like back, of what is hidden from the actor by now, too; the second time changes nothing. Throws post.notFound,
 * comment.notFound where the actor neither sees nor likes it, auth.sessionRevoked or
 * auth.suspended.
 */
export async function deleteLike(deps: Deps, input: Actor & LikeInput): Promise<LikeView> {
  return input.postId === undefined ? unlikeComment(deps, input) : unlikePost(deps, input);
}

/** Likes a post; the second time changes nothing. Throws post.notFound where the actor may not see it. */
export async function likePost(deps: Deps, input: PostTarget): Promise<LikeView> {
  return setPostLike(deps, input, true);
}

/** Takes a like of a post back; the second time changes nothing. Throws post.notFound. */
export async function unlikePost(deps: Deps, input: PostTarget): Promise<LikeView> {
  return setPostLike(deps, input, false);
}

/** Likes a comment; the second time changes nothing. Throws comment.notFound where the actor may not see it. */
export async function likeComment(deps: Deps, input: CommentTarget): Promise<LikeView> {
  return setCommentLike(deps, input, true);
}

/** Takes a like of a comment back; the second time changes nothing. Throws comment.notFound. */
export async function unlikeComment(deps: Deps, input: CommentTarget): Promise<LikeView> {
  return setCommentLike(deps, input, false);
}

async function setPostLike(deps: Deps, input: PostTarget, isSet: boolean): Promise<LikeView> {
  const { actorId, sessionId = null, postId } = input;
  const outcome = await postLikesOf(deps)({ actorId, sessionId, targetId: postId, isSet });
  return viewOf(outcome, isSet) ?? fail("post.notFound");
}

async function setCommentLike(deps: Deps, input: CommentTarget, isSet: boolean): Promise<LikeView> {
  const { actorId, sessionId = null, commentId } = input;
  const outcome = await commentLikesOf(deps)({ actorId, sessionId, targetId: commentId, isSet });
  return viewOf(outcome, isSet) ?? fail("comment.notFound");
}

function viewOf(outcome: RelationOutcome, isLiked: boolean): LikeView | null {
  if (!outcome.isVisible || outcome.count === null || outcome.rev === null) return null;
  return { isLiked, likeCount: outcome.count, rev: outcome.rev };
}

function fail(code: "post.notFound" | "comment.notFound"): never {
  throw new AppError(code);
}

interface LikerRow {
  id: string;
  userId: string;
}

// Ids of one millisecond may repeat across shards and in seeds: the liker's id breaks the tie.
function selectLikers(name: string, from: { table: string; target: string }): Statement<LikerRow> {
  return statement<LikerRow>(
    name,
    `select relation.id, relation.user_id as "userId" from ${from.table} relation
     where relation.${from.target} = $1 and ($2::bigint is null or (relation.id, relation.user_id) < ($2, $3::bigint))
     order by relation.id desc, relation.user_id desc limit $4`,
  );
}

const selectPostLikers = selectLikers("like.listLikersOfPost", { table: "post_likes", target: "post_id" });
const selectCommentLikers = selectLikers("like.listLikersOfComment", { table: "comment_likes", target: "comment_id" });

const selectVisiblePost = statement<{ id: string }>(
  "like.selectVisiblePost",
  `select post.id from posts post join users author on author.id = post.author_id
   where post.id = $1 and ${postIsVisible({ post: "post", author: "author", viewer: "$2::bigint" })}`,
);

const selectVisibleComment = statement<{ id: string }>(
  "like.selectVisibleComment",
  `select comment.id from ${commentTables} where comment.id = $1 and ${commentIsLikable("$2::bigint")}`,
);

const likers: CursorKind<[string, string]> = { list: "like.list", position: z.tuple([idInput, idInput]) };

/** Who likes a post or a comment, newest first. Throws post.notFound or comment.notFound. */
export async function listLikers(
  deps: Pick<Deps, "db" | "storage">,
  input: { viewerId: string } & PageRequest & LikeInput,
): Promise<Page<UserCard>> {
  return input.postId === undefined ? listCommentLikers(deps, input) : listPostLikers(deps, input);
}

/** Who likes a post, newest first, without those whom the viewer may not see. Throws post.notFound. */
export async function listPostLikers(
  deps: Pick<Deps, "db" | "storage">,
  input: { viewerId: string; postId: string } & PageRequest,
): Promise<Page<UserCard>> {
  const target = await deps.db.sql.maybe(selectVisiblePost, [input.postId, input.viewerId]);
  if (target === null) throw new AppError("post.notFound");
  return pageOfLikers(deps, {
    ...input,
    select: selectPostLikers,
    targetId: target.id,
    subject: { postId: target.id },
  });
}

/** Who likes a comment, newest first, without those whom the viewer may not see. Throws comment.notFound. */
export async function listCommentLikers(
  deps: Pick<Deps, "db" | "storage">,
  input: { viewerId: string; commentId: string } & PageRequest,
): Promise<Page<UserCard>> {
  const target = await deps.db.sql.maybe(selectVisibleComment, [input.commentId, input.viewerId]);
  if (target === null) throw new AppError("comment.notFound");
  const subject = { commentId: target.id };
  return pageOfLikers(deps, { ...input, select: selectCommentLikers, targetId: target.id, subject });
}

interface LikerPage extends PageRequest {
  viewerId: string;
  select: Statement<LikerRow>;
  targetId: string;
  /** What the cursor is bound to. */
  subject: Record<string, string>;
}

async function pageOfLikers(deps: Pick<Deps, "db" | "storage">, input: LikerPage): Promise<Page<UserCard>> {
  const after = decodeCursor(likers, { input: input.subject, cursor: input.cursor });
  const values = [input.targetId, after?.[0] ?? null, after?.[1] ?? null, input.limit + 1];
  const page = cutPage(await deps.db.sql.many(input.select, values), {
    limit: input.limit,
    cursorAfter: (last) => encodeCursor(likers, { input: input.subject, position: [last.id, last.userId] }),
  });
  const ids = page.rows.map((row) => row.userId);
  return { items: await presentUserCards(deps, { viewerId: input.viewerId, ids }), nextCursor: page.nextCursor };
}
