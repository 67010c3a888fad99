// What likes cost without batching: one statement a like (session, visibility, row, counter, fact), as a careful team
// would write it by hand. The counter's row is locked first, so that the count is right under rivals.
import { meSql, openBare } from "./start.ts";

const { app, readCaller, query, listen } = openBare();

interface LikeRow {
  me: string;
  like_count: number | null;
  rev: number | null;
}

const setSql = (isSet: boolean) => `
  with ${meSql}, visible as (
    select p.id from me, posts p join users a on a.id = p.author_id
    where p.id = $3 and p.deleted_at is null and a.deleted_at is null and a.suspended_at is null
      and not exists (select from blocks b where (b.blocker_id = $1 and b.blocked_id = a.id)
                                              or (b.blocker_id = a.id and b.blocked_id = $1))
      and ((p.visibility = 'public' and not a.is_private) or a.id = $1
           or exists (select from follows f where f.follower_id = $1 and f.followee_id = a.id))
  ), locked as materialized (
    select post_id, like_count, rev from post_counts where post_id in (select id from visible) for no key update
  ), changed as (
    ${
      isSet
        ? "insert into post_likes (post_id, user_id) select post_id, $1 from locked on conflict do nothing"
        : "delete from post_likes using locked where post_likes.post_id = locked.post_id and user_id = $1"
    }
    returning post_likes.post_id
  ), moved as (
    update post_counts set like_count = post_counts.like_count ${isSet ? "+" : "-"} 1, rev = post_counts.rev + 1
    where post_id in (select post_id from changed) returning like_count, rev
  ), fact as (
    insert into outbox (fact, payload)
    select 'like.${isSet ? "created" : "deleted"}',
           jsonb_build_object('postId', post_id::text, 'commentId', null, 'actorId', $1::bigint::text) from changed
  )
  select me.id as me, coalesce(moved.like_count, locked.like_count) as like_count, coalesce(moved.rev, locked.rev) as rev
  from me left join locked on true left join moved on true`;

const likeSql = setSql(true);
const unlikeSql = setSql(false);

async function set(request: Parameters<typeof readCaller>[0] & { body: unknown }, isLiked: boolean) {
  const { userId, sessionId } = readCaller(request);
  const { postId } = request.body as { postId: string };
  const [row] = await query<LikeRow>(isLiked ? likeSql : unlikeSql, [userId, sessionId, postId]);
  if (row === undefined) throw new Error("no such session");
  if (row.like_count === null) throw new Error("no such post");
  return { isLiked, likeCount: row.like_count, rev: row.rev };
}

app.post("/like", (request) => set(request, true));
app.post("/unlike", (request) => set(request, false));
await listen();
