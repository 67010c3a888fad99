// Lists of posts that hang on one thing: a person's posts, a post's earlier captions. Newest first, keyset pages.
import { maxId, statement } from "@pixora/db";
import { bytesOfText, cutPage, decodeCursor, encodeCursor, endEarly } from "../platform/call/cursor.ts";
import { idInput, type Page, type PageRequest } from "../platform/call/wire.ts";
import type { Deps } from "../platform/process/deps.ts";
import { requirePostsAccess } from "../user/user.access.ts";
import { postIsVisible } from "../visibility/post.visibility.ts";
import { requireVisiblePost } from "./post.access.ts";
import type { PostEditView, PostView } from "./post.schema.ts";
import { presentPosts, weighPost } from "./post.view.ts";

const postsByUser = { list: "post.byUser", position: idInput };

const selectByUser = statement<{ id: string }>(
  "post.listByUser",
  `select post.id from posts post join users author on author.id = post.author_id
   where post.author_id = $1 and post.id < coalesce($3::bigint, ${maxId})
     and ${postIsVisible({ post: "post", author: "author", viewer: "$2::bigint" })}
   order by post.id desc limit $4`,
);

/**
 * A person's posts as the viewer (null = a stranger) may see them. Throws user.notFound, block.active, user.private,
 * cursor.invalid.
 */
export async function listPostsByUser(
  deps: Pick<Deps, "db" | "storage">,
  input: PageRequest & { viewerId: string | null; userId: string },
): Promise<Page<PostView>> {
  const { viewerId, userId, limit } = input;
  const binding = { userId };
  const before = decodeCursor(postsByUser, { input: binding, cursor: input.cursor });
  const [rows] = await Promise.all([
    deps.db.sql.many(selectByUser, [userId, viewerId, before, limit + 1]),
    requirePostsAccess(deps.db.sql, { viewerId, userId }),
  ]);
  const page = cutPage(rows, {
    limit,
    cursorAfter: (last) => encodeCursor(postsByUser, { input: binding, position: last.id }),
  });
  const items = await presentPosts(deps, { viewerId, ids: page.rows.map((row) => row.id) });
  return endEarly(
    { items, nextCursor: page.nextCursor },
    { weigh: weighPost, cursorAfter: (last) => encodeCursor(postsByUser, { input: binding, position: last.id }) },
  );
}

const postHistory = { list: "post.history", position: idInput };

/** Captions that edits replaced, each with the instant of its replacement. Throws post.notFound, cursor.invalid. */
export async function listPostEdits(
  deps: Pick<Deps, "db">,
  input: PageRequest & { viewerId: string | null; postId: string },
): Promise<Page<PostEditView>> {
  const { viewerId, postId, limit } = input;
  const before = decodeCursor(postHistory, { input: { postId }, cursor: input.cursor });
  const [rows] = await Promise.all([
    deps.db.prisma.postEdit.findMany({
      where: { postId: BigInt(postId), ...(before === null ? {} : { id: { lt: BigInt(before) } }) },
      orderBy: { id: "desc" },
      take: limit + 1,
      select: { id: true, caption: true, editedAt: true },
    }),
    requireVisiblePost(deps.db.sql, { viewerId, postId }),
  ]);
  const cursorAfter = (last: { id: bigint }) =>
    encodeCursor(postHistory, { input: { postId }, position: last.id.toString() });
  const cut = cutPage(rows, { limit, cursorAfter });
  const page = endEarly(
    { items: cut.rows, nextCursor: cut.nextCursor },
    { weigh: ({ caption }) => 100 + bytesOfText(caption), cursorAfter },
  );
  const items = page.items.map((row) => ({ caption: row.caption, editedAt: row.editedAt.toISOString() }));
  return { items, nextCursor: page.nextCursor };
}
