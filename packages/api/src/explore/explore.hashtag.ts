// Pages of posts by tag, and the feed of the tags that a person follows. Promises: every page ends in the one statement
// that says what the viewer may see; of a banned tag, each person finds their own posts alone.
import { maxId, statement } from "@pixora/db";
import { z } from "zod";
import { isAllowed } from "../hashtag/hashtag.view.ts";
import { type CursorKind, decodeCursor, encodeCursor, endEarly } from "../platform/call/cursor.ts";
import { idInput, type Page, type PageRequest } from "../platform/call/wire.ts";
import type { Deps } from "../platform/process/deps.ts";
import type { PostView } from "../post/post.schema.ts";
import { type PostState, postStatesSql } from "../post/post.state.ts";
import { presentStates, weighPost } from "../post/post.view.ts";
import { postIsFindable } from "../visibility/post.visibility.ts";
import { mutedBy } from "../visibility/user.visibility.ts";
import type { ReasonedPostView } from "./explore.schema.ts";

const viewer = "$1::bigint";
const isFindable = postIsFindable({ post: "post", author: "author", viewer });
const isShown = `(${isAllowed("$2")} or author.id = ${viewer}) and ${isFindable}`;

const newestSql = postStatesSql({
  wanted: `(select tagged.post_id as id from post_hashtags tagged
            where tagged.tag = $2 collate "C" and tagged.post_id < $3::bigint order by tagged.post_id desc) wanted`,
  viewer,
  condition: isShown,
  orderBy: "wanted.id desc",
});
const selectNewest = statement<PostState>("explore.selectNewestByTag", `${newestSql} limit $4`);

const newest: CursorKind<string> = { list: "explore.hashtag", position: idInput };

/** How many of the newest posts of a tag are ranked. */
const ranked = 300;

/** What a post's id leaves by this prime tells it from the others of a walk, in three bytes of a cursor. */
const shownModulus = 16_777_213;

// The logarithm of what others did with it, by its age to a power, as of the first page.
const score = `ln(1 + counts.like_count + 2 * counts.comment_count)
  / power(greatest(extract(epoch from $3::timestamptz - post.created_at) / 3600, 0) + 2, 1.5)`;
// Scores move while somebody walks: what was shown already is told by itself, and not by a place among them.
const topSql = postStatesSql({
  wanted: `(select post_id as id from post_hashtags where tag = $2 collate "C" order by post_id desc limit ${ranked}) wanted`,
  viewer,
  condition: `${isShown} and post.created_at <= $3::timestamptz
    and post.id % ${shownModulus} <> all($4::bigint[])`,
  orderBy: `${score} desc, post.id desc`,
});
const selectTop = statement<PostState>("explore.selectTopByTag", `${topSql} limit $5`);

/** When the walk began, and what it has shown. */
const top: CursorKind<[string, string]> = {
  list: "explore.hashtag",
  position: z.tuple([z.iso.datetime(), z.base64url()]),
};

function packShown(shown: readonly number[]): string {
  const bytes = Buffer.alloc(shown.length * 3);
  for (const [index, one] of shown.entries()) bytes.writeUIntBE(one, index * 3, 3);
  return bytes.toString("base64url");
}

function unpackShown(packed: string): number[] {
  const bytes = Buffer.from(packed, "base64url");
  return Array.from({ length: Math.floor(bytes.length / 3) }, (_, index) => bytes.readUIntBE(index * 3, 3));
}

function shownAs(post: { id: string }): number {
  return Number(BigInt(post.id) % BigInt(shownModulus));
}

interface TagPageRequest extends PageRequest {
  viewerId: string | null;
  tag: string;
  sort: "top" | "newest";
}

/** Posts of a tag as the viewer (null = a stranger) may see them, by newest or top. Throws cursor.invalid. */
export async function listPostsByTag(
  deps: Pick<Deps, "db" | "storage" | "clock">,
  input: TagPageRequest,
): Promise<Page<PostView>> {
  return input.sort === "newest" ? listNewest(deps, input) : listTop(deps, input);
}

async function listNewest(deps: Pick<Deps, "db" | "storage">, input: TagPageRequest): Promise<Page<PostView>> {
  const { viewerId, tag, sort, limit } = input;
  const before = decodeCursor(newest, { input: { tag, sort }, cursor: input.cursor }) ?? maxId;
  const states = await deps.db.sql.many(selectNewest, [viewerId, tag, before, limit + 1]);
  const cursorAfter = ({ id }: { id: string }) => encodeCursor(newest, { input: { tag, sort }, position: id });
  return presentPage(deps, { viewerId, states, limit, cursorAfter });
}

async function listTop(deps: Pick<Deps, "db" | "storage" | "clock">, input: TagPageRequest): Promise<Page<PostView>> {
  const { viewerId, tag, sort, limit } = input;
  const after = decodeCursor(top, { input: { tag, sort }, cursor: input.cursor });
  const asOf = after?.[0] ?? deps.clock.now().toISOString();
  const before = unpackShown(after?.[1] ?? "");
  // No more than are ranked, whatever came and went meanwhile: a cursor holds no more.
  const room = Math.max(Math.min(limit, ranked - before.length), 0);
  const states = await deps.db.sql.many(selectTop, [viewerId, tag, asOf, before, room + 1]);
  const shown = states.map(shownAs);
  const cursorAfter = ({ id }: { id: string }) => {
    const count = states.findIndex((state) => state.id === id) + 1;
    const packed = packShown([...before, ...shown.slice(0, count)]);
    return encodeCursor(top, { input: { tag, sort }, position: [asOf, packed] });
  };
  return presentPage(deps, { viewerId, states, limit: room, cursorAfter });
}

async function presentPage(
  deps: Pick<Deps, "db" | "storage">,
  page: {
    viewerId: string | null;
    states: readonly PostState[];
    limit: number;
    cursorAfter: (last: { id: string }) => string;
  },
): Promise<Page<PostView>> {
  const { viewerId, limit, cursorAfter } = page;
  const states = page.states.slice(0, limit);
  const last = states.at(-1);
  const nextCursor = page.states.length > limit && last !== undefined ? cursorAfter(last) : null;
  return endEarly(
    { items: await presentStates(deps, { viewerId, states }), nextCursor },
    { weigh: weighPost, cursorAfter },
  );
}

// Each tag gives the newest below the cursor, of which the newest of all are looked at: as many posts as a page shows come
// from no further down, unless most are hidden.
const feedSql = postStatesSql({
  columns: `array(select f.tag from hashtag_follows f
                  where f.user_id = ${viewer} and f.tag = any(post.hashtags) and ${isAllowed("f.tag")}
                  order by f.id) as tags,`,
  wanted: `(select recent.id from (select distinct tagged.post_id as id
              from hashtag_follows followed cross join lateral (
                select post_id from post_hashtags
                where tag = followed.tag and post_id < $2::bigint order by post_id desc limit $4::int) tagged
              where followed.user_id = ${viewer} and ${isAllowed("followed.tag")}) recent
            order by recent.id desc limit $4::int) wanted`,
  viewer,
  condition: `author.id not in ${mutedBy(viewer)} and ${isFindable}`,
  orderBy: "wanted.id desc",
});
const selectFeed = statement<PostState & { tags: string[] }>("explore.selectTagFeed", `${feedSql} limit $3`);

const selectFloor = statement<{ id: string | null }>(
  "explore.selectTagFeedFloor",
  `select min(id) as id from (select distinct tagged.post_id as id
     from hashtag_follows followed cross join lateral (
       select post_id from post_hashtags
       where tag = followed.tag and post_id < $2::bigint order by post_id desc limit $3::int) tagged
     where followed.user_id = ${viewer} and ${isAllowed("followed.tag")}
     order by 1 desc limit $3::int) looked_at having count(*) = $3::int`,
);

const feed: CursorKind<string> = { list: "hashtag.feed", position: idInput };
/** How many are looked at for a page: those whom the viewer may not see are among them. */
const surplus = 3;

/**
 * Posts that have a tag which the viewer follows, newest first, each once, with the tags that brought it; the muted are left
 * out. Throws cursor.invalid.
 */
export async function listHashtagFeed(
  deps: Pick<Deps, "db" | "storage">,
  input: PageRequest & { viewerId: string },
): Promise<Page<ReasonedPostView>> {
  const { viewerId, limit } = input;
  const before = decodeCursor(feed, { input: {}, cursor: input.cursor }) ?? maxId;
  const lookedAt = limit * surplus + 1;
  const states = await deps.db.sql.many(selectFeed, [viewerId, before, limit + 1, lookedAt]);
  const tagsOf = new Map(states.map((state) => [state.id, state.tags]));
  const shown = states.slice(0, limit);
  const posts = await presentStates(deps, { viewerId, states: shown });
  const items = posts.map((post) => ({
    post,
    reasons: (tagsOf.get(post.id) ?? []).map((tag) => ({ kind: "hashtag" as const, tag })),
  }));
  const lastShownId = shown.at(-1)?.id ?? null;
  const floorId =
    states.length > limit
      ? lastShownId
      : ((await deps.db.sql.maybe(selectFloor, [viewerId, before, lookedAt]))?.id ?? null);
  // A post that came since lifts the floor, but nothing that was shown comes again.
  const lastId =
    floorId !== null && lastShownId !== null && BigInt(lastShownId) < BigInt(floorId) ? lastShownId : floorId;
  const cursorAt = (id: string) => encodeCursor(feed, { input: {}, position: id });
  return endEarly(
    { items, nextCursor: lastId === null ? null : cursorAt(lastId) },
    { weigh: ({ post }) => weighPost(post), cursorAfter: ({ post }) => cursorAt(post.id) },
  );
}
