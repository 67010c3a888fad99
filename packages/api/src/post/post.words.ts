// What posts are found by: the terms of their captions, marks for whom they are by and for, their tags.
// Promises: written in the transaction that writes the caption; a job reads those that another release has written, in
// bounded statements, and an edit that comes between wins.
import { type Statement, statement } from "@pixora/db";
import { reviseTags } from "../hashtag/hashtag.rows.ts";
import type { Deps } from "../platform/process/deps.ts";
import { vectorOf } from "../platform/text/terms.ts";
import type { PostVisibility } from "./post.schema.ts";

/** The marks under which posts are found, beside their words: no word begins with their signs. */
export const postMarks = {
  author: (authorId: string) => `@${authorId}`,
  hashtag: (key: string) => `#${key}`,
  /** Of posts that are for everybody, where their author's account is. */
  everybody: "=public",
};

/** What is stored of a post for search, as the text of a `tsvector`. */
export function wordsOfPost(post: {
  authorId: string;
  caption: string;
  visibility: PostVisibility;
  hashtags: readonly string[];
}): string {
  return vectorOf({ text: post.caption, marks: marksOfPost(post) });
}

/** The marks of a post. */
export function marksOfPost(post: {
  authorId: string;
  visibility: PostVisibility;
  hashtags: readonly string[];
}): string[] {
  const marks = [postMarks.author(post.authorId), ...post.hashtags.map(postMarks.hashtag)];
  if (post.visibility === "public") marks.push(postMarks.everybody);
  return marks;
}

/** SQL text that stores the words of posts, given as rows (post_id, words). The second time replaces. */
export function putWordsSql(rows: string): string {
  return `insert into post_words (post_id, words) ${rows}
          on conflict (post_id) do update set words = excluded.words`;
}

const batchSize = 500;
/** A run ends after some seconds; the next is a minute away. */
const batchesPerRun = 60;

interface UnwordedRow {
  id: string;
  version: number;
  authorId: string;
  caption: string;
  visibility: PostVisibility;
  hashtags: string[];
}

// The newest first: they are asked for most.
const selectUnworded: Statement<UnwordedRow> = statement(
  "post.selectUnworded",
  `select id, version, author_id as "authorId", caption, visibility, hashtags
   from posts where worded_version <> version order by id desc limit $1`,
);

// Edited since it was read: then it is read again, unless the edit has written its words. Answers those that are locked.
const storeWords: Statement<{ id: string }> = statement(
  "post.storeWords",
  `with stale as (
     select post.id, given.words from unnest($1::bigint[], $2::int[], $3::text[]) as given (id, version, words)
     join posts post on post.id = given.id and post.version = given.version and post.worded_version <> post.version
     order by post.id for no key update of post
   ), stored as (${putWordsSql("select id, words::tsvector from stale")})
   update posts post set worded_version = version from stale where post.id = stale.id returning post.id`,
);

/** Reads the words of posts that another release has written. Scheduled; the second time finds none. */
export async function wordPosts(deps: Pick<Deps, "db">): Promise<void> {
  for (let batch = 0; batch < batchesPerRun; batch += 1) {
    const posts = await deps.db.sql.many(selectUnworded, [batchSize]);
    if (posts.length === 0) break;
    const ids = posts.map(({ id }) => id);
    await deps.db.inTransaction(async (tx) => {
      const values = [ids, posts.map(({ version }) => version), posts.map(wordsOfPost)];
      const stored = await tx.many(storeWords, values);
      await reviseTags(tx, { postIds: stored.map(({ id }) => id) });
    });
    if (posts.length < batchSize) break;
  }
}
