// What must hold in a database with demo data, each as a name and the rest of a query that finds the rows which break it.

export const rules: readonly (readonly [name: string, broken: string])[] = [
  [
    "everybody has counters, heads and a secret",
    `users u where num_nonnulls(
        (select 1 from user_counts where user_id = u.id), (select 1 from author_heads where author_id = u.id),
        (select 1 from live_heads where user_id = u.id), (select 1 from credentials where user_id = u.id)) < 4`,
  ],
  [
    "people's counters equal rows",
    `user_counts c
        where post_count <> (select count(*) from posts where author_id = c.user_id)
           or follower_count <> (select count(*) from follows where followee_id = c.user_id)
           or following_count <> (select count(*) from follows where follower_id = c.user_id)`,
  ],
  [
    "posts' counters equal rows",
    `posts p left join post_counts c on c.post_id = p.id
        where (c.like_count, c.comment_count) is distinct from
          ((select count(*) from post_likes where post_id = p.id), (select count(*) from comments where post_id = p.id))`,
  ],
  [
    "comments' counters equal rows",
    `comments m left join comment_counts c on c.comment_id = m.id
        where (c.like_count, c.reply_count, coalesce(c.top_post_id, 0)) is distinct from
          ((select count(*) from comment_likes where comment_id = m.id),
           (select count(*) from comments where parent_id = m.id),
           case when m.parent_id is null then m.post_id else 0 end)`,
  ],
  [
    "authors' heads are their newest posts",
    `author_heads h
        where last_post_id <> coalesce((select max(id) from posts where author_id = h.author_id), 0)`,
  ],
  [
    "live heads equal notifications",
    `live_heads h left join (
          select "receiverId", count(*) filter (where not read) as unread, count(*) filter (where not seen) as unseen,
                 max(id) as last_id
          from notifications group by "receiverId") n on n."receiverId" = h.user_id
        where h.seq <> 0 or h.unread <> coalesce(n.unread, 0) or h.unseen <> coalesce(n.unseen, 0)
           or h.last_notification_id <> coalesce(n.last_id, 0)`,
  ],
  [
    "nobody does anything before joining",
    `users u where
        exists (select from posts where author_id = u.id and id < u.id) or
        exists (select from post_likes where user_id = u.id and id < u.id) or
        exists (select from comments where author_id = u.id and id < u.id) or
        exists (select from follows where (follower_id = u.id or followee_id = u.id) and id < u.id)`,
  ],
  [
    "no like of a post is older than the post, or by its author",
    "post_likes l join posts p on p.id = l.post_id where l.created_at <= p.created_at or l.user_id = p.author_id",
  ],
  [
    "no like of a comment is older than the comment, or by its author",
    "comment_likes l join comments m on m.id = l.comment_id where l.created_at <= m.created_at or l.user_id = m.author_id",
  ],
  [
    "no comment is older than its post",
    "comments m join posts p on p.id = m.post_id where m.created_at <= p.created_at",
  ],
  [
    "replies answer an earlier comment of their thread, under a top comment",
    `comments m
        left join comments top on top.id = m.parent_id left join comments answered on answered.id = m.reply_to_id
        where (m.parent_id is null) <> (m.reply_to_id is null)
           or m.parent_id is not null and (top.parent_id is not null or top.post_id <> m.post_id
             or coalesce(answered.parent_id, answered.id) <> top.id or answered.created_at >= m.created_at
             or m.reply_to_author_id is distinct from answered.author_id)`,
  ],
  [
    "who has read has seen, and nobody tells themselves",
    `notifications
        where read and not seen or "receiverId" = "actorId"`,
  ],
];
