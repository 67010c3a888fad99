// The search of posts. Promises: a post is found by the call after the one that wrote, changed, hid or removed it; every
// page ends in the one statement that says what the viewer may see; what they may not see adds nothing, no total either.
import { idAt, maxId, statement } from "@pixora/db";
import { decodeCursor, encodeCursor, endEarly } from "../platform/call/cursor.ts";
import { idInput, type Page, type PageRequest } from "../platform/call/wire.ts";
import { createCircuit } from "../platform/flow/circuit.ts";
import type { Deps } from "../platform/process/deps.ts";
import { SearchIndexAwayError } from "../platform/search-index/search-index.ts";
import type { PostView } from "../post/post.schema.ts";
import { type PostState, postStatesSql } from "../post/post.state.ts";
import { presentStates, weighPost } from "../post/post.view.ts";
import { canonicalHandle } from "../user/user.handle.ts";
import { findUserIdByHandle } from "../user/user.service.ts";
import { postIsFindable } from "../visibility/post.visibility.ts";
import { countToScan, maxScanned, wordStatistics } from "./search.frequency.ts";
import { type PostQuery, readPostQuery, toClauses, toTsQuery } from "./search.query.ts";

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

// The sums keep the planner from the index of ids, by which it would walk through all posts: who is asked here, has few.
const sum = "found.post_id + 0";
const selectByWords = selectFound(
  "search.selectByWords",
  `select ${sum} as id from post_words found
   where found.words @@ $2::tsquery and ${range(`(${sum})`)} order by ${sum} desc`,
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
   where own.author_id = (select named.id from users named where named.handle = $6) and $2::text is null
     and ${range("own.id")} and own.deleted_at is null
   order by own.id desc`,
);

// What an index besides PostgreSQL proposes, and what is too new for it to know; each is asked for the words once more.
const selectProposed = selectFound(
  "search.selectProposed",
  `select ${sum} as id from post_words found
   where (found.post_id = any($6::bigint[]) or found.post_id >= $7::bigint)
     and found.words @@ $2::tsquery and ${range(`(${sum})`)} order by ${sum} desc`,
);

interface Ask {
  query: PostQuery;
  viewerId: string | null;
  /** Null where nobody is named; "0" where nobody has the name. */
  authorId: string | null;
  beforeId: string | null;
  count: number;
}

interface Found {
  states: PostState[];
  /** From where the next page goes on where fewer were found than were asked for; null where there are no more. */
  nextId: string | null;
}

type SearchDeps = Pick<Deps, "db" | "log" | "storage" | "searchIndex" | "clock">;

/** What an index has not taken in by then, is away. */
const freshForMs = 60_000;

/** By the index besides PostgreSQL; null where there is none, or it is away. */
async function selectByIndex(deps: SearchDeps, ask: Ask): Promise<Found | null> {
  const { searchIndex } = deps;
  const { query, viewerId, authorId, count } = ask;
  if (searchIndex === null || !indexCircuit.mayCall("index")) return null;
  const by = { authorId, isStranger: viewerId === null };
  const [belowId, fromId] = [lower(ask.beforeId, query.belowId), query.fromId ?? "0"];
  // What the viewer may not see after all is among them.
  const proposed = count * 3;
  try {
    const ids = await searchIndex.find({ ...toClauses(query, by), belowId, fromId, count: proposed });
    indexCircuit.note("index", true);
    const fresh = idAt(new Date(deps.clock.now().getTime() - freshForMs)).toString();
    const lastId = ids.length < proposed ? null : (ids.at(-1) ?? null);
    // Below the last that was proposed, the index may know others.
    const from = lastId !== null && BigInt(lastId) > BigInt(fromId) ? lastId : fromId;
    const values = [viewerId, toTsQuery(query, by), belowId, from, count, ids, fresh];
    return { states: await deps.db.sql.many(selectProposed, values), nextId: lastId };
  } catch (error) {
    if (!(error instanceof SearchIndexAwayError)) throw error;
    indexCircuit.note("index", false);
    deps.log.warn({ err: error }, "the search index is away: PostgreSQL answers");
    return null;
  }
}

const indexCircuit = createCircuit({ maxFailures: 3, openMs: 5_000 });

/** Asks for nothing but somebody's posts, which are read in their own order. */
function isOfOne(query: PostQuery): boolean {
  return query.handle !== null && query.wanted.length + query.unwanted.length === 0;
}

async function selectPage(deps: SearchDeps, ask: Ask): Promise<Found> {
  const found = isOfOne(ask.query) ? null : await selectByIndex(deps, ask);
  return found ?? { states: await selectStates(deps, ask), nextId: null };
}

async function selectStates(deps: Pick<Deps, "db" | "log">, ask: Ask): Promise<PostState[]> {
  const { query, viewerId, authorId, count } = ask;
  const bounds = [lower(ask.beforeId, query.belowId), query.fromId ?? "0", count];
  if (isOfOne(query)) {
    const handle = canonicalHandle(query.handle ?? "");
    return deps.db.sql.many(selectByAuthor, [viewerId, null, ...bounds, handle]);
  }
  const asked = toTsQuery(query, { authorId, isStranger: viewerId === null });
  const scanned = authorId === null ? countToScan(wordStatistics(deps), { parts: query.wanted, count }) : 0;
  // Where fewer are found than was hoped for, further down, then by the words: they are older than most.
  for (let rows = scanned; rows > 0 && rows <= maxScanned; rows *= 8) {
    const states = await deps.db.sql.many(selectNewest, [viewerId, asked, ...bounds, rows]);
    if (states.length >= count) return states;
  }
  return deps.db.sql.many(selectByWords, [viewerId, asked, ...bounds]);
}

function lower(one: string | null, other: string | null): string {
  if (one === null || other === null) return one ?? other ?? maxId;
  return BigInt(one) < BigInt(other) ? one : other;
}

// The statement that reads somebody's posts finds them itself.
async function findAuthorId(deps: SearchDeps, query: PostQuery): Promise<string | null> {
  if (query.handle === null || isOfOne(query)) return null;
  return (await findUserIdByHandle(deps, { handle: query.handle })) ?? "0";
}

/**
 * Posts that a query finds, newest first, as the viewer (null = a stranger) may see them. Throws input.invalid for a query
 * that names nothing, cursor.invalid.
 */
export async function findPosts(
  deps: SearchDeps,
  input: PageRequest & { viewerId: string | null; q: string },
): Promise<Page<PostView>> {
  const { viewerId, q, limit } = input;
  const beforeId = decodeCursor(searchPosts, { input: { q }, cursor: input.cursor });
  const query = readPostQuery(q);
  const authorId = await findAuthorId(deps, query);
  const { states, nextId } = await selectPage(deps, { query, viewerId, authorId, beforeId, count: limit + 1 });
  const shown = states.slice(0, limit);
  const last = shown.at(-1);
  const cursorAfter = ({ id }: { id: string }) => encodeCursor(searchPosts, { input: { q }, position: id });
  const next = states.length > limit ? last : nextId === null ? undefined : { id: nextId };
  const nextCursor = next === undefined ? null : cursorAfter(next);
  const items = await presentStates(deps, { viewerId, states: shown });
  return endEarly({ items, nextCursor }, { weigh: weighPost, cursorAfter });
}
