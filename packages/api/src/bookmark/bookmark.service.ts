// Bookmarks: what a person keeps for later, seen by nobody else. Promise: setting twice keeps one. They have no counter
// and cause no fact.
import { statement } from "@pixora/db";
import { z } from "zod";
import type { Actor } from "../platform/call/context.ts";
import { type CursorKind, cutPage, decodeCursor, encodeCursor, endEarly } from "../platform/call/cursor.ts";
import { AppError } from "../platform/call/errors.ts";
import { idInput, type Page, type PageRequest } from "../platform/call/wire.ts";
import type { Deps } from "../platform/process/deps.ts";
import { onePerDeps } from "../platform/process/per-deps.ts";
import { createRelationBatcher } from "../platform/relation/relation.batch.ts";
import { isTakenBack, makeRelationStatements } from "../platform/relation/relation.sql.ts";
import type { PostView } from "../post/post.schema.ts";
import { presentPosts, weighPost } from "../post/post.view.ts";
import { postIsVisible } from "../visibility/post.visibility.ts";
import { actorRefusal } from "../visibility/session.visibility.ts";
import type { BookmarkView } from "./bookmark.schema.ts";

const bookmarkStatements = makeRelationStatements({
  names: { set: "bookmark.setBookmarks", read: "bookmark.readBookmarks" },
  table: "bookmarks",
  targetColumn: "post_id",
  refusal: actorRefusal,
  visible: `
    select w.actor_id, w.target_id, w.is_set
    from wanted w join posts post on post.id = w.target_id join users author on author.id = post.author_id
    where ${postIsVisible({ post: "post", author: "author", viewer: "w.actor_id" })}
       or ${isTakenBack({ table: "bookmarks", targetColumn: "post_id" })}`,
});

const bookmarksOf = onePerDeps((deps: Deps) => createRelationBatcher(deps, bookmarkStatements));

interface BookmarkTarget extends Actor {
  postId: string;
}

/**
 * Keeps a post; the second time changes nothing. Throws post.notFound where the actor may not see it, auth.sessionRevoked
 * or auth.suspended.
 */
export async function createBookmark(deps: Deps, input: BookmarkTarget): Promise<BookmarkView> {
  return setBookmark(deps, input, true);
}

/**
 * Keeps a post no longer, seen or not; the second time changes nothing. Throws post.notFound where the actor neither sees
 * nor keeps it, auth.sessionRevoked or auth.suspended.
 */
export async function deleteBookmark(deps: Deps, input: BookmarkTarget): Promise<BookmarkView> {
  return setBookmark(deps, input, false);
}

async function setBookmark(deps: Deps, input: BookmarkTarget, isSet: boolean): Promise<BookmarkView> {
  const { actorId, sessionId, postId } = input;
  const outcome = await bookmarksOf(deps)({ actorId, sessionId, targetId: postId, isSet });
  if (!outcome.isVisible) throw new AppError("post.notFound");
  return { isBookmarked: isSet };
}

interface BookmarkRow {
  id: string;
  postId: string;
}

// Ids of one millisecond may repeat across shards and in seeds: the post's id breaks the tie.
const selectBookmarks = statement<BookmarkRow>(
  "bookmark.listBookmarks",
  `select b.id, b.post_id as "postId" from bookmarks b
   where b.user_id = $1 and ($2::bigint is null or (b.id, b.post_id) < ($2, $3::bigint))
   order by b.id desc, b.post_id desc limit $4`,
);

const bookmarks: CursorKind<[string, string]> = { list: "bookmark.list", position: z.tuple([idInput, idInput]) };

/** One's own bookmarks, newest bookmark first; what one may no longer see is left out. */
export async function listBookmarks(
  deps: Pick<Deps, "db" | "storage">,
  input: { viewerId: string } & PageRequest,
): Promise<Page<PostView>> {
  const after = decodeCursor(bookmarks, { input: {}, cursor: input.cursor });
  const values = [input.viewerId, after?.[0] ?? null, after?.[1] ?? null, input.limit + 1];
  const rows = await deps.db.sql.many(selectBookmarks, values);
  const idOf = new Map(rows.map((row) => [row.postId, row.id]));
  const cursorAfter = (postId: string) =>
    encodeCursor(bookmarks, { input: {}, position: [idOf.get(postId) ?? "", postId] });
  const page = cutPage(rows, { limit: input.limit, cursorAfter: (last) => cursorAfter(last.postId) });
  const ids = page.rows.map((row) => row.postId);
  const items = await presentPosts(deps, { viewerId: input.viewerId, ids });
  return endEarly(
    { items, nextCursor: page.nextCursor },
    { weigh: weighPost, cursorAfter: (last) => cursorAfter(last.id) },
  );
}
