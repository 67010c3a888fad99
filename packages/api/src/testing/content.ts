// Posts, comments and what people do with them, for tests: rows, counters and heads as the calls leave them, without their
// facts, whether or not the person could do it now. Hiding a post is the room's own work, and stores its fact.
import { statement } from "@pixora/db";
import { moveCommentLikesSql } from "../comment/comment.counter.ts";
import { insertTagsSql } from "../hashtag/hashtag.rows.ts";
import type { Deps } from "../platform/process/deps.ts";
import { parseHashtags } from "../platform/text/hashtag.ts";
import { movePostCommentsSql, movePostLikesSql } from "../post/post.counter.ts";
import { deletePost } from "../post/post.service.ts";
import { wordsOfPost } from "../post/post.words.ts";

const insertPost = statement<{ id: string }>(
  "testing.insertPost",
  `with post as (
     insert into posts (id, author_id, caption, visibility, hashtags, mention_ids, tagged_version, worded_version)
     values (next_id(), $1, $2, $3, $4::text[], $5::bigint[], 1, 1) returning id, author_id
   ), ${insertTagsSql({
     from: `select post.id, post.author_id, $3 = 'public' and not author.is_private as is_public
            from post join users author on author.id = post.author_id`,
     tags: "$4::text[]",
   })}, words as (
     insert into post_words (post_id, words) select id, $6::tsvector from post
   ), counts as (
     insert into post_counts (post_id) select id from post
   ), author as (
     update user_counts set post_count = post_count + 1, rev = rev + 1 where user_id = $1
   ), head as (
     update author_heads set last_post_id = greatest(last_post_id, (select id from post)) where author_id = $1
   )
   select id from post`,
);

/** A post as post.create leaves it, without its fact; `mentionIds` are whom its caption names. */
export async function createPost(
  deps: Deps,
  input: { authorId: string; caption?: string; visibility?: "public" | "followers"; mentionIds?: readonly string[] },
): Promise<{ id: string }> {
  const { authorId, caption = "a post", visibility = "public", mentionIds = [] } = input;
  const tags = parseHashtags(caption).map(({ key }) => key);
  const words = wordsOfPost({ authorId, caption, visibility, hashtags: tags });
  return deps.db.sql.one(insertPost, [authorId, caption, visibility, tags, mentionIds, words]);
}

const insertPosts = statement<never>(
  "testing.insertPosts",
  `with post as (
     insert into posts (id, author_id, caption, tagged_version, worded_version) select id, $1, caption, 1, 1
     from unnest($2::bigint[], $3::text[]) as wanted (id, caption) returning id
   ), words as (
     insert into post_words (post_id, words) select id, words::tsvector
     from post join unnest($2::bigint[], $4::text[]) as wanted (id, words) using (id)
   ), counts as (
     insert into post_counts (post_id) select id from post
   ), author as (
     update user_counts set post_count = post_count + made.count, rev = rev + made.count
     from (select count(*) from post) made where user_id = $1
   )
   update author_heads set last_post_id = greatest(last_post_id, (select max(id) from post)) where author_id = $1`,
);

/** Posts of one author under ids, and so times, of the test's own choice. Their captions have no tags and name nobody. */
export async function createPosts(
  deps: Deps,
  input: { authorId: string; posts: readonly { id: string; caption?: string }[] },
): Promise<void> {
  const { authorId, posts } = input;
  const captions = posts.map(({ caption }) => caption ?? "a post");
  const words = captions.map((caption) => wordsOfPost({ authorId, caption, visibility: "public", hashtags: [] }));
  await deps.db.sql.run(insertPosts, [authorId, posts.map(({ id }) => id), captions, words]);
}

const selectAuthor = statement<{ authorId: string }>(
  "testing.authorOf",
  `select author_id as "authorId" from posts where id = $1`,
);

/** Has its author delete a post: hidden at once, with the fact for the jobs that remove the rest. */
export async function hidePost(deps: Deps, input: { postId: string }): Promise<void> {
  const { authorId } = await deps.db.sql.one(selectAuthor, [input.postId]);
  await deletePost(deps, { actorId: authorId, postId: input.postId });
}

const insertComments = statement<never>(
  "testing.insertComments",
  `with comment as (
     insert into comments (id, post_id, author_id, text, listed_under_id)
     select id, $1, $2, 'a comment', $1 from unnest($3::bigint[]) as wanted (id) returning id, post_id
   ), counts as (
     insert into comment_counts (comment_id, top_post_id) select id, post_id from comment
   )
   ${movePostCommentsSql("(select post_id, count(*)::int as delta from comment group by post_id)")}`,
);

/** Top comments of one author under ids, and so times, of the test's own choice. */
export async function createComments(
  deps: Deps,
  input: { postId: string; authorId: string; ids: readonly string[] },
): Promise<void> {
  await deps.db.sql.run(insertComments, [input.postId, input.authorId, input.ids]);
}

const insertLike = statement<never>(
  "testing.insertLike",
  `with liked as (
     insert into post_likes (post_id, user_id) values ($1, $2) on conflict do nothing returning post_id
   )
   ${movePostLikesSql("(select post_id, 1 as delta from liked)")}`,
);

/** A like that stands. The second time changes nothing. */
export async function addLike(deps: Deps, input: { userId: string; postId: string }): Promise<void> {
  await deps.db.sql.run(insertLike, [input.postId, input.userId]);
}

const deleteLike = statement<never>(
  "testing.deleteLike",
  `with unliked as (
     delete from post_likes where post_id = $1 and user_id = $2 returning post_id
   )
   ${movePostLikesSql("(select post_id, -1 as delta from unliked)")}`,
);

/** Takes a like away. The second time changes nothing. */
export async function removeLike(deps: Deps, input: { userId: string; postId: string }): Promise<void> {
  await deps.db.sql.run(deleteLike, [input.postId, input.userId]);
}

const insertCommentLike = statement<never>(
  "testing.insertCommentLike",
  `with liked as (
     insert into comment_likes (comment_id, user_id) values ($1, $2) on conflict do nothing returning comment_id
   )
   ${moveCommentLikesSql("(select comment_id, 1 as delta from liked)")}`,
);

/** A like of a comment that stands. The second time changes nothing. */
export async function addCommentLike(deps: Deps, input: { userId: string; commentId: string }): Promise<void> {
  await deps.db.sql.run(insertCommentLike, [input.commentId, input.userId]);
}
