// Lists of comments: a post's top comments in three orders, a thread's replies. Keyset pages, as quick at any depth.
// Promise: what is gone is in no index that is read here; what the viewer may not see is dropped by the view.
import { maxId, type Statement, statement } from "@pixora/db";
import { z } from "zod";
import { type CursorKind, cutPage, decodeCursor, encodeCursor, endEarly } from "../platform/call/cursor.ts";
import { AppError } from "../platform/call/errors.ts";
import { idInput, type Page, type PageRequest } from "../platform/call/wire.ts";
import type { Deps } from "../platform/process/deps.ts";
import { requireVisiblePost } from "../post/post.access.ts";
import { readStanding } from "./comment.access.ts";
import type { CommentSort, CommentView } from "./comment.schema.ts";
import { presentComments, weighComment } from "./comment.view.ts";

/** A place in a list: the comment, and in the order `top` its likes when it was read. */
type Position = [id: string, likeCount: number];

interface ListedRow {
  id: string;
  likeCount: number;
}

const position = z.tuple([idInput, z.int().min(-2_147_483_648).max(2_147_483_647)]);

/** How one page is read: from the list $1, $2 rows past the comment $3, which has $4 likes where the list is ranked. */
interface CommentOrder {
  select: Statement<ListedRow>;
  isRanked: boolean;
}

const orders: Record<CommentSort, CommentOrder> = {
  newest: timeOrder("comment.listNewest", {
    where: `parent_id is null and id < coalesce($3::bigint, ${maxId})`,
    order: "id desc",
  }),
  oldest: timeOrder("comment.listOldest", { where: "parent_id is null and id > coalesce($3::bigint, 0)", order: "id" }),
  top: {
    select: statement(
      "comment.listTop",
      `select comment_id as id, like_count as "likeCount" from comment_counts
       where top_post_id = $1
         and (like_count, comment_id) < (coalesce($4::int, 2147483647), coalesce($3::bigint, ${maxId}))
       order by like_count desc, comment_id desc limit $2`,
    ),
    isRanked: true,
  },
};

const replyOrder = timeOrder("comment.listReplies", {
  where: "parent_id = $1 and id > coalesce($3::bigint, 0)",
  order: "id",
});

function timeOrder(name: string, by: { where: string; order: string }): CommentOrder {
  const text = `select id, 0 as "likeCount" from comments
    where listed_under_id = $1 and ${by.where} order by ${by.order} limit $2`;
  return { select: statement(name, text), isRanked: false };
}

/**
 * The top comments of a post. In the order `top` a comment whose likes move may come twice or be missed.
 * Throws post.notFound, cursor.invalid.
 */
export async function listComments(
  deps: Pick<Deps, "db" | "storage">,
  input: PageRequest & { viewerId: string | null; postId: string; sort: CommentSort },
): Promise<Page<CommentView>> {
  const { viewerId, postId, sort } = input;
  const [page] = await Promise.all([
    readPage(deps, {
      ...input,
      kind: { list: "comment.list", position },
      binding: { postId, sort },
      order: orders[sort],
      listId: postId,
    }),
    requireVisiblePost(deps.db.sql, { viewerId, postId }),
  ]);
  return page.show(await presentComments(deps, { viewerId, ids: page.ids }));
}

/**
 * The live replies of a thread, oldest first; a reply has none of its own, they stand under its top comment.
 * Throws comment.notFound, cursor.invalid.
 */
export async function listReplies(
  deps: Pick<Deps, "db" | "storage">,
  input: PageRequest & { viewerId: string | null; commentId: string },
): Promise<Page<CommentView>> {
  const { viewerId, commentId } = input;
  const [page, standing] = await Promise.all([
    readPage(deps, {
      ...input,
      kind: { list: "comment.replies", position },
      binding: { commentId },
      order: replyOrder,
      listId: commentId,
    }),
    readStanding(deps.db.sql, { viewerId, commentId }),
  ]);
  if (!standing.isVisible) throw new AppError("comment.notFound");
  return page.show(await presentComments(deps, { viewerId, ids: page.ids }));
}

async function readPage(
  deps: Pick<Deps, "db">,
  input: PageRequest & {
    kind: CursorKind<Position>;
    binding: Record<string, unknown>;
    order: CommentOrder;
    listId: string;
  },
): Promise<{ ids: string[]; show(items: CommentView[]): Page<CommentView> }> {
  const { kind, binding, order, limit } = input;
  const [id = null, likeCount = null] = decodeCursor(kind, { input: binding, cursor: input.cursor }) ?? [];
  const values = [input.listId, limit + 1, id, ...(order.isRanked ? [likeCount] : [])];
  const rows = await deps.db.sql.many(order.select, values);
  // By what the list was ordered by: the views may know newer counts.
  const likesOf = new Map(rows.map((row) => [row.id, row.likeCount]));
  const cursorAfter = (last: { id: string }) =>
    encodeCursor(kind, { input: binding, position: [last.id, likesOf.get(last.id) ?? 0] });
  const { rows: kept, nextCursor } = cutPage(rows, { limit, cursorAfter });
  return {
    ids: kept.map((row) => row.id),
    show: (items) => endEarly({ items, nextCursor }, { weigh: weighComment, cursorAfter }),
  };
}
