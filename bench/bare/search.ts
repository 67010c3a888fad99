// The lower bound of the search of posts, for a stranger: one statement that is right for the word asked for, bodies in it.
// Common words are read in the order of posts, rare ones by the index; the caller says which, which Pixora has to know.
import { openBare } from "./start.ts";

const { app, query, listen } = openBare();
const limit = 20;

interface Row {
  id: string;
  caption: string;
  hashtags: string[];
  created_at: Date;
  edited_at: Date | null;
  like_count: number;
  comment_count: number;
  rev: number;
  author_id: string;
  handle: string;
  display_name: string;
}

const columns = `p.id, p.caption, p.hashtags, p.created_at, p.edited_at, c.like_count, c.comment_count, c.rev,
  a.id as author_id, a.handle, a.display_name`;
const visible = `p.deleted_at is null and p.removed_by is null and p.visibility = 'public' and not a.is_private
  and a.deleted_at is null and a.suspended_at is null`;
const joins = "join users a on a.id = p.author_id join post_counts c on c.post_id = p.id";

const texts = {
  newest: `select ${columns} from (select post_id, words from post_words order by post_id desc limit $3) w
    join posts p on p.id = w.post_id ${joins} where w.words @@ $1::tsquery and ${visible} order by w.post_id desc limit $2`,
  index: `select ${columns} from (select post_id + 0 as id from post_words where words @@ $1::tsquery
      order by post_id + 0 desc) w
    join posts p on p.id = w.id ${joins} where ${visible} order by w.id desc limit $2`,
  author: `select ${columns} from posts p ${joins}
    where p.author_id = (select id from users where handle = $1) and ${visible} order by p.id desc limit $2`,
} as const;

function viewOf(row: Row) {
  return {
    id: row.id,
    author: { id: row.author_id, handle: row.handle, displayName: row.display_name, avatar: null, isPrivate: false },
    caption: row.caption,
    media: [],
    hashtags: row.hashtags,
    mentions: [],
    visibility: "public",
    likeCount: row.like_count,
    commentCount: row.comment_count,
    createdAt: row.created_at.toISOString(),
    editedAt: row.edited_at?.toISOString() ?? null,
    rev: row.rev,
    viewer: null,
  };
}

app.get<{ Querystring: { by: keyof typeof texts; q: string; rows?: string } }>("/posts", async (request) => {
  const { by, q, rows } = request.query;
  const values: unknown[] = [q, limit, ...(by === "newest" ? [Number(rows)] : [])];
  const found = await query<Row>(texts[by], values);
  return { items: found.map(viewOf), nextCursor: found.at(-1)?.id ?? null };
});

const peopleSql = `select u.id, u.handle, u.display_name, u.is_private from (
    select user_id from user_names where left(part, 2) = left($1, 2) and part >= $1 and part < $1 || chr(1114111)
    order by reach desc, user_id desc limit 200) n
  join users u on u.id = n.user_id join user_counts c on c.user_id = u.id
  where u.deleted_at is null and u.suspended_at is null order by c.follower_count desc, u.id desc limit $2`;

app.get<{ Querystring: { q: string } }>("/people", async (request) => {
  const rows = await query<{ id: string; handle: string; display_name: string; is_private: boolean }>(peopleSql, [
    request.query.q,
    limit,
  ]);
  const items = rows.map((row) => ({
    id: row.id,
    handle: row.handle,
    displayName: row.display_name,
    avatar: null,
    isPrivate: row.is_private,
    viewer: null,
  }));
  return { items, nextCursor: null };
});
await listen();
