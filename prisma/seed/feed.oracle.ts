// The home feed held against a naive query, for the real follow graph.
import type { createDeps } from "@pixora/api";
import { statement } from "@pixora/db";
import { listHomeFeed } from "../../packages/api/src/feed/feed.service.ts";

type Deps = ReturnType<typeof createDeps>;

const naiveFeed = statement<{ id: string }>(
  "oracle.feed",
  `select p.id from posts p
   where p.deleted_at is null
     and (p.author_id = $1 or p.author_id in (select followee_id from follows where follower_id = $1))
   order by p.id desc`,
);

/** Everyone who follows anyone, in id order. */
export async function listReaders(deps: Deps): Promise<string[]> {
  const { rows } = await deps.db.pool.query<{ id: string }>(
    "select distinct follower_id as id from follows order by 1",
  );
  return rows.map((row) => row.id);
}

/** What a reader should see, in order (nobody is private, blocked or muted in the demo data). */
export async function readNaiveFeed(deps: Deps, input: { readerId: string }): Promise<string[]> {
  return (await deps.db.sql.many(naiveFeed, [input.readerId])).map((row) => row.id);
}

/** What a reader does see, from the first page to the last; `between` runs after every page. */
export async function walkFeed(
  deps: Deps,
  input: { readerId: string; limit: number; between?: () => Promise<void> },
): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof listHomeFeed>> = await listHomeFeed(deps, {
      viewerId: input.readerId,
      limit: input.limit,
      cursor,
    });
    ids.push(...page.items.map((post) => post.id));
    cursor = page.nextCursor;
    await input.between?.();
  } while (cursor !== null);
  return ids;
}
