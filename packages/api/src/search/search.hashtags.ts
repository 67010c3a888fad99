// The search of hashtags by their beginning. Promises: the most used first; what stands only in posts that not everybody
// sees is not there, nor is a banned one.
import { statement } from "@pixora/db";
import { z } from "zod";
import type { HashtagView } from "../hashtag/hashtag.schema.ts";
import { isAllowed, postCountSql, presentHashtags } from "../hashtag/hashtag.view.ts";
import { type CursorKind, cutPage, decodeCursor, encodeCursor } from "../platform/call/cursor.ts";
import type { Page, PageRequest } from "../platform/call/wire.ts";
import type { Deps } from "../platform/process/deps.ts";
import { foldText } from "../platform/text/fold.ts";
import { endOfPrefix } from "../platform/text/name-parts.ts";

/** How many of the most used that begin so are looked at, and how many of those that are new. */
const lookedAt = 200;

interface Found {
  tag: string;
  count: number;
}

function selectTags(name: string, isKnownBy: string) {
  return statement<Found>(
    name,
    `with matched as (
       (select tag from hashtags where ${isKnownBy} and tag >= $1 collate "C" and tag < $2 collate "C" and post_count > 0
        order by user_reach(post_count) desc, tag limit ${lookedAt})
       union
       (select distinct tag from hashtag_moves where tag >= $1 collate "C" and tag < $2 collate "C" limit ${lookedAt})
     ), counted as (
       select tag, ${postCountSql("matched.tag")} as count from matched where ${isAllowed("matched.tag")}
     )
     select tag, count from counted
     where count > 0 and ($4::int is null or (-count, tag) > (-$4::int, $5::text collate "C"))
     order by count desc, tag limit $3`,
  );
}

const selectByCharacter = selectTags("search.selectTagsByCharacter", "left(tag, 1) = $1");
const selectByBeginning = selectTags("search.selectTagsByBeginning", "true");

const searchHashtags: CursorKind<[number, string]> = {
  list: "search.hashtags",
  position: z.tuple([z.int().min(0).max(2_147_483_647), z.string().max(1_000)]),
};

/** Tags that begin with what is typed, with or without its sign. Throws cursor.invalid. */
export async function findHashtags(
  deps: Pick<Deps, "db">,
  input: PageRequest & { viewerId: string | null; q: string },
): Promise<Page<HashtagView>> {
  const { viewerId, q, limit } = input;
  const after = decodeCursor(searchHashtags, { input: { q }, cursor: input.cursor });
  const key = foldText(q.trim().replace(/^[#＃﹟]/, "")) ?? "";
  if (key === "") return { items: [], nextCursor: null };
  const select = [...key].length === 1 ? selectByCharacter : selectByBeginning;
  const rows = await deps.db.sql.many(select, [key, endOfPrefix(key), limit + 1, ...(after ?? [null, null])]);
  const page = cutPage(rows, {
    limit,
    cursorAfter: (last) => encodeCursor(searchHashtags, { input: { q }, position: [last.count, last.tag] }),
  });
  const items = await presentHashtags(deps, { viewerId, tags: page.rows.map(({ tag }) => tag) });
  return { items, nextCursor: page.nextCursor };
}
