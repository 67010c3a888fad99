// A crowd around one person, made by SQL in the shape that calls leave behind: people who follow and are followed, whose
// posts the person has liked and commented on, and who were told of it.
import type { House } from "./house.ts";

/** Makes `size` people around a person who has nothing yet; counters are exact afterwards. */
export async function crowdAround(house: House, input: { userId: string; size: number }): Promise<void> {
  await house.pool.query(
    `create table crowd as
     select next_id() as user_id, next_id() as post_id, next_id() as comment_id, next_id() as notification_id, n,
            $1::bigint as person_id
     from generate_series(1, $2::int) n`,
    [input.userId, input.size],
  );
  for (const sql of statements) await house.pool.query(sql);
}

const statements = [
  `insert into users (id, handle, display_name) select user_id, 'crowd' || n, 'crowd' from crowd`,
  `insert into user_counts (user_id, post_count, follower_count, following_count) select user_id, 1, 1, 1 from crowd`,
  `insert into author_heads (author_id, last_post_id) select user_id, post_id from crowd`,
  `insert into live_heads (user_id, unread, unseen, last_notification_id)
   select user_id, 1, 1, notification_id from crowd`,
  `insert into follows (follower_id, followee_id)
   select user_id, person_id from crowd union all select person_id, user_id from crowd`,
  `update user_counts set follower_count = crowd.n, following_count = crowd.n
   from (select person_id, count(*) as n from crowd group by person_id) crowd where user_id = person_id`,
  `insert into posts (id, author_id, caption) select post_id, user_id, 'a post' from crowd`,
  `insert into post_counts (post_id, like_count, comment_count) select post_id, 1, 1 from crowd`,
  `insert into post_likes (post_id, user_id) select post_id, person_id from crowd`,
  `insert into comments (id, post_id, author_id, listed_under_id, text)
   select comment_id, post_id, person_id, post_id, 'hi' from crowd`,
  `insert into comment_counts (comment_id, top_post_id) select comment_id, post_id from crowd`,
  `insert into notifications (id, "receiverId", "actorId", type, "postId", "groupKey", "causeKey")
   select notification_id, user_id, person_id, 'LIKE', post_id, 'LIKE/' || post_id, 'like/' || post_id || '/' || person_id
   from crowd`,
  `drop table crowd`,
];
