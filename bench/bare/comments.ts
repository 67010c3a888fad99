// The lower bound of a post's comments, newest first: one statement for the session, whether the post may be seen, and the
// page, by keyset.
import { meSql, openBare } from "./start.ts";

const { app, readCaller, query, listen } = openBare();
const limit = 20;

interface CommentRow {
  me: string;
  id: string | null;
  post_author_id: string;
  text: string;
  created_at: Date;
  edited_at: Date | null;
  is_deleted: boolean;
  like_count: number;
  reply_count: number;
  rev: number;
  is_liked: boolean;
  mentions: unknown[] | null;
  author_id: string;
  handle: string;
  display_name: string;
  is_private: boolean;
}

const unblocked = (person: string) => `not exists (select from blocks b
  where (b.blocker_id = $1 and b.blocked_id = ${person}) or (b.blocker_id = ${person} and b.blocked_id = $1))`;

// A post without replies: what Pixora asks of threads needs no asking here.
const pageSql = `
  with ${meSql}, seen as (
    select p.id, p.author_id from me, posts p join users a on a.id = p.author_id
    where p.id = $3 and p.deleted_at is null and a.deleted_at is null and a.suspended_at is null and ${unblocked("a.id")}
      and ((p.visibility = 'public' and not a.is_private) or a.id = $1
           or exists (select from follows f where f.follower_id = $1 and f.followee_id = a.id))
  ), page as materialized (
    select id from comments where listed_under_id = $3 and parent_id is null and id < $4 order by id desc limit $5
  )
  select me.id as me, listed.* from me cross join seen left join lateral (
    select c.id, seen.author_id as post_author_id, c.text, c.created_at, c.edited_at,
      c.deleted_at is not null as is_deleted, n.like_count, n.reply_count, n.rev,
      exists (select from comment_likes l where l.comment_id = c.id and l.user_id = $1) as is_liked,
      case when c.mention_ids <> '{}' then (
        select jsonb_agg(jsonb_build_object('userId', m.id::text, 'handle', m.handle))
        from users m where m.id = any (c.mention_ids)) end as mentions,
      u.id as author_id, u.handle, u.display_name, u.is_private
    from page join comments c on c.id = page.id join comment_counts n on n.comment_id = c.id
    join users u on u.id = c.author_id
    where u.deleted_at is null and u.suspended_at is null and ${unblocked("u.id")}
    order by c.id desc) listed on true`;

function viewOf(row: CommentRow, postId: string) {
  const { author_id: id, handle, display_name: displayName, is_private: isPrivate } = row;
  const isOwn = id === row.me;
  return {
    id: row.id,
    postId,
    parentId: null,
    replyTo: null,
    author: row.is_deleted ? null : { id, handle, displayName, avatar: null, isPrivate },
    text: row.is_deleted ? null : row.text,
    mentions: row.mentions ?? [],
    likeCount: row.like_count,
    replyCount: row.reply_count,
    createdAt: row.created_at.toISOString(),
    editedAt: row.edited_at?.toISOString() ?? null,
    rev: row.rev,
    viewer: { isLiked: row.is_liked, canEdit: isOwn, canDelete: isOwn || row.post_author_id === row.me },
  };
}

app.get<{ Querystring: { postId: string; before?: string } }>("/comments", async (request) => {
  const { userId, sessionId } = readCaller(request);
  const { postId, before = "9223372036854775807" } = request.query;
  const rows = await query<CommentRow>(pageSql, [userId, sessionId, postId, before, limit + 1]);
  if (rows.length === 0) throw new Error("no such session or post");
  const page = rows.filter((row) => row.id !== null).slice(0, limit);
  return { items: page.map((row) => viewOf(row, postId)), nextCursor: rows.length > limit ? page.at(-1)?.id : null };
});
await listen();
