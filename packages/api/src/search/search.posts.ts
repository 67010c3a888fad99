// The search of posts. Promises: a post is found by the call after the one that wrote, changed, hid or removed it; every
// page ends in the one statement that says what the viewer may see; what they may not see adds nothing, no total either.
import { maxId, statement } from "@pixora/db";
import { decodeCursor, encodeCursor, endEarly } from "../platform/call/cursor.ts";
import { idInput, type Page, type PageRequest } from "../platform/call/wire.ts";
import type { Deps } from "../platform/process/deps.ts";
import type { PostView } from "../post/post.schema.ts";
import { type PostState, postStatesSql } from "../post/post.state.ts";
import { presentStates, weighPost } from "../post/post.view.ts";
import { findUserIdByHandle } from "../user/user.service.ts";
import { postIsFindable } from "../visibility/post.visibility.ts";
import { countToScan, wordStatistics } from "./search.frequency.ts";
import { type PostQuery, readPostQuery, toTsQuery } from "./search.query.ts";

const searchPosts = { list: "search.posts", position: idInput };

const viewer = "$1::bigint";

// Each value stands at one place in all of these: the viewer, the query, ids below, ids from, how many, and one more.
const range = (id: string) => `${id} < $3::bigint and ${id} >= $4::bigint`;

function selectFound(name: string, wanted: string) {
  const states = postStatesSql({
    wanted: `(${wanted}) wanted`,
    viewer,
    condition: postIsFindable({ post: "post", author: "author", viewer }),
    orderBy: "wanted.id desc",
  });
  return statement<PostState>(name, `${states} limit $5`);
}

// The sum keeps the planner from walking through all posts in order: who is asked here, has few.
const selectByWords = selectFound(
  "search.selectByWords",
  `select found.post_id + 0 as id from post_words found
   where found.words @@ $2::tsquery and ${range("found.post_id")} order by found.post_id + 0 desc`,
);

const selectNewest = selectFound(
  "search.selectNewest",
  `select newest.post_id as id from (
     select post_id, words from post_words where ${range("post_id")} order by post_id desc limit $6::int
   ) newest
   where newest.words @@ $2::tsquery order by newest.post_id desc`,
);

const selectByAuthor = selectFound(
  "search.selectByAuthor",
  `select own.id from posts own
   where own.author_id = $6::bigint and $2::text is null and ${range("own.id")} and own.deleted_at is null
   order by own.id desc`,
);

interface Ask {
  query: PostQuery;
  viewerId: string | null;
  /** Null where nobody is named; "0" where nobody has the name. */
  authorId: string | null;
  beforeId: string | null;
  count: number;
}

function selectStates(deps: Pick<Deps, "db" | "log">, ask: Ask): Promise<PostState[]> {
  const { query, viewerId, authorId, count } = ask;
  const bounds = [lower(ask.beforeId, query.belowId), query.fromId ?? "0", count];
  const isOfOne = authorId !== null && query.wanted.length + query.unwanted.length === 0;
  if (isOfOne) return deps.db.sql.many(selectByAuthor, [viewerId, null, ...bounds, authorId]);
  const asked = toTsQuery(query, { authorId, isStranger: viewerId === null });
  const scanned = authorId === null ? countToScan(wordStatistics(deps), { parts: query.wanted, count }) : 0;
  const byWords = () => deps.db.sql.many(selectByWords, [viewerId, asked, ...bounds]);
  if (scanned === 0) return byWords();
  return deps.db.sql.many(selectNewest, [viewerId, asked, ...bounds, scanned]).then((states) => {
    // Fewer than was hoped for: these words are older than most.
    return states.length < count ? byWords() : states;
  });
}

function lower(one: string | null, other: string | null): string {
  if (one === null || other === null) return one ?? other ?? maxId;
  return BigInt(one) < BigInt(other) ? one : other;
}

/**
 * Posts that a query finds, newest first, as the viewer (null = a stranger) may see them. Throws input.invalid for a query
 * that names nothing, cursor.invalid.
 */
export async function findPosts(
  deps: Pick<Deps, "db" | "log" | "storage">,
  input: PageRequest & { viewerId: string | null; q: string },
): Promise<Page<PostView>> {
  const { viewerId, q, limit } = input;
  const beforeId = decodeCursor(searchPosts, { input: { q }, cursor: input.cursor });
  const query = readPostQuery(q);
  const authorId = query.handle === null ? null : ((await findUserIdByHandle(deps, { handle: query.handle })) ?? "0");
  const states = await selectStates(deps, { query, viewerId, authorId, beforeId, count: limit + 1 });
  const shown = states.slice(0, limit);
  const last = shown.at(-1);
  const cursorAfter = ({ id }: { id: string }) => encodeCursor(searchPosts, { input: { q }, position: id });
  const nextCursor = states.length > limit && last !== undefined ? cursorAfter(last) : null;
  const items = await presentStates(deps, { viewerId, states: shown });
  return endEarly({ items, nextCursor }, { weigh: weighPost, cursorAfter });
}
