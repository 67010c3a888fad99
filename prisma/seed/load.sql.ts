// The statements that load the demo data. Rows come as columns, an array each; created_at is read off the id, so the two
// agree by construction. Counters and heads are counted from the rows.
import { idEpochMs, statement } from "@pixora/db";

/** SQL of the instant that an id was made at. */
export function instantOf(id: string): string {
  return `to_timestamp(((${id} >> 22) + ${idEpochMs}) / 1000.0)`;
}

export const lockSeeding = statement<never>(
  "seed.lock",
  `select pg_advisory_xact_lock(hashtextextended('pixora/prisma/seed', 0))`,
);

export const hasPeople = statement<{ hasPeople: boolean }>(
  "seed.hasPeople",
  `select exists (select from users) as "hasPeople"`,
);

export const insertUsers = statement<never>(
  "seed.insertUsers",
  `insert into users (id, handle, display_name, bio, created_at)
   select id, handle, display_name, bio, ${instantOf("id")}
   from unnest($1::bigint[], $2::text[], $3::text[], $4::text[]) as person (id, handle, display_name, bio)`,
);

export const insertCredentials = statement<never>(
  "seed.insertCredentials",
  `insert into credentials (user_id, email, password_hash, email_verified_at)
   select user_id, email, password_hash, case when is_verified then ${instantOf("user_id")} end
   from unnest($1::bigint[], $2::text[], $3::text[], $4::boolean[])
        as credential (user_id, email, password_hash, is_verified)`,
);

export const insertFollows = statement<never>(
  "seed.insertFollows",
  `insert into follows (id, follower_id, followee_id, created_at)
   select id, follower_id, followee_id, ${instantOf("id")}
   from unnest($1::bigint[], $2::bigint[], $3::bigint[]) as follow (id, follower_id, followee_id)`,
);

export const insertPosts = statement<never>(
  "seed.insertPosts",
  `insert into posts (id, author_id, caption, hashtags, mention_ids, tagged_version, created_at)
   select id, author_id, caption, hashtags::text[], mention_ids::bigint[], 1, ${instantOf("id")}
   from unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::text[])
        as post (id, author_id, caption, hashtags, mention_ids)`,
);

export const insertPostLikes = statement<never>(
  "seed.insertPostLikes",
  `insert into post_likes (id, post_id, user_id, created_at)
   select id, post_id, user_id, ${instantOf("id")}
   from unnest($1::bigint[], $2::bigint[], $3::bigint[]) as liking (id, post_id, user_id)`,
);

export const insertComments = statement<never>(
  "seed.insertComments",
  `insert into comments (id, post_id, author_id, parent_id, reply_to_id, reply_to_author_id, listed_under_id, text,
                         mention_ids, created_at)
   select id, post_id, author_id, parent_id, reply_to_id, reply_to_author_id, coalesce(parent_id, post_id), text,
          mention_ids::bigint[], ${instantOf("id")}
   from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::text[], $8::text[])
        as comment (id, post_id, author_id, parent_id, reply_to_id, reply_to_author_id, text, mention_ids)`,
);

export const insertCommentLikes = statement<never>(
  "seed.insertCommentLikes",
  `insert into comment_likes (id, comment_id, user_id, created_at)
   select id, comment_id, user_id, ${instantOf("id")}
   from unnest($1::bigint[], $2::bigint[], $3::bigint[]) as liking (id, comment_id, user_id)`,
);

export const insertBookmarks = statement<never>(
  "seed.insertBookmarks",
  `insert into bookmarks (id, post_id, user_id, created_at)
   select id, post_id, user_id, ${instantOf("id")}
   from unnest($1::bigint[], $2::bigint[], $3::bigint[]) as bookmark (id, post_id, user_id)`,
);

export const insertNotifications = statement<never>(
  "seed.insertNotifications",
  `insert into notifications
     (id, "receiverId", "actorId", type, "postId", "commentId", "groupKey", "causeKey", read, seen, "createdAt")
   select id, receiver_id, actor_id, type, post_id, comment_id, group_key, cause_key, is_read, is_seen, ${instantOf("id")}
   from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::bigint[], $6::bigint[], $7::text[], $8::text[],
               $9::boolean[], $10::boolean[])
        as notice (id, receiver_id, actor_id, type, post_id, comment_id, group_key, cause_key, is_read, is_seen)`,
);

/** Every narrow row that is made with its person, post or comment, with what the rows beside it add up to. */
export const countStatements = [
  statement<never>(
    "seed.countUsers",
    `insert into user_counts (user_id, post_count, follower_count, following_count)
     select id, coalesce(post.n, 0), coalesce(follower.n, 0), coalesce(following.n, 0)
     from users
     left join (select author_id, count(*) as n from posts group by author_id) post on post.author_id = users.id
     left join (select followee_id, count(*) as n from follows group by followee_id) follower
       on follower.followee_id = users.id
     left join (select follower_id, count(*) as n from follows group by follower_id) following
       on following.follower_id = users.id
     order by id`,
  ),
  statement<never>(
    "seed.headAuthors",
    `insert into author_heads (author_id, last_post_id)
     select users.id, coalesce(max(posts.id), 0) from users left join posts on posts.author_id = users.id
     group by users.id order by users.id`,
  ),
  statement<never>(
    "seed.countPosts",
    `insert into post_counts (post_id, like_count, comment_count)
     select id, coalesce(liking.n, 0), coalesce(comment.n, 0)
     from posts
     left join (select post_id, count(*) as n from post_likes group by post_id) liking on liking.post_id = posts.id
     left join (select post_id, count(*) as n from comments group by post_id) comment on comment.post_id = posts.id
     order by id`,
  ),
  statement<never>(
    "seed.countComments",
    `insert into comment_counts (comment_id, like_count, reply_count, top_post_id)
     select id, coalesce(liking.n, 0), coalesce(reply.n, 0), case when comments.parent_id is null then post_id end
     from comments
     left join (select comment_id, count(*) as n from comment_likes group by comment_id) liking
       on liking.comment_id = comments.id
     left join (select parent_id, count(*) as n from comments group by parent_id) reply on reply.parent_id = comments.id
     order by id`,
  ),
  statement<never>(
    "seed.headLive",
    `insert into live_heads (user_id, unread, unseen, last_notification_id)
     select users.id, count(n.id) filter (where not n.read), count(n.id) filter (where not n.seen), coalesce(max(n.id), 0)
     from users left join notifications n on n."receiverId" = users.id
     group by users.id order by users.id`,
  ),
];

/** The tables that are written above. */
export const loadedTables = `users credentials user_counts follows posts post_counts author_heads post_likes comments
  comment_counts comment_likes bookmarks notifications live_heads media`.split(/\s+/);
