// How posts get into a search index besides PostgreSQL, where one is configured. Promises: fed by facts, each post as it is
// now, so that order and repetition do not matter; while the index is away, facts wait.
import { statement } from "@pixora/db";
import type { FactOf } from "@pixora/jobs";
import { recordDone } from "../platform/outbox.ts";
import type { Deps } from "../platform/process/deps.ts";
import type { IndexedPost } from "../platform/search-index/search-index.ts";
import { readTerms, stemsOfTerms } from "../platform/text/terms.ts";
import type { PostVisibility } from "../post/post.schema.ts";
import { marksOfPost } from "../post/post.words.ts";

interface PostRow {
  id: string;
  authorId: string;
  caption: string;
  visibility: PostVisibility;
  hashtags: string[];
}

const columns = `id, author_id as "authorId", caption, visibility, hashtags`;

const selectPosts = statement<PostRow>(
  "search.selectPostsToIndex",
  `select ${columns} from posts where id = any($1::bigint[]) and deleted_at is null`,
);

function toIndexed(post: PostRow): IndexedPost {
  const terms = readTerms(post.caption);
  return { id: post.id, terms, marks: [...stemsOfTerms(terms), ...marksOfPost(post)] };
}

/** Makes the index agree with posts that were written, changed or deleted. Without one, there is nothing to do. */
export async function indexPosts(
  deps: Pick<Deps, "db" | "searchIndex">,
  input: { facts: readonly FactOf<"search.indexPosts">[] },
): Promise<void> {
  const { searchIndex } = deps;
  if (searchIndex !== null) {
    const ids = [...new Set(input.facts.map((fact) => fact.payload.postId))];
    const posts = await deps.db.sql.many(selectPosts, [ids]);
    const there = new Set(posts.map(({ id }) => id));
    await searchIndex.put(posts.map(toIndexed));
    await searchIndex.remove(ids.filter((id) => !there.has(id)));
  }
  await deps.db.inTransaction(async (tx) => {
    recordDone(tx, { job: "search.indexPosts", factIds: input.facts.map((fact) => fact.id) });
  });
}

const selectBatch = statement<PostRow>(
  "search.selectBatchToIndex",
  `select ${columns} from posts where id < $1 and deleted_at is null order by id desc limit $2`,
);

const batchSize = 500;

/**
 * Puts every post into the index, the newest first, and tells how many after each batch; `belowId` goes on where another
 * run stopped. May be run again, and beside everything else. Throws SearchIndexAwayError.
 */
export async function reindexPosts(
  deps: Pick<Deps, "db" | "searchIndex">,
  input: { belowId: string; onBatch: (done: { posts: number; lastId: string }) => void },
): Promise<void> {
  const { searchIndex } = deps;
  if (searchIndex === null) return;
  await searchIndex.prepare();
  let belowId: string | null = input.belowId;
  let posts = 0;
  while (belowId !== null) {
    const batch: PostRow[] = await deps.db.sql.many(selectBatch, [belowId, batchSize]);
    await searchIndex.put(batch.map(toIndexed));
    posts += batch.length;
    belowId = batch.at(-1)?.id ?? null;
    if (belowId !== null) input.onBatch({ posts, lastId: belowId });
  }
}
