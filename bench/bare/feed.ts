// The lower bound of the home feed: the least that gives the same page. Warm: one LRANGE, one statement (session,
// visibility, counts, flags, versions), bodies from memory. Cold: the ids by one statement instead of the LRANGE.
import { type BareCaller, meSql, openBare } from "./start.ts";

const { app, redis, readCaller, query, listen } = openBare();
const limit = 20;
const surplus = 5;

interface StateRow {
  me: string;
  id: string | null;
  version: number;
  author_version: number;
  like_count: number;
  comment_count: number;
  rev: number;
  mentions: unknown[] | null;
  is_own: boolean;
  is_liked: boolean;
  is_bookmarked: boolean;
  is_quiet: boolean;
}

// Whom one follows one may see, unless blocked, suspended or muted: the feed needs no more of the visibility rule.
const states = (ids: string) => `
  select p.id, p.version, a.version as author_version, c.like_count, c.comment_count, c.rev, p.author_id = $1 as is_own,
    case when p.mention_ids <> '{}' then (
      select jsonb_agg(jsonb_build_object('userId', m.id::text, 'handle', m.handle))
      from users m where m.id = any (p.mention_ids)) end as mentions,
    exists (select from post_likes l where l.post_id = p.id and l.user_id = $1) as is_liked,
    exists (select from bookmarks b where b.post_id = p.id and b.user_id = $1) as is_bookmarked,
    exists (select from quiet_posts q where q.post_id = p.id and q.user_id = $1) as is_quiet
  from ${ids} join posts p on p.id = wanted.id join users a on a.id = p.author_id join post_counts c on c.post_id = p.id
  where p.deleted_at is null and a.deleted_at is null and a.suspended_at is null
    and (p.author_id = $1 or (
      exists (select from follows f where f.follower_id = $1 and f.followee_id = p.author_id)
      and not exists (select from mutes m where m.muter_id = $1 and m.muted_id = p.author_id)
      and not exists (select from blocks b where (b.blocker_id = $1 and b.blocked_id = p.author_id)
                                              or (b.blocker_id = p.author_id and b.blocked_id = $1))))
  order by p.id desc`;

const warmSql = `with ${meSql} select me.id as me, page.* from me
  left join lateral (${states("unnest($3::bigint[]) as wanted (id)")}) page on true`;

// The newest posts come from the followed authors with the newest heads.
const idsSql = `
  select p.id from (
    select h.author_id from (
      select followee_id as author_id from follows where follower_id = $1 union all select $1
    ) f cross join lateral (select * from author_heads h where h.author_id = f.author_id limit 1) h
    where h.last_post_id > 0 order by h.last_post_id desc limit $3
  ) newest cross join lateral (
    select p.id from posts p where p.author_id = newest.author_id and p.deleted_at is null order by p.id desc limit $3
  ) p order by p.id desc limit $3`;

const coldSql = `with ${meSql}, wanted as materialized (${idsSql})
  select me.id as me, page.* from me left join lateral (${states("wanted")}) page on true`;

interface Body {
  author: object;
  caption: string;
  media: [];
  hashtags: string[];
  visibility: string;
  createdAt: string;
  editedAt: string | null;
}

interface BodyRow {
  id: string;
  version: number;
  author_version: number;
  caption: string;
  hashtags: string[];
  visibility: string;
  created_at: Date;
  edited_at: Date | null;
  author_id: string;
  handle: string;
  display_name: string;
  is_private: boolean;
}

const bodies = new Map<string, Body>();
const keyOf = (row: { id: string | null; version: number; author_version: number }) =>
  `${row.id}:${row.version}:${row.author_version}`;

const bodiesSql = `select p.id, p.version, a.version as author_version, p.caption, p.hashtags, p.visibility, p.created_at,
    p.edited_at, a.id as author_id, a.handle, a.display_name, a.is_private
  from posts p join users a on a.id = p.author_id where p.id = any ($1::bigint[])`;

async function loadBodies(rows: StateRow[]): Promise<void> {
  const missing = rows.filter((row) => !bodies.has(keyOf(row))).map((row) => row.id);
  if (missing.length === 0) return;
  for (const row of await query<BodyRow>(bodiesSql, [missing])) {
    const { caption, hashtags, visibility } = row;
    const author = {
      id: row.author_id,
      handle: row.handle,
      displayName: row.display_name,
      avatar: null,
      isPrivate: row.is_private,
    };
    const createdAt = row.created_at.toISOString();
    const editedAt = row.edited_at?.toISOString() ?? null;
    bodies.set(keyOf(row), { author, caption, media: [], hashtags, visibility, createdAt, editedAt });
  }
}

function viewOf(row: StateRow) {
  const body = bodies.get(keyOf(row));
  return {
    id: row.id,
    author: body?.author,
    caption: body?.caption,
    media: body?.media,
    hashtags: body?.hashtags,
    mentions: row.mentions ?? [],
    visibility: body?.visibility,
    likeCount: row.like_count,
    commentCount: row.comment_count,
    createdAt: body?.createdAt,
    editedAt: body?.editedAt,
    rev: row.rev,
    viewer: {
      isLiked: row.is_liked,
      isBookmarked: row.is_bookmarked,
      follow: row.is_own ? "none" : "following",
      canEdit: row.is_own,
      canComment: true,
      isQuiet: row.is_quiet,
    },
  };
}

async function pageOf(rows: StateRow[]) {
  if (rows.length === 0) throw new Error("no such session");
  const page = rows.filter((row) => row.id !== null).slice(0, limit);
  await loadBodies(page);
  return { items: page.map(viewOf), nextCursor: page.at(-1)?.id ?? null };
}

async function warmPage({ userId, sessionId }: BareCaller) {
  const ids = await redis.lrange(`bare:feed:${userId}`, 0, limit + surplus - 1);
  return pageOf(await query<StateRow>(warmSql, [userId, sessionId, ids]));
}

async function coldPage({ userId, sessionId }: BareCaller) {
  return pageOf(await query<StateRow>(coldSql, [userId, sessionId, limit + surplus]));
}

/** The depth that Pixora's rebuild reads. */
const depth = 100;

/** What makes the next page warm: the ids of the list, read and written once. */
async function fillWindow({ userId }: BareCaller) {
  const rows = await query<{ id: string }>(idsSql.replaceAll("$3", "$2"), [userId, depth]);
  if (rows.length > 0) await redis.rpush(`bare:feed:${userId}`, ...rows.map((row) => row.id));
}

app.get("/warm", (request) => warmPage(readCaller(request)));
app.get("/cold", (request) => coldPage(readCaller(request)));
app.get("/cold-and-fill", async (request) => {
  const caller = readCaller(request);
  const page = await coldPage(caller);
  void fillWindow(caller);
  return page;
});
await listen();
