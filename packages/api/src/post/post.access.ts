// Who may read or change one post, and the refusals that follow: one place, so that every room refuses alike.
import { type Sql, statement } from "@pixora/db";
import { AppError } from "../platform/call/errors.ts";
import { postIsVisible } from "../visibility/post.visibility.ts";

const isVisible = postIsVisible({ post: "post", author: "author", viewer: "$2::bigint" });

const selectVisible = statement<{ isVisible: boolean }>(
  "post.checkIsVisible",
  `select exists (select from posts post join users author on author.id = post.author_id
                  where post.id = $1 and ${isVisible}) as "isVisible"`,
);

/** Passes where the viewer (null = a stranger) may see the post. Throws post.notFound. */
export async function requireVisiblePost(sql: Sql, input: { viewerId: string | null; postId: string }): Promise<void> {
  const row = await sql.one(selectVisible, [input.postId, input.viewerId]);
  if (!row.isVisible) throw new AppError("post.notFound");
}

// A tombstone still tells the author of a purged post from a stranger.
const selectStanding = statement<{ isAuthor: boolean; isVisible: boolean }>(
  "post.selectStanding",
  `select post.author_id = $2::bigint as "isAuthor", coalesce(${isVisible}, false) as "isVisible"
   from posts post join users author on author.id = post.author_id where post.id = $1
   union all
   select author_id = $2::bigint, false from post_tombstones where id = $1
   limit 1`,
);

/** Passes for the author, of a deleted post too. Throws post.forbidden for who sees the post, else post.notFound. */
export async function requireOwnPost(sql: Sql, input: { actorId: string; postId: string }): Promise<void> {
  const standing = await sql.maybe(selectStanding, [input.postId, input.actorId]);
  if (standing?.isAuthor) return;
  throw new AppError(standing?.isVisible ? "post.forbidden" : "post.notFound");
}
